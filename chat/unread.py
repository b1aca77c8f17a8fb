"""How much a person has not read: computed from the rows after their read position, stored nowhere.

    unread     posts by others
    mentions   posts by others that mention the person or the whole room, in their first words or in an edit's

after the position, deleted and erased ones not counted. A mark "unread from here" moves the beginning back, not the
position. Up to 200 rooms cost four queries, six where posts were deleted, two where nobody else has written.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Q

from accounts.models import User
from chat.mentions import EVERYBODY
from chat.models import ReadPosition, UnreadMark
from chat.sessions import batches
from chat.text import find_mentioned, text_of
from ledger.models import Message
from ledger.querysets import MessageQuerySet

COUNTED = 999
"""Unread messages are looked for among so many newest entries of a room; a larger number tells nobody more."""
MENTIONS_COUNTED = 100
"""So many newest texts are looked into."""
PLACES = 200
"""So many stretches of rooms are asked about by one query: SQLite takes conditions less than a thousand deep."""

Spans = Mapping[UUID, tuple[int, int]]
"""For each room `(read, head)`."""


class Unread(NamedTuple):
    unread: int = 0
    mentions: int = 0


def count_unread(user: UUID, spans: Spans) -> dict[UUID, Unread]:
    """Rooms in which there is something to read."""
    unread: dict[UUID, Unread] = {}
    for some in batches(find_stretches(user, spans), PLACES):
        unread |= _count_in(user, Message.objects.filter(Q(*some, _connector=Q.OR)))
    return unread


def find_stretches(user: UUID, spans: Spans) -> list[Q]:
    """The conditions for what is unread, one for each room in which there is any. At most one query."""
    marks = find_marks(user, spans.keys()) if spans else {}
    wanted = []
    for room, (read, head) in spans.items():
        start = min(read, marks[room] - 1) if room in marks else read
        if head > start:
            wanted.append(Q(room=room, room_seq__gt=max(start, head - COUNTED), room_seq__lte=head))
    return wanted


def find_marks(user: UUID, rooms: Collection[UUID]) -> dict[UUID, int]:
    """Room → from which seq on it is marked as unread."""
    return dict(UnreadMark.objects.filter(user=user, room__in=rooms).values_list("room", "seq"))


def find_beginning(user: UUID, room: UUID) -> int | None:
    """The first seq that the person has not read; None where they have never read anything here."""
    read = ReadPosition.objects.filter(user=user, room=room).values_list("seq", flat=True).first()
    mark = find_marks(user, [room]).get(room)
    return min(filter(None, (read and read + 1, mark)), default=None)


def _count_in(user: UUID, found: MessageQuerySet) -> dict[UUID, Unread]:
    counted = _count(found.exclude(author=user))
    kinds = {kind for _, kind in counted}
    if not kinds & {"post", "edit"}:
        return {}
    others = found.filter(body__isnull=False).exclude(author=user)
    deleted: set[bytes] = set()
    if "delete" in kinds:  # Of posts by others, and nobody deletes another's.
        deleted = {bytes(ref) for ref in found.filter(kind="delete").values_list("ref", flat=True) if ref is not None}
        counted = _count(others.exclude(hash__in=deleted))
    counts = {room: count for (room, kind), count in counted.items() if kind == "post" and count}
    mentioned = _find_mentions(user, others, deleted)
    return {room: Unread(counts.get(room, 0), len(mentioned.get(room, ()))) for room in {*counts, *mentioned}}


def _count(rows: MessageQuerySet) -> dict[tuple[UUID, str], int]:
    """Room and kind → how many have words; 0 where all were erased, or the kind has none."""
    grouped = rows.values_list("room", "kind").annotate(Count("body"))
    return {(room, kind): count for room, kind, count in grouped}


def _find_mentions(user: UUID, rows: MessageQuerySet, deleted: set[bytes]) -> Mapping[UUID, set[bytes]]:
    """Room → hashes of the posts that mention the user."""
    username = User.objects.filter(pk=user).values_list("username", flat=True).first() or EVERYBODY
    names = {username.lower(), EVERYBODY}
    texts = rows.filter(
        Q(*(Q(body__icontains=f"@{name}") for name in names), _connector=Q.OR), kind__in=("post", "edit")
    )
    found: defaultdict[UUID, set[bytes]] = defaultdict(set)
    newest = texts.order_by("-id").values_list("room", "kind", "hash", "ref", "body")[:MENTIONS_COUNTED]
    for room, kind, hash_, ref, body in newest:
        post = bytes(hash_ if kind == "post" else ref or b"")
        if post not in deleted and find_mentioned(text_of(body), names):
            found[room].add(post)
    return found
