"""Keeps the index in step with the ledger. It is a projection: made anew from the rows whenever that is needed.

The recorder knows nothing of it. Whoever follows (`manage.py reindex --follow`, which `serve` starts) asks every second
what is new, and takes it in small transactions, each with the note of how far it got: a crash loses nothing.

Keys are drawn by several processes and committed in any order, so the greatest key seen does not tell what was missed;
the rooms do. Their entries are numbered without gaps, and each room has its note.

Erasure does not wait for the follower: the index forgets within the transaction that takes the words.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Sum

from chat.search.documents import read_versions
from chat.search.indexes import get_index
from chat.search.models import IndexedRoom, IndexState
from ledger.models import Message, RoomHead

VERSION = 4
"""Of what an index holds. An index of another version is made anew."""
BATCH = 300
"""Rows a transaction: on SQLite the recorder waits for it, some hundredths of a second."""
LARGE_BATCH = 5_000
"""When the whole is made anew and somebody waits for it: a second."""

_PLACE = ("id", "kind", "room", "room_seq")


def rebuild() -> int:
    """Makes the index anew; how many entries it looked at."""
    IndexState.objects.all().delete()
    return catch_up(LARGE_BATCH)


def catch_up(batch: int = BATCH) -> int:
    """Takes in all that is new; how many entries that was."""
    total = 0
    while is_behind():
        _begin()
        total += _take(batch)
    return total


def is_behind() -> bool:
    """Whether something is recorded that the index does not know. Five short queries."""
    if not get_index().keeps:
        return False
    state = IndexState.objects.filter(version=VERSION).first()
    return state is None or Message.objects.filter(pk__gt=state.newest).exists() or count_waiting() > 0


def is_built() -> bool:
    """Whether there is something to ask."""
    return not get_index().keeps or IndexState.objects.filter(version=VERSION).exists()


def count_waiting() -> int:
    """How many entries the index does not know yet."""
    if not get_index().keeps:
        return 0
    known = IndexedRoom.objects.aggregate(sum=Sum("seq"))["sum"] if IndexState.objects.exists() else 0
    return int((RoomHead.objects.aggregate(sum=Sum("seq"))["sum"] or 0) - (known or 0))


@transaction.atomic
def _begin() -> None:
    """The note, with an empty index where there was none of this version.

    By itself: an erasure holds words and asks for the index; who held the index and asked for words would stop both.
    """
    IndexState.objects.get_or_create(pk=0, defaults={"version": 0})
    state = IndexState.objects.select_for_update().get(pk=0)
    if state.version != VERSION:
        get_index().reset()
        IndexedRoom.objects.all().delete()
        state.version, state.newest = VERSION, 0
        state.save()


@transaction.atomic
def _take(batch: int) -> int:
    state = IndexState.objects.select_for_update().filter(version=VERSION).first()
    if state is None:  # somebody makes it anew just now
        return 0
    rows = _next_rows(state, batch)
    words = [row.pk for row in rows if row.kind in ("post", "edit")]
    # Read again under a lock: an erasure waits for it and then forgets, or was first and there are no words.
    locked = Message.objects.select_for_update(no_key=connection.vendor == "postgresql").filter(pk__in=words)
    get_index().add(read_versions(locked.order_by("pk")), above=state.newest)
    _note(state, rows)
    return len(rows)


def _next_rows(state: IndexState, batch: int) -> list[Message]:
    """The next by key, with what their rooms lack before them; where there are none, what was left behind."""
    rows = list(Message.objects.filter(pk__gt=state.newest).order_by("pk").only(*_PLACE)[:batch])
    if not rows:
        return [row for room in _left_behind() for row in _missing(room, 0)]
    firsts: dict[UUID, Message] = {}
    for row in rows:
        firsts.setdefault(row.room, row)
    known = dict(IndexedRoom.objects.filter(pk__in=firsts).values_list("room", "seq"))
    late = [row for room, row in firsts.items() if row.room_seq > known.get(row.room, 0) + 1]
    return [row for first in late for row in _missing(first.room, first.room_seq)] + rows


def _missing(room: UUID, before: int) -> Iterable[Message]:
    known = IndexedRoom.objects.filter(pk=room).values_list("seq", flat=True).first() or 0
    rows = Message.objects.filter(room=room, room_seq__gt=known).only(*_PLACE)
    return rows.filter(room_seq__lt=before) if before else rows


def _left_behind() -> list[UUID]:
    known = dict(IndexedRoom.objects.values_list("room", "seq"))
    return [room for room, seq in RoomHead.objects.values_list("room", "seq") if seq > known.get(room, 0)]


def _note(state: IndexState, rows: Sequence[Message]) -> None:
    heads: dict[UUID, int] = {}
    for row in rows:
        heads[row.room] = max(heads.get(row.room, 0), row.room_seq)
    known = {row.room: row for row in IndexedRoom.objects.filter(pk__in=heads)}
    for room, seq in heads.items():
        if room in known:
            known[room].seq = max(known[room].seq, seq)
    IndexedRoom.objects.bulk_update(known.values(), ["seq"])
    IndexedRoom.objects.bulk_create(IndexedRoom(room=room, seq=seq) for room, seq in heads.items() if room not in known)
    state.newest = max([state.newest, *(row.pk for row in rows)])
    state.save()


def forget(rows: Sequence[Message]) -> None:
    """The words of these rows leave the index. `rows` as they were before their words went, in that transaction."""
    get_index().forget(read_versions(rows))
