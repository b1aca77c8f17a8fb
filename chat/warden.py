"""Looks after the connections of a process: who may no longer be here, who is where, who reads, and how far.

Now and then it has files swept away that nobody sent.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Collection, Mapping
from contextlib import suppress
from time import monotonic
from typing import Protocol
from uuid import UUID

from accounts.sessions import SEEN_EVERY_S
from chat import store
from chat.connection import Connection
from chat.doorbell import Doorbell
from chat.doors import Doors
from chat.files.removing import sweep
from chat.replies import encode_read
from chat.ring import Ring
from chat.sessions import find_revoked, note_present
from chat.threads import readers
from chat.unread import Unread, count_unread

logger = logging.getLogger(__name__)

STALL_S = 30.0
"""A client that has not taken a frame for so long is cut off."""
SWEEP_S = 3600.0


class Charge(Protocol):
    """What the warden looks after: the hub."""

    @property
    def connections(self) -> Collection[Connection]: ...

    @property
    def doorbell(self) -> Doorbell | None: ...

    @property
    def doors(self) -> Doors: ...

    def ring(self, room: UUID) -> Ring | None: ...


class Warden:
    def __init__(self, hub: Charge) -> None:
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
        swept_s = -SWEEP_S  # what a crash has left behind goes with the next start
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(tick_s):
                    await self._wake.wait()
            self._wake.clear()
            try:
                if monotonic() - swept_s > SWEEP_S:
                    swept_s = monotonic()
                    await readers.run(sweep)
                self.cut_off_stalled(monotonic())
                await self.close_revoked()
                await self._hub.doors.compare()
                await self.save_read()
                await self.note_present(monotonic())
                is_well = True
            except Exception:
                if is_well:
                    logger.exception("The connections cannot be looked after; it goes on trying.")
                is_well = False

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
        read, self._read = self._read, {}
        heard, self._heard = self._heard, {}
        if read:
            await readers.run(store.save_read_positions, {key: seq for key, (seq, _) in read.items()})
        for (user, room), (seq, _) in read.items():
            if self._hub.doorbell is not None:
                self._hub.doorbell.ring({"user": user.hex, "room": room.hex, "read": seq})
        if read or heard:
            await self._tell({**heard, **read})

    async def _tell(self, read: Mapping[tuple[UUID, UUID], tuple[int, Connection | None]]) -> None:
        """To the person's other connections."""
        by_user: defaultdict[UUID, list[Connection]] = defaultdict(list)
        for connection in self._hub.connections:
            by_user[connection.ticket.user].append(connection)
        for (user, room), (seq, origin) in read.items():
            ring = self._hub.ring(room)
            others = [each for each in by_user[user] if each is not origin and ring in each.cursors]
            if ring and others:
                unread = await readers.run(count_unread, user, {room: (seq, ring.head)})
                for each in others:
                    each.push(encode_read(room, seq, *unread.get(room, Unread())))
