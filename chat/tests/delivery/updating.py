"""An updater and its surroundings in memory: the store that it reads, the audience that it tells, and what it holds."""

import json
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from chat.delivery.ring import Ring
from chat.delivery.sealings import Sealing
from chat.delivery.store import Encoded
from chat.delivery.updater import Updater, encode_recorded

ROOM, CELLAR = UUID(int=1), UUID(int=2)


class Store:
    """What `chat.delivery.store` offers the updater."""

    def __init__(self) -> None:
        self.rows: dict[UUID, list[bytes]] = {}
        self.blocks = [sealing(0, {})]
        self.fault: Exception | None = None
        self.reads = 0

    def add(self, count: int = 1, room: UUID = ROOM) -> list[Any]:
        rows = self.rows.setdefault(room, [])
        seqs = range(len(rows) + 1, len(rows) + count + 1)
        rows.extend(b'{"seq":%d,"leaf_index":null,"block":null}' % seq for seq in seqs)
        return [SimpleNamespace(room=room, room_seq=seq) for seq in seqs]

    def encode_rows(self, rows: Sequence[Any], *, are_new: bool = False) -> Encoded:
        if self.fault:
            raise self.fault
        return [(row.room_seq, self.rows[row.room][row.room_seq - 1]) for row in rows]

    def find_heads(self, rooms: Sequence[UUID]) -> dict[UUID, int]:
        if self.fault:
            raise self.fault
        return {room: len(self.rows[room]) for room in rooms if room in self.rows}

    def find_sealed_heads(self, rooms: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
        self.reads += 1
        return {room: (len(self.rows.get(room, ())), 0) for room in rooms}

    def read_after(self, room: UUID, after: int, limit: int) -> Encoded:
        self.reads += 1
        return list(enumerate(self.rows[room], 1))[after : after + limit]

    def find_tip(self) -> Sealing:
        return self.blocks[-1]

    def find_sealings(self, after: int, rings: Mapping[UUID, int]) -> list[Sealing]:
        return [block for block in self.blocks if block.height > after]


class Audience:
    def __init__(self) -> None:
        self.rooms = {ROOM}
        self.growths: list[UUID] = []
        self.blocks = 0
        self.announced: list[tuple[UUID, int, Encoded]] = []
        self.patience = 0.0
        self.out: list[UUID] = []
        self.looks = 0

    def is_present(self, room: UUID) -> bool:
        return room in self.rooms

    def departed(self, ring: Ring, member: UUID) -> None:
        self.out.append(member)
        assert ring.room not in self.growths

    async def show_out(self) -> None:
        self.looks += 1

    def grown(self, ring: Ring) -> None:
        self.growths.append(ring.room)

    def sealed(self) -> None:
        self.blocks += 1

    def patience_s(self) -> float:
        return self.patience

    def recorded_here(self, room: UUID, head: int, events: Encoded) -> None:
        self.announced.append((room, head, events))


class Inline:
    async def run(self, function: Callable[..., Any], *args: Any) -> Any:
        return function(*args)


class Scene:
    def __init__(self, store: Store) -> None:
        self.store, self.audience = store, Audience()
        self.updater = Updater(self.audience, Inline())

    def take(self, rows: Sequence[Any]) -> None:
        """As the recorder's thread hands over what it recorded."""
        self.updater.take_recorded(encode_recorded(rows, self.updater.rings))

    def held(self, room: UUID = ROOM) -> list[int]:
        """The seqs in the ring, read from its events."""
        ring = self.updater.rings[room]
        cursor, seqs = ring.first - 1, []
        while cursor < ring.head and (made := ring.frame_after(cursor)):
            seqs += [event["seq"] for event in json.loads(made[0])["events"]]
            cursor = made[1]
        return seqs


def sealing(height: int, leaves: dict[UUID, dict[int, int]]) -> Sealing:
    rooms = {room: max(found) for room, found in leaves.items()}
    return Sealing(height, {"height": height}, f"checkpoint {height}", rooms, leaves)
