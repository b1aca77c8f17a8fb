"""How far people have read: noted at once, stored with the next tick, then told to the person's other connections.

For a person reads more often than a disk likes to write. Told is what stands then, not what a device said.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Protocol
from uuid import UUID

from chat.delivery import store
from chat.delivery.connection import Connection
from chat.delivery.doorbell import Doorbell
from chat.delivery.repeating import repeat
from chat.delivery.ring import Ring
from chat.delivery.threads import readers
from chat.notifying.unread import Spans, Unread, count_each
from chat.replies import encode_read

Read = Mapping[tuple[UUID, UUID], tuple[int, Connection | None]]
"""`(user, room)` → seq, and the connection that said so."""


class Audience(Protocol):
    """Whom it tells: the hub."""

    @property
    def connections(self) -> Collection[Connection]: ...

    @property
    def doorbell(self) -> Doorbell | None: ...

    def ring(self, room: UUID) -> Ring | None: ...


class ReadPositions:
    def __init__(self, hub: Audience) -> None:
        self._hub = hub
        self._read: dict[tuple[UUID, UUID], tuple[int, Connection]] = {}
        self._heard: dict[tuple[UUID, UUID], tuple[int, None]] = {}

    async def run(self, tick_s: float) -> None:
        """Until cancelled."""
        await repeat(self.save, tick_s, "How far people have read cannot be stored")

    def note(self, connection: Connection, room: UUID, seq: int) -> None:
        key = connection.ticket.user, room
        if seq > self.unsaved(*key):
            self._read[key] = seq, connection

    def unsaved(self, user: UUID, room: UUID) -> int:
        """What is not stored yet; 0 when nothing is."""
        return self._read.get((user, room), (0, None))[0]

    def hear(self, user: UUID, room: UUID, seq: int) -> None:
        """Another process has stored it."""
        self._heard[user, room] = seq, None

    async def save(self) -> None:
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
