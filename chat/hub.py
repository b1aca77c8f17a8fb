"""The hub: one in a process, between the recorder and every connection.

    recorder ─ rows ──┐           ┌ ring of each room ── cursor of each connection ── its pump ── socket
    doorbell ─────────┤  updater ─┤
    every 1.5 s ──────┘           └ newest blocks

When a room has grown, its connections are marked; each fetches by its own cursor when its socket takes more. An event
is encoded once, and connections with one cursor share one frame.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any
from uuid import UUID

from chat.delivery import threads
from chat.delivery.backfill import Backfill
from chat.delivery.connection import Connection
from chat.delivery.doorbell import open_doorbell
from chat.delivery.liveness import Liveness
from chat.delivery.memberships import Memberships
from chat.delivery.newcomers import Newcomers
from chat.delivery.read_positions import ReadPositions
from chat.delivery.ring import Ring
from chat.delivery.store import Encoded
from chat.delivery.updater import Runner, Updater, encode_recorded, is_dense
from chat.delivery.watcher import Watcher
from chat.notifying.pushing import Pusher
from chat.replies import FRAME_EVENTS, encode_events, encode_sealed
from chat.tidying import tidy_up
from ledger.models import Message
from ledger.recording.batches import add_listener

TICK_S = 1.5
"""With the time that a turn takes, what nobody announced is delivered, and who is revoked is closed, within 2 s."""
LONGEST_WAIT_S = 0.02
"""So long an entry waits for the next ones at most."""
SHORTCUT_BYTES = 64 * 1024
"""Encoded events up to this size travel with the doorbell."""


class Hub:
    def __init__(self, updater_threads: Runner = threads.updater, pages: Runner = threads.readers) -> None:
        self.connections: dict[Connection, set[UUID]] = {}
        """Each with the rooms that it is fed, or will be once it is welcomed."""
        self.doorbell = open_doorbell(self._hear)
        self.updater = Updater(self, updater_threads)
        self.watcher = Watcher(self)
        self.liveness = Liveness(self)
        self.memberships = Memberships(self)
        self.read_positions = ReadPositions(self)
        self.newcomers = Newcomers(pages, self.read_positions.unsaved)
        self._members: dict[UUID, set[Connection]] = {}
        """The same by room; none without anybody."""
        self._handing_s = 0.0
        self._backfill = Backfill(pages)
        self._loop = asyncio.get_running_loop()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, tick_s: float) -> None:
        jobs = [self.updater.run(tick_s), self.watcher.run(tick_s), self.watcher.run_present(tick_s)]
        jobs += [self.read_positions.run(tick_s), self.liveness.run(tick_s), tidy_up()]
        if self.doorbell is not None:
            jobs.append(self.doorbell.run())
        self._tasks = [self._loop.create_task(job) for job in jobs]

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()

    # For consumers

    async def join(self, connection: Connection, rooms: Collection[UUID]) -> dict[UUID, int]:
        """Subscribes to the rooms, then returns their heads: what comes after these will reach the connection."""
        if connection.cursors and connection not in self.connections:
            return {}  # It has left while its rooms were read once more.
        self.connections.setdefault(connection, set()).update(rooms)
        self.liveness.presence.connect(connection.ticket.user, connection, monotonic())
        for room in rooms:
            self._members.setdefault(room, set()).add(connection)
        await self.updater.open(rooms)
        return {room: self.updater.rings[room].head for room in rooms}

    def forget(self, connection: Connection, room: UUID) -> None:
        """Of this room nothing more reaches the connection, and it can ask for nothing."""
        self.connections.get(connection, set()).discard(room)
        self._take_out(connection, room)
        if (ring := self.ring(room)) is not None:
            connection.drop(ring)

    def is_in(self, connection: Connection, room: UUID) -> bool:
        return connection in self.members(room)

    def leave(self, connection: Connection) -> None:
        self.liveness.presence.disconnect(connection.ticket.user, connection, monotonic())
        for room in self.connections.pop(connection, ()):
            self._take_out(connection, room)

    def _take_out(self, connection: Connection, room: UUID) -> None:
        if members := self._members.get(room):
            members.discard(connection)
            if not members:
                del self._members[room]

    def members(self, room: UUID) -> Collection[Connection]:
        """The connections here that are fed the room."""
        return self._members.get(room, ())

    def ring(self, room: UUID) -> Ring | None:
        """None for a room in which nobody here is."""
        return self.updater.rings.get(room)

    def tell_sealed(self, connection: Connection, rooms: Iterable[UUID]) -> None:
        """The tip and how far these rooms are in blocks, once; the blocks that follow come by themselves."""
        tip = self.updater.sealings.tip
        if tip is not None:
            up_to = {room: self.updater.rings[room].sealed for room in rooms}
            connection.push(encode_sealed(tip.block, {room: seq for room, seq in up_to.items() if seq}))
            connection.height = tip.height

    async def read_after(self, ring: Ring, cursor: int, limit: int) -> Encoded:
        """Entries after a cursor, as many as a frame holds."""
        return await self._backfill.read_after(ring, cursor, limit)

    # For connections: their feed

    async def read_frame(self, ring: Ring, cursor: int) -> tuple[str | None, int]:
        """The `events` frame after this cursor, and the cursor after it."""
        events = await self.read_after(ring, cursor, FRAME_EVENTS)
        # Not beyond what the ring knows: a removal there is still to be heard of.
        events = [pair for pair in events if pair[0] <= ring.head]
        if not events:
            return None, ring.head
        return encode_events(ring.room, [event for _, event in events]), events[-1][0]

    def sealed_since(self, height: int, rings: Iterable[Ring]) -> tuple[list[str], int]:
        sealings = self.updater.sealings
        if height >= sealings.height:
            return [], height
        return sealings.since(height, {ring.room for ring in rings}), sealings.height

    # For whoever has news, from any thread

    def heard(self, rows: Sequence[Message]) -> None:
        """New rows of this process's recorder, in order."""
        try:
            recorded = encode_recorded(rows, self.updater.rings)
        except Exception:
            self.nudge()  # The next comparison reads them.
            raise
        with suppress(RuntimeError):  # The loop is closed: the process ends.
            self._loop.call_soon_threadsafe(self.updater.take_recorded, recorded)
            if any(row.kind.startswith("member.") for row in rows):
                self._loop.call_soon_threadsafe(self._came_or_went)

    def nudge(self) -> None:
        """Something is new, look what."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.updater.look)

    def reread(self) -> None:
        """Somebody is called otherwise now: what is held encoded names them as before."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.updater.reread)

    def tell(self, frame: str, **to: UUID) -> None:
        """To the connections of a `room` or of a `user`, else to all."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(partial(self._tell, frame, **to))

    def _tell(self, frame: str, room: UUID | None = None, user: UUID | None = None) -> None:
        for connection in list(self.connections if room is None else self.members(room)):
            if user is None or connection.ticket.user == user:
                connection.push(frame)

    def recount(self, user: UUID, room: UUID, seq: int) -> None:
        """The person, who has read up to `seq`, has marked something as unread or as read."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.read_positions.hear, user, room, seq)

    def _came_or_went(self) -> None:
        self.watcher.look()
        if self.doorbell is not None:
            self.doorbell.ring({"people": "came or went"})

    # For the updater: its audience

    def departed(self, ring: Ring, member: UUID) -> None:
        self.memberships.departed(ring, member)

    async def show_out(self) -> None:
        await self.memberships.show_out()

    def is_present(self, room: UUID) -> bool:
        return room in self._members

    def patience_s(self) -> float:
        """As long as handing a frame to everybody took last time: waiting costs no more than it may spare."""
        return min(self._handing_s, LONGEST_WAIT_S)

    def grown(self, ring: Ring) -> None:
        started_s = monotonic()
        for connection in self.members(ring.room):
            connection.feed(ring)
        self._handing_s = monotonic() - started_s

    def sealed(self) -> None:
        for connection in self.connections:
            connection.wake()

    def recorded_here(self, room: UUID, head: int, events: Encoded) -> None:
        if self.doorbell is not None:
            fits = (
                events
                and events[-1][0] == head
                and is_dense(events)
                and sum(len(event) for _, event in events) <= SHORTCUT_BYTES
            )
            self.doorbell.ring({"room": room.hex, "head": head, "events": [e for _, e in events] if fits else []})

    def _hear(self, message: Mapping[str, Any]) -> None:
        """A doorbell: entries of a room, how far somebody has read, a frame to hand on, who is here or types, a new
        name, who came or went, or (of a block) that there is news."""
        if "read" in message:
            self.read_positions.hear(UUID(message["user"]), UUID(message["room"]), message["read"])
        elif "frame" in message:
            self._tell(message["frame"], **{kind: UUID(id) for kind, id in message["to"].items()})
        elif "people" in message:
            self.watcher.look()
        elif "reread" in message:
            self.updater.reread()
        elif "typing" in message:
            self.liveness.tell_typing(UUID(message["room"]), message["typing"])
        elif "presence" in message:
            states = {UUID(person): state for person, state in message["presence"].items()}
            self.liveness.hear_presence(message["from"], states)
        elif message.get("events"):
            first = message["head"] - len(message["events"]) + 1
            self.updater.take_events(UUID(message["room"]), list(enumerate(message["events"], first)))
        else:
            self.updater.look()


_hub: Hub | None = None


def get_hub() -> Hub:
    """This process's hub, started on first use inside the event loop."""
    global _hub
    if _hub is None:
        _hub = Hub()
        _hub.start(TICK_S)
        add_listener(_hub.heard)
        add_listener(Pusher().hear)
    return _hub


def running_hub() -> Hub | None:
    """The hub if this process has one; for those who have news or questions, from any thread."""
    return _hub
