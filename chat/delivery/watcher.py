"""Looks after the connections of a process: who may no longer be here, who does not read, whose session is in use."""

import asyncio
from collections.abc import Collection
from time import monotonic
from typing import Protocol

from accounts.sessions import SEEN_EVERY_S
from chat.delivery.connection import Connection
from chat.delivery.memberships import Memberships
from chat.delivery.repeating import repeat
from chat.delivery.threads import readers
from chat.sessions import find_revoked, note_present

STALL_S = 30.0
"""A client that has not taken a frame for so long is cut off."""


class Watched(Protocol):
    """What the watcher looks after: the hub."""

    @property
    def connections(self) -> Collection[Connection]: ...

    @property
    def memberships(self) -> Memberships: ...


class Watcher:
    def __init__(self, hub: Watched) -> None:
        self._hub = hub
        self._wake = asyncio.Event()
        self._noted_s = monotonic()

    def look(self) -> None:
        """Somebody came or went."""
        self._wake.set()

    async def run(self, tick_s: float) -> None:
        """Until cancelled. Who may not be here is out within two seconds: nothing that takes long comes before it."""
        await repeat(self._look_around, tick_s, "The connections cannot be looked after", self._wake)

    async def run_present(self, tick_s: float) -> None:
        """Until cancelled."""
        await repeat(lambda: self.note_present(monotonic()), tick_s, "Whose session is in use cannot be noted")

    async def _look_around(self) -> None:
        self.cut_off_stalled(monotonic())
        await self.close_revoked()
        await self._hub.memberships.compare()

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
