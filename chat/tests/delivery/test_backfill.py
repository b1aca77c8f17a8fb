"""What lies before a ring is read once, whoever lacks it, and never put in front of it where it is true no more."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from chat.delivery import backfill, store
from chat.delivery.backfill import Backfill
from chat.delivery.ring import RING_BYTES, RING_EVENTS, Ring
from chat.replies import FRAME_EVENTS

ROOM = UUID(int=1)
HEAD = 1000


def event(seq: int, more: str = "") -> bytes:
    return b'{"seq":%d,"more":"%s","leaf_index":null,"block":null}' % (seq, more.encode())


class Pages:
    """A database of a room with `HEAD` entries. Each read lets others run; `meanwhile` happens during the next one."""

    def __init__(self, more: str = "") -> None:
        self.more = more
        self.reads = 0
        self.meanwhile: Callable[[], object] = lambda: None

    async def run(self, function: Callable[..., Any], *args: Any) -> Any:
        self.reads += 1
        await asyncio.sleep(0)
        self.meanwhile()
        _, seq, limit = args
        start = seq + 1 if function is store.read_after else max(1, seq - limit)
        stop = min(start + limit, HEAD + 1) if function is store.read_after else seq
        return [(seq, event(seq, self.more)) for seq in range(start, stop)]


def seqs(events: store.Encoded) -> list[int]:
    return [seq for seq, _ in events]


async def test_who_comes_back_a_little_behind_is_served_by_one_read() -> None:
    pages, ring = Pages(), Ring(ROOM, HEAD)
    reader = Backfill(pages)
    found = await asyncio.gather(*(reader.read_after(ring, cursor, FRAME_EVENTS) for cursor in [995] * 50 + [998] * 50))
    assert [seqs(page) for page in found] == [[996, 997, 998, 999, 1000]] * 50 + [[999, 1000]] * 50
    assert pages.reads == 1
    assert seqs(await reader.read_after(ring, 990, 3)) == [991, 992, 993]
    assert (pages.reads, ring.first) == (2, 991), "only what was not held"


async def test_a_ring_is_filled_to_its_brim_and_what_lies_further_back_is_read_each_time() -> None:
    pages, ring = Pages(), Ring(ROOM, HEAD)
    reader = Backfill(pages)
    assert seqs(await reader.read_after(ring, HEAD - RING_EVENTS, FRAME_EVENTS))[0] == HEAD - RING_EVENTS + 1
    assert (ring.first, pages.reads) == (HEAD - RING_EVENTS + 1, -(-RING_EVENTS // FRAME_EVENTS))
    for reads in (1, 2):
        before = pages.reads
        assert seqs(await reader.read_after(ring, 100, 5)) == [101, 102, 103, 104, 105]
        assert pages.reads == before + 1, reads


async def test_large_entries_do_not_make_a_ring_larger_than_it_may_be() -> None:
    pages, ring = Pages("x" * (RING_BYTES // 20)), Ring(ROOM, HEAD)
    found = await Backfill(pages).read_after(ring, HEAD - 30, FRAME_EVENTS)
    assert seqs(found)[0] == HEAD - 29
    assert ring.first > HEAD


@pytest.mark.parametrize("change", ["erasure", "block", "name"])
async def test_what_changed_while_it_was_read_is_not_kept(change: str) -> None:
    """The page was read before; in the ring it would be told to everybody who comes after."""
    pages, ring = Pages(), Ring(ROOM, HEAD)
    changes: dict[str, Callable[[], object]] = {
        "erasure": lambda: ring.extend([b'{"seq":1001,"kind":"erase"}']),
        "block": lambda: ring.seal(1, 999, {999: 5}),
        "name": lambda: ring.restart(ring.head),
    }
    pages.meanwhile = changes[change]
    await Backfill(pages).read_after(ring, 995, FRAME_EVENTS)
    assert ring.first > HEAD


async def test_where_the_ring_holds_none_the_database_is_asked() -> None:
    """Another process may have acknowledged what is not known here."""
    pages, ring = Pages(), Ring(ROOM, HEAD - 1)
    assert seqs(await Backfill(pages).read_after(ring, HEAD - 1, FRAME_EVENTS)) == [HEAD]
    assert backfill.fit_page([(1, b"a"), (3, b"b")]) == [(1, b"a")]
