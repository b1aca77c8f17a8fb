"""The heads of rooms, which every batch locks and moves on.

In SQL of their own: the ORM writes a query's SQL anew each time, which takes five times as long as SQLite's answer.
MongoDB takes the ORM's way.
"""

from collections.abc import Collection
from uuid import UUID

from django.db import connection

from ledger.models import RoomHead
from ledger.selecting import SQL_VENDORS, read_id, stored_id

_NAMES = [field.attname for field in RoomHead._meta.concrete_fields]
_KEY, *_MOVED = (str(field.column) for field in RoomHead._meta.concrete_fields)
_TABLE = RoomHead._meta.db_table
_SELECT = f"SELECT {_KEY}, {', '.join(_MOVED)} FROM {_TABLE} WHERE {_KEY} IN (%s) ORDER BY {_KEY}"  # noqa: S608  (our own names)
_UPDATE = f"UPDATE {_TABLE} SET {', '.join(f'{name} = %s' for name in _MOVED)} WHERE {_KEY} = %s"  # noqa: S608


def lock_heads(rooms: Collection[UUID]) -> dict[UUID, RoomHead]:
    """Locked in one order, so that two batches never wait for each other; a new room's is not saved yet."""
    heads = {head.room: head for head in _lock(rooms)}
    return {room: heads.get(room) or RoomHead(room=room) for room in rooms}


def save_heads(heads: Collection[RoomHead]) -> None:
    """To be called before the messages are inserted: where two processes open one room, the second fails here."""
    moved = [head for head in heads if not head._state.adding]
    for head in heads:
        if head._state.adding:
            head.save(force_insert=True)
    if connection.vendor in SQL_VENDORS:
        with connection.cursor() as cursor:
            values = [[getattr(head, name) for name in _NAMES[1:]] for head in moved]
            cursor.executemany(_UPDATE, [[*row, stored_id(head.room)] for row, head in zip(values, moved, strict=True)])
    else:
        for head in moved:
            head.save(force_update=True)


def _lock(rooms: Collection[UUID]) -> list[RoomHead]:
    if connection.vendor not in SQL_VENDORS:
        return list(RoomHead.objects.select_for_update().filter(room__in=rooms).order_by("room"))
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""  # a writer on SQLite has the whole file
    with connection.cursor() as cursor:
        cursor.execute(_SELECT % ", ".join(["%s"] * len(rooms)) + lock, [stored_id(room) for room in rooms])
        rows = cursor.fetchall()
    return [RoomHead.from_db(connection.alias, _NAMES, (read_id(room), *rest)) for room, *rest in rows]
