"""`manage.py mine_block` and `ensure_log`, as functions and as processes that are told to stop or killed."""

import io
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from pytest_django import Settings

from ledger.blocks.genesis import ensure_genesis
from ledger.blocks.mining import Found, Miner, Tick
from ledger.errors import LostRace
from ledger.management.commands import mine_block
from ledger.models import Block
from ledger.sealing import seal
from ledger.tests.builders import post
from ledger.tests.crashes import fail_disk
from ledger.tests.manage import manage
from ledger.tests.sealed import assert_valid

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_S = 60


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_it_says_what_it_mined() -> None:
    ensure_genesis()
    post("a")
    post("b")
    out = run("mine_block")
    block = Block.objects.get(height=1)
    assert out.startswith(f"Block 1 {block.hash.hex()}: nonce {block.nonce}, 8 bits, 2 messages, ")
    assert out.endswith(" attempts/s\n")


def test_it_mines_without_messages_and_begins_the_log_where_there_is_none() -> None:
    assert "Block 1 " in run("mine_block", "--bits", "9")
    assert "0 messages" in run("mine_block")
    assert list(Block.objects.values_list("height", "bits").order_by("height")) == [(0, 8), (1, 9), (2, 8)]
    assert_valid()


def test_the_log_is_begun_once() -> None:
    assert f"Mined the genesis block {'0' * 2}" in run("ensure_log")
    assert run("ensure_log") == ""
    assert Block.objects.count() == 1


@pytest.mark.parametrize("option", ["--bits=7", "--bits=41", "--bits=x", "--every=0", "--every=nan", "--every=soon"])
def test_a_senseless_option_is_refused_and_its_range_is_said(option: str) -> None:
    said = "is no whole number from 8 to 40" if "bits" in option else "is no number of seconds above 0 and up to 86400"
    with pytest.raises(CommandError, match=said):
        run("mine_block", option)


def test_the_loser_of_a_race_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    ensure_genesis()
    find = Miner.find

    def find_late(self: Miner, prefix: bytes, bits: int, tick: Tick) -> Found:
        monkeypatch.setattr(Miner, "find", find)
        seal()
        return find(self, prefix, bits, tick)

    monkeypatch.setattr(Miner, "find", find_late)
    with pytest.raises(CommandError, match="Another miner sealed first"):
        run("mine_block")
    assert Block.objects.count() == 2


def test_a_database_behind_the_signed_state_is_one_sentence() -> None:
    ensure_genesis()
    Block.objects.update(tree_size=0)
    for command in ("mine_block", "ensure_log"):
        with pytest.raises(CommandError, match="put back a newer one"):
            run(command)


def test_a_disk_that_takes_no_key_and_no_signed_state_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.files._written", lambda *args: fail_disk())
    for command in ("mine_block", "ensure_log"):
        with pytest.raises(CommandError, match="Input/output error"):
            run(command)
    monkeypatch.undo()
    ensure_genesis()
    monkeypatch.setattr("ledger.files._written", lambda *args: fail_disk())
    with pytest.raises(CommandError, match="Input/output error"):
        run("mine_block")


class Rounds:
    """A stop that is asked for after some rounds, each of which begins with what happens meanwhile."""

    def __init__(self, *meanwhile: Callable[[], object]) -> None:
        self.pauses: list[float] = []
        self._meanwhile = list(meanwhile)

    def is_set(self) -> bool:
        return False

    def wait(self, pause: float) -> bool:
        self.pauses.append(pause)
        if not self._meanwhile:
            return True
        self._meanwhile.pop(0)()
        return False


@pytest.fixture
def run_rounds(monkeypatch: pytest.MonkeyPatch) -> Callable[[Rounds], str]:
    def run_all(rounds: Rounds) -> str:
        @contextmanager
        def asked_to_stop() -> Iterator[Rounds]:
            yield rounds

        monkeypatch.setattr(mine_block, "asked_to_stop", asked_to_stop)
        return run("mine_block", "--every", "7")

    return run_all


def nothing() -> None:
    """Happens in a round without news."""


def test_it_mines_again_only_when_something_is_pending(run_rounds: Callable[[Rounds], str]) -> None:
    rounds = Rounds(nothing, lambda: post("a"), nothing, nothing, lambda: post("b"))
    out = run_rounds(rounds)
    assert [line.split()[1] for line in out.splitlines()] == ["1", "2"]
    assert rounds.pauses == [7] * 6


def test_a_full_block_is_followed_at_once(run_rounds: Callable[[Rounds], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.sealing.MAX_MESSAGES", 2)
    monkeypatch.setattr(mine_block, "MAX_MESSAGES", 2)
    rounds = Rounds(lambda: [post(str(n)) for n in range(5)], nothing, nothing, nothing)
    assert run_rounds(rounds).count("Block ") == 3
    assert rounds.pauses == [7, 0, 0, 7, 7]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [(LostRace("Another miner sealed first"), "Another miner"), (OperationalError("gone"), "does not answer (gone)")],
)
def test_it_goes_on_after_a_lost_race_and_without_a_database(
    run_rounds: Callable[[Rounds], str], monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    def fail(*args: object) -> None:
        monkeypatch.setattr(mine_block, "seal", seal)
        raise error

    monkeypatch.setattr(mine_block, "seal", fail)
    out = run_rounds(Rounds(lambda: post("a"), nothing))
    assert sentence in out
    assert "Block 1 " in out


# Real processes


def read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        if words in line:
            return line
        said.append(line)
    raise AssertionError(f"it ended without saying {words!r}: {''.join(said)}")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_running_miner_seals_what_comes_and_stops_cleanly(settings: Settings, number: signal.Signals) -> None:
    ensure_genesis()
    with manage("mine_block", "--every", "0.2") as miner:
        post("a")
        assert "1 messages" in read_until(miner, "Block 1 ")
        miner.send_signal(number)
        assert miner.wait(PATIENCE_S) == 0
    assert Block.objects.count() == 2
    assert_valid()


def test_a_search_is_stopped_in_the_middle(settings: Settings) -> None:
    ensure_genesis()
    with manage("mine_block", "--bits", "40") as miner:
        read_until(miner, "Mining: ")
        processes = psutil.Process(miner.pid).children(recursive=True)
        miner.terminate()
        read_until(miner, "Stopped; nothing was changed.")
        assert miner.wait(PATIENCE_S) == 0
        assert not psutil.wait_procs(processes, timeout=PATIENCE_S)[1]
    assert Block.objects.count() == 1


def test_a_killed_miner_takes_its_processes_along_and_leaves_a_valid_chain(settings: Settings) -> None:
    ensure_genesis()
    post("a")
    with manage("mine_block", "--bits", "40") as miner:
        read_until(miner, "Mining: ")
        processes = psutil.Process(miner.pid).children(recursive=True)
        assert processes
        miner.kill()
        assert not psutil.wait_procs(processes, timeout=PATIENCE_S)[1]
    assert_valid()
    assert "1 messages" in run("mine_block")
    assert_valid()
