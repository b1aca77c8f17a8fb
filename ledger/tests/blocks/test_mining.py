"""The search for a nonce, here and on processes of its own."""

import multiprocessing
from collections.abc import Iterator

import pytest

from ledger.blocks.mining import SLICE, SMALL_BITS, Miner, watch
from ledger.core.headers import block_hash, meets_target
from ledger.errors import LostRace, SealError, Stopped

PREFIX = bytes(range(144))


@pytest.fixture
def miner() -> Iterator[Miner]:
    with Miner(2) as miner:
        yield miner
    assert multiprocessing.active_children() == []


def ignore(attempts: int) -> None:
    """A tick that lets the search go on."""


def test_few_bits_are_found_without_another_process(miner: Miner) -> None:
    found = miner.find(PREFIX, 12, ignore)
    assert meets_target(block_hash(PREFIX + found.nonce.to_bytes(8)), 12)
    assert found.attempts == found.nonce + 1
    assert multiprocessing.active_children() == []


def test_many_bits_are_shared_between_processes_that_stay_for_the_next_search(miner: Miner) -> None:
    for prefix in (PREFIX, bytes(144)):
        found = miner.find(prefix, SMALL_BITS + 1, ignore)
        assert meets_target(block_hash(prefix + found.nonce.to_bytes(8)), SMALL_BITS + 1)
        assert found.attempts % SLICE == 0
        assert len(multiprocessing.active_children()) == 2


@pytest.mark.parametrize("bits", [SMALL_BITS, 40])
def test_what_a_tick_raises_ends_the_search(miner: Miner, bits: int) -> None:
    told: list[int] = []

    def stop(attempts: int) -> None:
        told.append(attempts)
        raise Stopped

    endless = bytes(144)  # its first nonce of 19 bits comes after the first slice
    with pytest.raises(Stopped):
        miner.find(endless, bits, stop)
    assert len(told) == 1
    assert miner.find(PREFIX, 8, ignore).attempts


def test_a_killed_process_is_an_error_and_the_next_search_has_new_ones(miner: Miner) -> None:
    def kill_one(attempts: int) -> None:
        multiprocessing.active_children()[0].kill()

    with pytest.raises(SealError, match="was killed"):
        miner.find(PREFIX, 40, kill_one)
    assert miner.find(PREFIX, SMALL_BITS + 1, ignore).attempts


def test_a_watch_tells_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now_s)
    told: list[tuple[int, float]] = []
    tick = watch(lambda attempts, seconds: told.append((attempts, seconds)), None)
    for now_s in (100.0, 100.9, 101.0, 101.5, 102.5):
        tick(int(now_s * 10))
    assert told == [(1010, 1.0), (1025, 2.5)]


def test_a_watch_ends_the_search_when_asked_or_when_the_place_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Stopped):
        watch(None, lambda: True)(1)
    tick = watch(None, lambda: False, lambda: False)
    tick(1)  # it looks only once a second
    monkeypatch.setattr("time.monotonic", lambda: float("inf"))
    with pytest.raises(LostRace):
        tick(2)
