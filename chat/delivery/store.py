"""What the hub and the sockets read from the database, and the one thing they write: how far people have read.

Plain functions, for threads. Each costs a constant number of queries.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Max, Q, QuerySet, Sum

from accounts.models import User
from chat.batches import batches
from chat.delivery.sealings import BLOCKS_KEPT, Sealing
from chat.events import encode_messages
from chat.models import Membership, Preferences, ReadPosition, Room
from chat.names import find_people_in, name_room
from chat.notifying.unread import CONDITIONS
from chat.replies import FRAME_BYTES
from ledger.models import Block, Message, RoomHead

CHUNK = 20
"""Rows that are read at a time while it is not known how many fit."""
REACHES = (20, 500)
"""Among so many newest entries of many rooms the last sealed one is looked for, before a room is asked by itself."""
EVENT_BYTES = 700
"""What an event takes beside its text."""

Encoded = list[tuple[int, bytes]]
"""Events in JSON with their seq, in order."""
Positions = Mapping[tuple[UUID, UUID], int]
"""`(user, room)` → how far the person has read."""


def find_heads(rooms: Sequence[UUID]) -> dict[UUID, int]:
    return dict(_heads(rooms).values_list("pk", "seq"))


def _heads(rooms: Sequence[UUID]) -> QuerySet[RoomHead]:
    return RoomHead.objects.filter(pk__in=rooms)


def find_sealed_heads(rooms: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """The head of each room, and up to which seq it is in blocks.

    Two queries; two for every few hundred rooms whose newest entry is in no block yet; one for each where many are not.
    """
    heads = {room: (seq, key) for room, seq, key in _heads(rooms).values_list("pk", "seq", "last_id")}
    newest = Message.objects.filter(pk__in=[key for _, key in heads.values()], block__checkpoint__isnull=False)
    sealed = dict(newest.values_list("room", "room_seq"))
    sealed |= _find_sealed_in({room: seq for room, (seq, _) in heads.items() if room not in sealed})
    return dict.fromkeys(rooms, (0, 0)) | {room: (seq, sealed[room]) for room, (seq, _) in heads.items()}


def _find_sealed_in(heads: Mapping[UUID, int]) -> dict[UUID, int]:
    """Up to which seq each of these rooms is in blocks; looked for among the newest entries of all of them together."""
    found: dict[UUID, int] = {}
    for reach in REACHES:
        rest = [(room, head) for room, head in heads.items() if room not in found]
        found |= {room: 0 for room, head in rest if head <= reach}  # unless it is found now
        for batch in batches(rest, CONDITIONS):
            parts = (Q(room=room, room_seq__gt=head - reach, room_seq__lte=head) for room, head in batch)
            rows = Message.objects.filter(Q(*parts, _connector=Q.OR), block__checkpoint__isnull=False)
            found |= dict(rows.values_list("room").annotate(Max("room_seq")))
    return {room: found[room] if room in found else find_sealed(room) for room in heads}


def find_sealed(room: UUID) -> int:
    """Up to which seq the room is in blocks: what is sealed comes before what is not."""
    sealed = Message.objects.filter(room=room, block__checkpoint__isnull=False).order_by("-room_seq")
    return sealed.values_list("room_seq", flat=True).first() or 0


def encode_rows(rows: Sequence[Message], *, are_new: bool = False) -> Encoded:
    return list(zip((row.room_seq for row in rows), encode_messages(rows, are_new=are_new), strict=True))


def read_after(room: UUID, after: int, limit: int) -> Encoded:
    """The entries after a seq, as many as a frame holds."""
    return encode_rows(_fill(Message.objects.in_room(room).filter(room_seq__gt=after)[:limit]))


def find_before(room: UUID, before: int | None, limit: int) -> list[Message]:
    """The newest rows before a seq, or the newest of all, in order."""
    rows = Message.objects.filter(room=room).order_by("-room_seq")
    return list(rows[:limit] if before is None else rows.filter(room_seq__lt=before)[:limit])[::-1]


def find_since(room: UUID, time_ms: int) -> int:
    """The first seq at or after a moment, the head where there is none: a room's times never go back.

    Halving what is left costs a query of one row each, about twenty in a room of a million.
    """
    rows = Message.objects.filter(room=room)
    low, high = 1, find_heads([room]).get(room, 0)
    while low < high:
        middle = (low + high) // 2
        received_ms = rows.filter(room_seq=middle).values_list("received_ms", flat=True).first()
        low, high = (middle + 1, high) if received_ms is not None and received_ms < time_ms else (low, middle)
    return max(low, 1)


def read_before(room: UUID, before: int, limit: int) -> Encoded:
    """The newest entries before a seq, as many as a frame holds, in order."""
    newest_first = Message.objects.filter(room=room, room_seq__lt=before).order_by("-room_seq")
    return encode_rows(_fill(newest_first[:limit])[::-1])


def _fill(rows: QuerySet[Message]) -> list[Message]:
    """The first rows, until they fill a frame. Long ones are not read, let alone rendered, only to be left out."""
    found: list[Message] = []
    size = 0
    for row in rows.iterator(CHUNK):
        size += EVENT_BYTES + 2 * len(row.body or "")  # The text and its HTML.
        if found and size > FRAME_BYTES:
            break
        found.append(row)
    return found


def holds_post(room: UUID, hash: bytes) -> bool:
    return Message.objects.filter(hash=hash, room=room, kind="post").exists()


def find_tip() -> Sealing | None:
    """The newest block that may be shown, without its rooms."""
    tip = Block.objects.signed_tip()
    if tip is None or tip.checkpoint is None:
        return None
    before = Block.objects.filter(height=tip.height - 1).first()
    return Sealing(tip.height, describe_block(tip, before.tree_size if before else 0), tip.checkpoint, {}, {})


def find_sealings(after: int, rings: Mapping[UUID, int]) -> list[Sealing]:
    """The signed blocks after a height, oldest first; `rings` says from which seq on leaves are wanted."""
    blocks = list(Block.objects.filter(height__gte=after).order_by("-height")[: BLOCKS_KEPT + 1])[::-1]
    pairs = [pair for pair in pairwise(blocks) if pair[1].checkpoint is not None]
    return [_sealing(before, block, rings) for before, block in pairs if block.height > after]


def _sealing(before: Block, block: Block, rings: Mapping[UUID, int]) -> Sealing:
    rows = Message.objects.filter(leaf_index__gte=before.tree_size, leaf_index__lt=block.tree_size)
    rooms = dict(rows.values_list("room").annotate(Max("room_seq")))
    leaves: dict[UUID, dict[int, int]] = {}
    wanted = [Q(room=room, room_seq__gte=first) for room, first in rings.items() if room in rooms]
    for batch in batches(wanted, CONDITIONS):
        found = rows.filter(Q(*batch, _connector=Q.OR)).values_list("room", "room_seq", "leaf_index")
        for room, seq, leaf_index in found:
            leaves.setdefault(room, {})[seq] = leaf_index or 0
    return Sealing(block.height, describe_block(block, before.tree_size), block.checkpoint or "", rooms, leaves)


def describe_block(block: Block, first_leaf: int) -> dict[str, Any]:
    """The block of a `sealed` frame."""
    return {
        "height": block.height,
        "hash": block.hash.hex(),
        "previous": block.previous.hex(),
        "tree_size": block.tree_size,
        "first_leaf": first_leaf,
        "time_ms": block.time_ms,
        "bits": block.bits,
        "nonce": block.nonce,
    }


def describe_ends(heights: Collection[int]) -> dict[int, dict[str, int]]:
    """Of each of these blocks when it was mined and how many entries it holds."""
    if not heights:
        return {}
    wanted = {*heights, *(height - 1 for height in heights)}
    rows = {
        row[0]: row[1:] for row in Block.objects.filter(height__in=wanted).values_list("height", "time_ms", "tree_size")
    }
    before = {height: rows[height - 1][1] if height - 1 in rows else 0 for height in heights}
    return {height: {"timeMs": rows[height][0], "entries": rows[height][1] - before[height]} for height in heights}


def find_hidden(people: Sequence[UUID]) -> set[UUID]:
    """Those of them who chose not to be shown."""
    hidden = Preferences.objects.filter(is_shown=False)
    return set(hidden.filter(pk__in=people).values_list("pk", flat=True)) if hidden.exists() else set()


def find_rooms(user: User) -> list[tuple[Room, int]]:
    """The user's rooms with how far they have read each, under the names that they know them by."""
    return find_rooms_of([user])[user.pk]


