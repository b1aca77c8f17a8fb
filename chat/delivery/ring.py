"""The newest entries of one room as encoded events: what everybody who is up to date is served from.

Pure: no database, no sockets, no clock. Entries are appended in order and without gaps; old ones fall out.

    seq:   first ……………… head          `frame_after(cursor)` joins what follows a cursor; two connections with
           [event event … event]         the same cursor get the same string.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from chat.delivery.wire import frame_text
from chat.events import encode_sealed, is_erasure
from chat.replies import FRAME_BYTES, FRAME_EVENTS, encode_events

RING_EVENTS = 500
RING_BYTES = 1024 * 1024
KEPT_FRAMES = 8


class Ring:
    def __init__(self, room: UUID, head: int, sealed: int = 0) -> None:
        self.room = room
        self.head = head
        """seq of the newest entry known."""
        self.sealed = sealed
        """Entries up to this seq are in blocks."""
        self._events: list[bytes] = []
        self._bytes = 0
        self._frames: dict[int, tuple[str, int]] = {}
        self._framed: dict[int, tuple[bytes, int]] = {}
        self.changes = 0
        """Another one whenever what is held, or was read for it, may have come to say something else."""

    @property
    def first(self) -> int:
        """seq of the oldest entry held; head + 1 when none is."""
        return self.head - len(self._events) + 1

    @property
    def has_room(self) -> bool:
        """For a frame's worth of entries before the first."""
        return len(self._events) < RING_EVENTS and self._bytes + FRAME_BYTES <= RING_BYTES

    def extend(self, events: Iterable[bytes]) -> None:
        """Appends the entries head + 1, head + 2 …"""
        for event in events:
            if is_erasure(event):
                self.restart(self.head)  # What is held may be what it erased, or quote it; the database does no more.
            self._events.append(event)
            self._bytes += len(event)
            self.head += 1
        dropped = 0
        while len(self._events) - dropped > RING_EVENTS or self._bytes > RING_BYTES:
            self._bytes -= len(self._events[dropped])
            dropped += 1
        del self._events[:dropped]
        self._forget_frames()

    def prepend(self, events: Sequence[bytes]) -> bool:
        """Puts the entries before `first` in front; False, and nothing done, where there is no room for all of them."""
        size = sum(map(len, events))
        if len(self._events) + len(events) > RING_EVENTS or self._bytes + size > RING_BYTES:
            return False
        self._events[:0] = events
        self._bytes += size
        return True

    def restart(self, head: int) -> None:
        """Forgets everything and goes on after `head`: the gap is too wide to be kept."""
        self.changes += 1
        self._events.clear()
        self._forget_frames()
        self._bytes = 0
        self.head = head

    def seal(self, height: int, up_to: int, leaves: Mapping[int, int]) -> None:
        """Writes the block into the entries `leaves` (seq → leaf index)."""
        self.changes += 1
        self.sealed = max(self.sealed, up_to)
        first = self.first
        for seq, leaf_index in leaves.items():
            if first <= seq <= self.head:
                event = encode_sealed(self._events[seq - first], leaf_index, height)
                self._bytes += len(event) - len(self._events[seq - first])
                self._events[seq - first] = event
        self._forget_frames()

    def since(self, cursor: int, limit: int = FRAME_EVENTS) -> Sequence[bytes] | None:
        """What follows `cursor`, as much as a frame holds; None when it begins before the ring."""
        if cursor + 1 < self.first:
            return None
        start = cursor + 1 - self.first
        return fit_frame(self._events[start : start + limit])

    def frame_after(self, cursor: int) -> tuple[str, int] | None:
        """The `events` frame for this cursor and the cursor after it; None when it begins before the ring."""
        if (known := self._frames.get(cursor)) is not None:
            return known
        events = self.since(cursor)
        if events is None:
            return None
        made = encode_events(self.room, events), cursor + len(events)
        if len(self._frames) < KEPT_FRAMES:
            self._frames[cursor] = made
        return made

    def framed_after(self, cursor: int) -> tuple[bytes, int] | None:
        """The same, framed for `Wire`."""
        if (known := self._framed.get(cursor)) is not None:
            return known
        made = self.frame_after(cursor)
        if made is None:
            return None
        framed = frame_text(made[0]), made[1]
        if len(self._framed) < KEPT_FRAMES:
            self._framed[cursor] = framed
        return framed

    def _forget_frames(self) -> None:
        self._frames.clear()
        self._framed.clear()


def fit_frame(events: Sequence[bytes]) -> Sequence[bytes]:
    """The first of them, as many as one frame holds."""
    size = 0
    for count, event in enumerate(events):
        size += len(event)
        if size > FRAME_BYTES and count:
            return events[:count]
    return events
