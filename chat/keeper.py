"""Keeps the rings of a process true: one task, the only one that changes them.

It hears of new entries from this process's recorder and from other processes' doorbells, and compares the heads of the
rooms and the tip with the database by one query each. What nobody announced is found there: a lost doorbell costs time
and nothing else. Whoever is announced an entry that does not continue its ring reads the database, too.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, Protocol
from uuid import UUID

from chat import store
from chat.replies import FRAME_EVENTS
from chat.ring import RING_EVENTS, Ring
from chat.sealings import Sealings
from chat.store import Encoded
from ledger.models import Message
from ledger.recorder import is_recording

logger = logging.getLogger(__name__)


class Runner(Protocol):
    """Runs a function where it may wait: `chat.threads.Threads`."""

    async def run(self, function: Callable[..., Any], *args: Any) -> Any: ...


class Audience(Protocol):
    """Whom the keeper works for: the hub."""

    def is_present(self, room: UUID) -> bool: ...

    def grown(self, ring: Ring) -> None: ...

    def sealed(self) -> None: ...

    def patience_s(self) -> float: ...

    def recorded_here(self, room: UUID, head: int, events: Encoded) -> None: ...


class Keeper:
    def __init__(self, audience: Audience, threads: Runner) -> None:
        self.rings: dict[UUID, Ring] = {}
        self.sealings = Sealings()
        self._audience = audience
        self._threads = threads
        self._lock = asyncio.Lock()
        self._wake = asyncio.Event()
        self._rows: list[Message] = []
        self._news: list[tuple[UUID, Encoded]] = []
        self._is_behind = True
        self._is_well = True

    # What it is told

    def take_rows(self, rows: Iterable[Message]) -> None:
        """Recorded by this process, in order."""
        self._rows.extend(rows)
        self._wake.set()

    def take_events(self, room: UUID, events: Encoded) -> None:
        """Recorded by another process."""
        self._news.append((room, events))
        self._wake.set()

    def look(self) -> None:
        """Something is new."""
        self._is_behind = True
        self._wake.set()

    def reread(self) -> None:
        """What is held is true no more in what no entry says: names. The database is asked for it."""
        for ring in self.rings.values():
            ring.restart(ring.head)

    async def open(self, rooms: Sequence[UUID]) -> None:
        """Returns when these rooms have rings and the tip is known."""
        if self.sealings.tip is None or not self.rings.keys() >= set(rooms):
            async with self._lock:
                for room in rooms:
                    if room not in self.rings:
                        self.rings[room] = await self._open_ring(room)
                await self._take_blocks()

    async def run(self, tick_s: float) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    await self._wake.wait()
            await self._gather()
            self._wake.clear()
            is_due = self._is_behind or loop.time() >= due
            if is_due:
                due = loop.time() + tick_s
            await self._turn(is_due)

    async def _gather(self) -> None:
        """Waits while the recorder has more, no longer than handing over takes.

        A frame of eight entries costs hardly more than a frame of one.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._audience.patience_s()
        while self._rows and is_recording() and loop.time() < deadline:
            self._wake.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(deadline):
                    await self._wake.wait()

    # One turn

    async def _turn(self, is_due: bool) -> None:
        try:
            async with self._lock:
                await self._publish()
                if is_due or self._is_behind:
                    await self._compare()
                    self._is_well = True
        except Exception:
            # The keeper outlives every fault; what it could not do now is found by the next comparison.
            if self._is_well:
                logger.exception("The hub cannot read what is new; it goes on trying.")
            self._is_well = False

    async def _publish(self) -> None:
        """What was heard, into the rings."""
        rows, self._rows = self._rows, []
        news, self._news = self._news, []
        wanted = [row for row in rows if row.room in self.rings]
        encoded: Encoded = await self._threads.run(store.encode_rows, wanted) if wanted else []
        by_room: defaultdict[UUID, Encoded] = defaultdict(list)
        for row, event in zip(wanted, encoded, strict=True):
            by_room[row.room].append(event)
        for room, events in [*by_room.items(), *news]:
            self._append(room, events)
        for room, head in {row.room: row.room_seq for row in rows}.items():
            self._audience.recorded_here(room, head, by_room[room])

    def _append(self, room: UUID, events: Encoded) -> None:
        """Events that continue the ring. What does not, or may be sealed since, is read from the database instead."""
        ring = self.rings.get(room)
        new = [(seq, event) for seq, event in events if ring is not None and seq > ring.head]
        if ring is None or not new:
            return
        if new[0][0] == ring.head + 1 and is_dense(new) and new[0][0] > ring.sealed:
            ring.extend(event for _, event in new)
            self._audience.grown(ring)
        else:
            self.look()

    async def _compare(self) -> None:
        """Heads and tip against the database, and pages of what has grown."""
        self._is_behind = False
        for room in [room for room in self.rings if not self._audience.is_present(room)]:
            del self.rings[room]
        if self.rings:
            heads = await self._threads.run(store.find_heads, list(self.rings))
            for room, head in heads.items():
                ring = self.rings[room]
                if head > ring.head:
                    await self._catch_up(ring, head)
                    self._audience.grown(ring)
        await self._take_blocks()

    async def _open_ring(self, room: UUID) -> Ring:
        heads = await self._threads.run(store.find_heads, [room])
        ring = Ring(room, 0, await self._threads.run(store.find_sealed, room))
        await self._catch_up(ring, heads.get(room, 0))
        return ring

    async def _catch_up(self, ring: Ring, head: int) -> None:
        if head - ring.head > RING_EVENTS:
            ring.restart(head - RING_EVENTS)
        while ring.head < head:
            events: Encoded = await self._threads.run(store.read_after, ring.room, ring.head, FRAME_EVENTS)
            if events and events[0][0] == ring.head + 1 and is_dense(events):
                ring.extend(event for _, event in events)
            else:
                ring.restart(head)  # Rows are missing. Saying so is the audit's task; here, go on behind them.

    async def _take_blocks(self) -> None:
        if self.sealings.tip is None:
            self.sealings.tip = await self._threads.run(store.find_tip)
            return
        firsts = {room: ring.first for room, ring in self.rings.items()}
        sealings = await self._threads.run(store.find_sealings, self.sealings.height, firsts)
        if not sealings:
            return
        for sealing in sealings:
            for room in sealing.rooms.keys() & self.rings.keys():
                self.rings[room].seal(sealing.height, sealing.rooms[room], sealing.leaves.get(room, {}))
        if sealings[0].height != self.sealings.height + 1:  # So many at once that some were passed over.
            for ring in self.rings.values():
                ring.restart(ring.head)
        self.sealings.extend(sealings)
        self._audience.sealed()


def is_dense(events: Encoded) -> bool:
    return events[-1][0] - events[0][0] + 1 == len(events)
