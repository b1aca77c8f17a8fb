"""What somebody has not read, room by room, and that they have read it all.

Bounded: of so many rooms so many messages each, from the first unread one on. What is beyond is a number and a link.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.models import User
from chat.delivery import store
from chat.models import Room, RoomPreference, UnreadMark
from chat.notifying.notices import find_own_levels
from chat.notifying.unread import Unread, count_unread, find_marks, find_stretches
from chat.search.documents import find_documents
from chat.search.hits import describe_documents
from ledger.models import Message

ROOMS_SHOWN = 20
SHOWN = 10
"""Messages of a room."""


@dataclass(frozen=True, slots=True)
class RoomNews:
    room: Room
    head: int
    """Up to here it is read once somebody says so."""
    unread: Unread
    hits: Sequence[Mapping[str, Any]]
    """The first ones, as a search shows what it found."""

    @property
    def more(self) -> int:
        return max(self.unread.unread - len(self.hits), 0)


def find_news(user: User) -> list[RoomNews]:
    """The rooms with something unread: mentions first, those of which one wants to hear nothing last."""
    read = {room: seq for room, seq in store.find_rooms(user) if not room.archived}
    heads = store.find_heads([room.pk for room in read])
    counts = count_unread(user.pk, {room.pk: (seq, heads.get(room.pk, 0)) for room, seq in read.items()})
    rooms = [room for room in read if room.pk in counts]
    levels = find_own_levels(user, rooms)
    rooms.sort(
        key=lambda room: (levels[room.pk] == RoomPreference.Level.MUTE, -counts[room.pk].mentions, room.name.casefold())
    )
    spans = {room.pk: (read[room], heads[room.pk]) for room in rooms[:ROOMS_SHOWN]}
    hits = _find_hits(user, spans)
    return [RoomNews(room, heads[room.pk], counts[room.pk], hits.get(room.pk, ())) for room in rooms]


def mark_read(user: User, heads: Mapping[UUID, int]) -> dict[UUID, int]:
    """Rooms that the user is in, each up to a seq; how far each is read then. What came after it stays unread."""
    mine = Room.objects.joined_by(user).filter(pk__in=heads).values_list("pk", flat=True)
    read = {room: heads[room] for room in mine}
    stands = store.save_read_positions({(user.pk, room): seq for room, seq in read.items()})
    done = [room for room, mark in find_marks(user.pk, read).items() if mark <= read[room]]
    UnreadMark.objects.filter(user=user, room__in=done).delete()
    return {room: seq for (_, room), seq in stands.items()}


def _find_hits(user: User, spans: Mapping[UUID, tuple[int, int]]) -> dict[UUID, list[dict[str, Any]]]:
    """A query a room, then some for all of them; in the order in which one reads."""
    posts: list[int] = []
    for room, (start, head) in find_stretches([(user.pk, spans)])[0].items():
        rows = Message.objects.filter(room=room, room_seq__gt=start, room_seq__lte=head)
        rows = rows.filter(kind="post", body__isnull=False)
        rows = rows.exclude(author=user.pk).order_by("room_seq")
        posts += rows.values_list("pk", flat=True)[:SHOWN]
    documents = sorted(find_documents(posts, spans.keys()), key=lambda document: document.post)
    hits: dict[UUID, list[dict[str, Any]]] = {}
    for document, hit in zip(documents, describe_documents(user, documents), strict=True):
        hits.setdefault(document.room, []).append(hit)
    return hits