def find_rooms_of(users: Collection[User]) -> dict[UUID, list[tuple[Room, int]]]:
    """The same for each of these. Three queries, and one where any of the rooms is a direct one."""
    ids = [user.pk for user in users if user.is_active]
    memberships = Membership.objects.filter(user__in=ids)
    mine: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for user, room in memberships.values_list("user", "room"):
        mine[user].add(room)
    is_theirs = Q(access=Room.Access.EVERYONE) | Q(pk__in=memberships.values("room"))
    rooms = {room.pk: (number, room) for number, room in enumerate(Room.objects.filter(is_theirs).order_by("name"))}
    everyones = {pk for pk, (_, room) in rooms.items() if room.access == Room.Access.EVERYONE}
    people = find_people_in([room for _, room in rooms.values() if room.is_direct])
    read = ReadPosition.objects.filter(user__in=ids).values_list("user", "room", "seq")
    seqs = {(user, room): seq for user, room, seq in read}

    def of(user: User) -> list[tuple[Room, int]]:
        found = sorted(rooms[room] for room in everyones | mine[user.pk] if room in rooms) if user.is_active else []
        return [(name_room(room, user, people), seqs.get((user.pk, room.pk), 0)) for _, room in found]

    return {user.pk: of(user) for user in users}


def find_memberships(users: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """The rooms that each of them is in; in those for everyone everybody is."""
    everyones = set(Room.objects.filter(access=Room.Access.EVERYONE).values_list("pk", flat=True))
    rooms = {user: set(everyones) for user in users}
    for batch in batches(users):
        for user, room in Membership.objects.filter(user__in=batch).values_list("user", "room"):
            rooms[user].add(room)
    return rooms


def membership_mark() -> tuple[int, int]:
    """Another one whenever anybody has come into a room or gone since."""
    told = Membership.objects.aggregate(count=Count("stamp"), sum=Sum("stamp"))
    return told["count"], told["sum"] or 0


def is_in(user: User, room: UUID) -> bool:
    return Room.objects.joined_by(user).filter(pk=room).exists()


def save_read_positions(positions: Positions) -> dict[tuple[UUID, UUID], int]:
    """What stands then: a position never goes back, nor beyond the head, whatever clients say.

    A few hundred at a time, always in the same order: two processes never wait for each other.
    """
    here = set(User.objects.filter(pk__in={user for user, _ in positions}).values_list("pk", flat=True))
    heads = find_heads(list({room for _, room in positions}))
    known = {key: min(seq, heads.get(key[1], 0)) for key, seq in positions.items() if key[0] in here}
    saved = (_save_batch(dict(batch)) for batch in batches(sorted(known.items()), CONDITIONS))
    return {key: seq for batch in saved for key, seq in batch.items()}


@transaction.atomic
def _save_batch(positions: Positions) -> Positions:
    """Where the database cannot pass over what another process adds meanwhile, it fails; the caller tries again."""
    rows = ReadPosition.objects.filter(Q(*(Q(user=user, room=room) for user, room in positions), _connector=Q.OR))
    known = set(rows.values_list("user", "room"))
    new = [ReadPosition(user_id=user, room_id=room) for user, room in positions if (user, room) not in known]
    ReadPosition.objects.bulk_create(new, ignore_conflicts=connection.features.supports_ignore_conflicts)
    stored = list(rows.select_for_update().order_by("user_id", "room_id"))
    moved = []
    for row in stored:
        if row.seq < positions[row.user_id, row.room_id]:
            row.seq = positions[row.user_id, row.room_id]
            moved.append(row)
    ReadPosition.objects.bulk_update(moved, ["seq"])
    return {(row.user_id, row.room_id): row.seq for row in stored}
