"""`manage.py ensure_log`: makes the log's key and mines the genesis block where they are missing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger.blocks.genesis import ensure_genesis
from ledger.errors import LedgerError
from ledger.management.progress import MiningProgress
from ledger.management.stopping import asked_to_stop
from ledger.models import Block


class Command(BaseCommand):
    help = "Begins the log: makes its key and mines the genesis block. Does nothing where both are there."

    def handle(self, *args: Any, **options: Any) -> None:
        is_new = not Block.objects.exists()
        try:
            with asked_to_stop() as stop:
                block = ensure_genesis(MiningProgress(self.stderr), stop.is_set)
        except (LedgerError, OSError) as error:
            raise CommandError(str(error)) from error
        if is_new:
            self.stdout.write(f"Mined the genesis block {bytes(block.hash).hex()}.")
