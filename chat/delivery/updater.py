"""Keeps the rings of a process true: one task, the only one that changes them.

It hears of new entries from this process's recorder and from other processes' doorbells, and compares the heads of the
rooms and the tip with the database by one query each. What nobody announced is found there: a lost doorbell costs time
and nothing else. Whoever is announced an entry that does not continue its ring reads the database, too.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import suppress
from typing import Any, Protocol
from uuid import UUID

from chat.delivery import store
from chat.delivery.ring import RING_EVENTS, Ring
from chat.delivery.sealings import Sealings
from chat.delivery.store import Encoded
from chat.events import departed_member
from chat.replies import FRAME_EVENTS
from ledger.models import Message
from ledger.recorder import is_recording

logger = logging.getLogger(__name__)


Recorded = tuple[UUID, int, Encoded]
"""A room, its new head, and what is new in it, encoded where somebody here is in the room."""


class Runner(Protocol):
    """Runs a function where it may wait: `chat.delivery.threads.Threads`."""

    async def run(self, function: Callable[..., Any], *args: Any) -> Any: ...


class Audience(Protocol):
    """Whom the updater works for: the hub."""

    def is_present(self, room: UUID) -> bool: ...

    def departed(self, ring: Ring, member: UUID) -> None: ...

    async def show_out(self) -> object: ...

    def grown(self, ring: Ring) -> None: ...

    def sealed(self) -> None: ...

    def patience_s(self) -> float: ...

    def recorded_here(self, room: UUID, head: int, events: Encoded) -> None: ...


class Updater:
    def __init__(self, audience: Audience, threads: Runner) -> None:
        self.rings: dict[UUID, Ring] = {}
        self.sealings = Sealings()
        self._audience = audience
        self._threads = threads
        self._lock = asyncio.Lock()
        self._wake = asyncio.Event()
        self._recorded: list[Recorded] = []
        self._waiting = 0
        """So many recorded entries wait here to be handed over."""
        self._came = 0
        self._handed_s = 0.0
        """So many were handed over together last time, and when."""
        self._news: list[tuple[UUID, Encoded]] = []
        self._is_behind = True
        self._is_well = True

    # What it is told

    def take_recorded(self, recorded: Sequence[Recorded]) -> None:
        """Recorded by this process, in order."""
        self._recorded.extend(recorded)
        self._waiting += sum(len(events) for _, _, events in recorded)
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

    async def open(self, rooms: Collection[UUID]) -> None:
        """Returns when these rooms have rings and the tip is known. A few queries, however many rooms they are."""
        if self.sealings.tip is None or not self.rings.keys() >= set(rooms):
            async with self._lock:
                if self.sealings.tip is None:  # Before the rooms: what is sealed from now on is written into them.
                    await self._take_blocks()
                if missing := [room for room in rooms if room not in self.rings]:
                    places = await self._threads.run(store.find_sealed_heads, missing)
                    self.rings.update({room: Ring(room, *places[room]) for room in missing})
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
        """Waits for entries that come anyhow: while the recorder has more, and until as many are here as came together
        last time, if that was just now.

        A frame of eight entries costs hardly more than a frame of one. It waits as long as handing over takes at most.
        """
        if not self._waiting:
            return
        loop = asyncio.get_running_loop()
        patience_s = self._audience.patience_s()
        deadline, rested = loop.time() + patience_s, self._handed_s + patience_s
        while (is_more := is_recording()) or self._waiting < self._came:
            until = deadline if is_more else rested
            if loop.time() >= until:
                break
            self._wake.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(until):
                    await self._wake.wait()
        self._came = self._waiting

    # One turn

    async def _turn(self, is_due: bool) -> None:
        try:
            async with self._lock:
                self._publish()
                if is_due or self._is_behind:
                    await self._compare()
                    self._is_well = True
        except Exception:
            # The updater outlives every fault; what it could not do now is found by the next comparison.
            if self._is_well:
                logger.exception("The hub cannot read what is new; it goes on trying.")
            self._is_well = False

    def _publish(self) -> None:
        """What was heard, into the rings."""
        recorded, self._recorded, self._waiting = self._recorded, [], 0
        news, self._news = self._news, []
        joined: dict[UUID, tuple[int, Encoded]] = {}
        for room, head, events in recorded:
            joined[room] = head, joined.get(room, (0, []))[1] + events
        for room, (head, events) in joined.items():
            self._append(room, events)
            self._audience.recorded_here(room, head, events)
            if room in self.rings and self.rings[room].head < head:
                self.look()  # The room was opened while these were recorded.
        for room, events in news:
            self._append(room, events)
        if recorded:
            self._handed_s = asyncio.get_running_loop().time()

    def _append(self, room: UUID, events: Encoded) -> None:
        """Events that continue the ring. What does not, or may be sealed since, is read from the database instead."""
        ring = self.rings.get(room)
        new = [(seq, event) for seq, event in events if ring is not None and seq > ring.head]
        if ring is None or not new:
            return
        if new[0][0] == ring.head + 1 and is_dense(new) and new[0][0] > ring.sealed:
            self._extend(ring, new)
            self._audience.grown(ring)
        else:
            self.look()

    def _extend(self, ring: Ring, events: Encoded) -> None:
        """Who an entry takes out is told nothing that follows."""
        ring.extend(event for _, event in events)
        for _, event in events:
            if (member := departed_member(event)) is not None:
                self._audience.departed(ring, member)

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

    async def _catch_up(self, ring: Ring, head: int) -> None:
        if head - ring.head > RING_EVENTS:
            await self._audience.show_out()  # Whoever is taken out by what is passed over.
            ring.restart(head - RING_EVENTS)
        async for events in self._pages(ring, head):
            self._extend(ring, events)

    async def _pages(self, ring: Ring, head: int) -> AsyncIterator[Encoded]:
        """What continues the ring up to `head`; whoever asks extends it."""
        while ring.head < head:
            events: Encoded = await self._threads.run(store.read_after, ring.room, ring.head, FRAME_EVENTS)
            if events and events[0][0] == ring.head + 1 and is_dense(events):
                yield events
            else:
                await self._audience.show_out()
                ring.restart(head)  # Rows are missing. Saying so is the audit's task; here, go on behind them.

    async def _take_blocks(self) -> None:
        if self.sealings.tip is None:
            self.sealings.tip = await self._threads.run(store.find_tip)
            return
        firsts = {room: ring.first for room, ring in self.rings.items()}
        sealings = await self._threads.run(store.find_sealings, self.sealings.height, firsts)
        if not sealings:
            return
        for room, first in firsts.items():
            if self.rings[room].first < first:  # What was put in front meanwhile was not asked about.
                self.rings[room].restart(self.rings[room].head)
        for sealing in sealings:
            for room in sealing.rooms.keys() & self.rings.keys():
                self.rings[room].seal(sealing.height, sealing.rooms[room], sealing.leaves.get(room, {}))
        if sealings[0].height != self.sealings.height + 1:  # So many at once that some were passed over.
            for ring in self.rings.values():
                ring.restart(ring.head)
        self.sealings.extend(sealings)
        self._audience.sealed()


def encode_recorded(rows: Sequence[Message], rooms: Collection[UUID]) -> list[Recorded]:
    """New rows, by room; those of these rooms encoded. In the thread that recorded them, which has nothing to wake."""
    wanted = [row for row in rows if row.room in rooms]
    events: defaultdict[UUID, Encoded] = defaultdict(list)
    for row, event in zip(wanted, store.encode_rows(wanted, are_new=True), strict=True):
        events[row.room].append(event)
    return [(room, head, events[room]) for room, head in {row.room: row.room_seq for row in rows}.items()]


def is_dense(events: Encoded) -> bool:
    """In order, too: several threads record, and who committed first may tell of it last."""
    return all(seq == after for after, (seq, _) in enumerate(events, events[0][0]))
