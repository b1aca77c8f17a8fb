"""`manage.py mine_block`: seals what is pending into one block; with --every, again and again while something waits.

With --every it also has a long ledger audited now and then, by a process of the lowest priority.
"""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connections

from ledger.blocks.genesis import ensure_genesis
from ledger.blocks.mining import Miner
from ledger.core.headers import MAX_BITS, MIN_BITS
from ledger.errors import LedgerError, LostRace, Stopped
from ledger.management.auditor import Auditor
from ledger.management.progress import MiningProgress
from ledger.management.stopping import Stop, asked_to_stop
from ledger.models import Message
from ledger.sealing import MAX_MESSAGES, seal

AUDIT_EVERY_S = 3_600.0


class Command(BaseCommand):
    help = "Seals what is pending into one block, also when nothing is. Two miners never fork; the loser says so."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--every", type=seconds, metavar="SECONDS", help="mine again and again, whenever something is pending"
        )
        parser.add_argument(
            "--audit-every", type=seconds, default=AUDIT_EVERY_S, metavar="SECONDS", help="how old an audit may grow"
        )
        parser.add_argument("--bits", type=difficulty, help="difficulty; the default is DIFFICULTY_BITS")

    def handle(self, *args: Any, every: float | None, audit_every: float, bits: int | None, **options: Any) -> None:
        auditor = Auditor(audit_every)
        try:
            with asked_to_stop() as stop, Miner() as miner:
                ensure_genesis(MiningProgress(self.stderr), stop.is_set, miner)
                if every is None:
                    self._mine(bits, stop, miner)
                else:
                    self._keep_mining(every, bits, stop, miner, auditor)
        except Stopped as stopped:
            self.stdout.write(str(stopped))
        except (LedgerError, OSError) as error:
            raise CommandError(str(error)) from error
        finally:
            auditor.stop()

    def _keep_mining(self, every: float, bits: int | None, stop: Stop, miner: Miner, auditor: Auditor) -> None:
        """Until asked to stop. A lost race and a database that is away for a while are no reason to end."""
        pause = every
        while not stop.wait(pause):
            pause = every
            try:
                if Message.objects.pending().exists() and self._mine(bits, stop, miner) == MAX_MESSAGES:
                    pause = 0.0
                else:
                    auditor.tick()
            except LostRace as error:
                self._tell(str(error))
            except Error as error:
                self._tell(f"The database does not answer ({error}); trying again in {every:g} s.")
                connections.close_all()

    def _mine(self, bits: int | None, stop: Stop, miner: Miner) -> int:
        """Seals one block and says so. Returns how many messages it holds."""
        sealed = seal(bits, MiningProgress(self.stderr), stop.is_set, miner)
        block = sealed.block
        rate = sealed.attempts / max(sealed.seconds, 1e-6)
        self.stdout.write(
            f"Block {block.height} {bytes(block.hash).hex()}: nonce {block.nonce}, {block.bits} bits, "
            f"{sealed.messages:,} messages, {rate:,.0f} attempts/s"
        )
        self.stdout.flush()
        return sealed.messages

    def _tell(self, line: str) -> None:
        self.stderr.write(line)
        self.stderr.flush()


def seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 86_400:
        raise ArgumentTypeError(f"{text!r} is no number of seconds above 0 and up to 86400")
    return value


def difficulty(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not MIN_BITS <= int(text) <= MAX_BITS:
        raise ArgumentTypeError(f"{text!r} is no whole number from {MIN_BITS} to {MAX_BITS}")
    return int(text)
