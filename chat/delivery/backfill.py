"""What lies before the rings: read from the database for the first who lacks it, and kept for who comes after.

A ring begins empty at the head of its room, so that who enters a hundred silent rooms costs no more than who enters
one. After a restart everybody comes back with a cursor a little behind: of each room that has moved, one reads, the
others wait for it, and all are served from the ring.
"""

import asyncio
from weakref import WeakKeyDictionary

from chat.delivery import store
from chat.delivery.ring import RING_EVENTS, Ring, fit_frame
from chat.delivery.store import Encoded
from chat.delivery.updater import Runner, is_dense
from chat.replies import FRAME_EVENTS


class Backfill:
    def __init__(self, pages: Runner) -> None:
        self._pages = pages
        self._locks: WeakKeyDictionary[Ring, asyncio.Lock] = WeakKeyDictionary()

    async def read_after(self, ring: Ring, cursor: int, limit: int) -> Encoded:
        """Entries after a cursor, as many as a frame holds, from the ring where it reaches so far."""
        if cursor + 1 < ring.first and ring.head - cursor <= RING_EVENTS:
            async with self._locks.setdefault(ring, asyncio.Lock()):
                while cursor + 1 < ring.first and ring.has_room and await self._reach_back(ring, cursor):
                    pass
        # Where the ring holds none the database is asked: another process may have acknowledged what is not known here.
        if held := ring.since(cursor, limit):
            return list(enumerate(held, cursor + 1))
        return fit_page(await self._pages.run(store.read_after, ring.room, cursor, limit))

    async def _reach_back(self, ring: Ring, cursor: int) -> bool:
        """Whether a page of what lies between was put in front of the ring."""
        first, changes = ring.first, ring.changes
        wanted = min(first - 1 - cursor, FRAME_EVENTS)
        events = await self._pages.run(store.read_before, ring.room, first, wanted)
        is_next = events and events[-1][0] == first - 1 and is_dense(events)
        # What was sealed, erased or renamed meanwhile is told by the events as they were before.
        if not is_next or (ring.first, ring.changes) != (first, changes):
            return False
        return ring.prepend([event for _, event in events])


def fit_page(events: Encoded, step: int = 1) -> Encoded:
    """The first of the events, without a gap, as many as one frame holds; `step` is −1 where they go backwards."""
    fitting = events[: len(fit_frame([event for _, event in events]))]
    return [pair for place, pair in enumerate(fitting) if pair[0] == fitting[0][0] + step * place]
