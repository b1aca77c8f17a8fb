"""Looks after the connections of a process: who may no longer be here, who is where, who reads, and how far.

run          who may not be here any more, within two seconds: nothing that takes long comes before it
keep_read    how far people have read, stored and told
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import suppress
from time import monotonic
from typing import Protocol
from uuid import UUID

from accounts.sessions import SEEN_EVERY_S
from chat.delivery import store
from chat.delivery.connection import Connection
from chat.delivery.doorbell import Doorbell
from chat.delivery.memberships import Memberships
from chat.delivery.ring import Ring
from chat.delivery.threads import readers
from chat.notifying.unread import Spans, Unread, count_each
from chat.replies import encode_read
from chat.sessions import find_revoked, note_present

logger = logging.getLogger(__name__)

STALL_S = 30.0
"""A client that has not taken a frame for so long is cut off."""

Read = Mapping[tuple[UUID, UUID], tuple[int, Connection | None]]
"""`(user, room)` → seq, and the connection that said so."""


class Watched(Protocol):
    """What the watcher looks after: the hub."""

    @property
    def connections(self) -> Collection[Connection]: ...

    @property
    def doorbell(self) -> Doorbell | None: ...

    @property
    def memberships(self) -> Memberships: ...

    def ring(self, room: UUID) -> Ring | None: ...


class Watcher:
    def __init__(self, hub: Watched) -> None:
        self._hub = hub
        self._wake = asyncio.Event()
        self._read: dict[tuple[UUID, UUID], tuple[int, Connection]] = {}
        self._heard: dict[tuple[UUID, UUID], tuple[int, None]] = {}
        self._noted_s = monotonic()

    def look(self) -> None:
        """Somebody came or went."""
        self._wake.set()

    async def run(self, tick_s: float) -> None:
        """Until cancelled."""
        is_well = True
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(tick_s):
                    await self._wake.wait()
            self._wake.clear()
            is_well = await _attempt(self._look_around, is_well)

    async def keep_read(self, tick_s: float) -> None:
        """Until cancelled."""
        is_well = True
        while True:
            await asyncio.sleep(tick_s)
            is_well = await _attempt(self._write_down, is_well)

    async def _look_around(self) -> None:
        self.cut_off_stalled(monotonic())
        await self.close_revoked()
        await self._hub.memberships.compare()

    async def _write_down(self) -> None:
        await self.save_read()
        await self.note_present(monotonic())

    def cut_off_stalled(self, now_s: float) -> None:
        for connection in list(self._hub.connections):
            since_s = connection.blocked_since_s
            if since_s is not None and now_s - since_s > STALL_S:
                connection.cut_off()

    async def close_revoked(self) -> None:
        tickets = {connection.ticket for connection in self._hub.connections}
        if not tickets:
            return
        revoked = await readers.run(find_revoked, tickets)
        for connection in list(self._hub.connections):
            if connection.ticket in revoked:
                connection.close(revoked[connection.ticket])

    async def note_present(self, now_s: float) -> None:
        sessions = {connection.ticket.session for connection in self._hub.connections}
        if sessions and now_s - self._noted_s >= SEEN_EVERY_S:
            self._noted_s = now_s
            await readers.run(note_present, sessions)

    # How far people have read: stored with the next tick, for a person reads more often than a disk likes to write.

    def note_read(self, connection: Connection, room: UUID, seq: int) -> None:
        key = connection.ticket.user, room
        if seq > self.read_position(*key):
            self._read[key] = seq, connection

    def read_position(self, user: UUID, room: UUID) -> int:
        """What is not stored yet; 0 when nothing is."""
        return self._read.get((user, room), (0, None))[0]

    def hear_read(self, user: UUID, room: UUID, seq: int) -> None:
        """Another process has stored it."""
        self._heard[user, room] = seq, None

    async def save_read(self) -> None:
        """Told is what stands then, not what a device said."""
        read = dict(self._read)
        stands: store.Positions = {}
        if read:
            stands = await readers.run(store.save_read_positions, {key: seq for key, (seq, _) in read.items()})
        for key, noted in read.items():  # What failed is still noted, and what was read on meanwhile.
            if self._read[key] == noted:
                del self._read[key]
        heard, self._heard = self._heard, {}
        told = {key: (seq, read[key][1]) for key, seq in stands.items()}
        for (user, room), (seq, _) in told.items():
            if self._hub.doorbell is not None:
                self._hub.doorbell.ring({"user": user.hex, "room": room.hex, "read": seq})
        everything: dict[tuple[UUID, UUID], tuple[int, Connection | None]] = {**told}
        for key, (seq, _) in heard.items():  # Also to the page that reads at this moment.
            everything[key] = max(seq, told[key][0]) if key in told else seq, None
        if everything:
            await self._tell(everything)

    async def _tell(self, read: Read) -> None:
        """To the person's other connections."""
        spans: defaultdict[UUID, dict[UUID, tuple[int, int]]] = defaultdict(dict)
        for (user, room), ring, _ in self._others(read):
            spans[user][room] = read[user, room][0], ring.head
        if not spans:
            return
        found = await readers.run(_count_each, spans)
        for (user, room), _, others in self._others(read):
            for each in others if room in spans.get(user, ()) else ():  # Who has come since was welcomed with it.
                each.push(encode_read(room, read[user, room][0], *found[user].get(room, Unread())))

    def _others(self, read: Read) -> Iterator[tuple[tuple[UUID, UUID], Ring, list[Connection]]]:
        """Who is to be told, by person and room."""
        by_user: defaultdict[UUID, list[Connection]] = defaultdict(list)
        for connection in self._hub.connections:
            by_user[connection.ticket.user].append(connection)
        for (user, room), (_, origin) in read.items():
            ring = self._hub.ring(room)
            others = [each for each in by_user[user] if each is not origin and ring in each.cursors]
            if ring and others:
                yield (user, room), ring, others


def _count_each(spans: Mapping[UUID, Spans]) -> dict[UUID, dict[UUID, Unread]]:
    return dict(zip(spans, count_each(list(spans.items())), strict=True))


async def _attempt(turn: Callable[[], Awaitable[None]], was_well: bool) -> bool:
    """Whether it went well; of faults in a row the first is logged."""
    try:
        await turn()
    except Exception:
        if was_well:
            logger.exception("The connections cannot be looked after; it goes on trying.")
        return False
    return True
