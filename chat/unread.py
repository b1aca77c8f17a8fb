"""How much a person has not read: computed from the rows after their read position, stored nowhere.

    unread     posts by others
    mentions   posts by others that mention the person or the whole room, in their first words or in an edit's

after the position, deleted and erased ones not counted. A mark "unread from here" moves the beginning back, not the
position. Any number of rooms costs four queries, six where posts were deleted, two where nobody else has written.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple
from uuid import UUID

import orjson
from django.db.models import Count, Q

from accounts.models import User
from chat.mentions import EVERYBODY, find_names
from chat.models import ReadPosition, UnreadMark
from chat.text import mentions
from ledger.models import Message
from ledger.querysets import MessageQuerySet

COUNTED = 999
"""Unread messages are looked for among so many newest entries of a room; a larger number tells nobody more."""
MENTIONS_COUNTED = 100
"""So many newest texts are looked into."""

Spans = Mapping[UUID, tuple[int, int]]
"""For each room `(read, head)`."""


class Unread(NamedTuple):
    unread: int = 0
    mentions: int = 0


def count_unread(user: UUID, spans: Spans) -> dict[UUID, Unread]:
    """Rooms in which there is something to read."""
    found = _after(user, spans)
    if found is None:
        return {}
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


def find_marks(user: UUID, rooms: Collection[UUID]) -> dict[UUID, int]:
    """Room → from which seq on it is marked as unread."""
    return dict(UnreadMark.objects.filter(user=user, room__in=rooms).values_list("room", "seq"))


def find_beginning(user: UUID, room: UUID) -> int | None:
    """The first seq that the person has not read; None where they have never read anything here."""
    read = ReadPosition.objects.filter(user=user, room=room).values_list("seq", flat=True).first()
    mark = find_marks(user, [room]).get(room)
    return min(filter(None, (read and read + 1, mark)), default=None)


def _after(user: UUID, spans: Spans) -> MessageQuerySet | None:
    """The entries after the beginnings; None where there is nothing after any."""
    marks = find_marks(user, spans.keys()) if spans else {}
    wanted = []
    for room, (read, head) in spans.items():
        start = min(read, marks[room] - 1) if room in marks else read
        if head > start:
            wanted.append(Q(room=room, room_seq__gt=max(start, head - COUNTED), room_seq__lte=head))
    return Message.objects.filter(Q(*wanted, _connector=Q.OR)) if wanted else None


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
        text = orjson.loads(body or "{}").get("text", "")
        if post not in deleted and names & find_names([text]) and mentions(text, names):
            found[room].add(post)
    return found
