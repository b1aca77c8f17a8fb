"""The nonce search finds exactly the nonces that the plain definition finds."""

import hashlib

import pytest

from ledger.core.headers import meets_target
from ledger.core.work import search, target

PREFIX = bytes(range(144))
GOOD = [n for n in range(4000) if meets_target(hashlib.sha256(PREFIX + n.to_bytes(8)).digest(), 8)]


def test_the_definition_has_some_good_nonces() -> None:
    assert len(GOOD) > 5


def test_a_search_finds_each_good_nonce_in_turn() -> None:
    found, start = [], 0
    while (nonce := search(PREFIX, 8, start, 4000 - start)) is not None:
        found.append(nonce)
        start = nonce + 1
    assert found == GOOD


def test_slices_cover_every_nonce_once() -> None:
    first = GOOD[0]
    assert search(PREFIX, 8, 0, first) is None
    assert search(PREFIX, 8, 0, first + 1) == first
    assert search(PREFIX, 8, first, 1) == first
    assert search(PREFIX, 8, first + 1, 0) is None


def test_workers_in_steps_share_the_nonces() -> None:
    found = [search(PREFIX, 8, worker, 1000, step=4) for worker in range(4)]
    assert found == [next((n for n in GOOD if n % 4 == worker), None) for worker in range(4)]


@pytest.mark.parametrize("bits", [8, 20, 40])
def test_target(bits: int) -> None:
    assert target(bits) == 2 ** (256 - bits)
    assert target(bits).to_bytes(32)[: bits // 8] in (b"\0" * (bits // 8 - 1) + b"\1", b"\0" * (bits // 8))


@pytest.mark.parametrize("size", [0, 128, 143, 145, 152])
def test_a_prefix_of_another_length_is_a_defect(size: int) -> None:
    with pytest.raises(AssertionError):
        search(bytes(size), 8, 0, 1)
