"""What a person said and where they are, for that person: every entry of theirs, whatever room it is in by now."""

from typing import Any
from uuid import UUID

import orjson
from django.urls import reverse

from accounts.models import User
from chat.models import Membership, ReadPosition, Room
from ledger.models import Message

PAGE = 500


def describe_rooms(user: User) -> list[dict[str, Any]]:
    """The rooms that they are in, and how far they have read them."""
    roles = dict(Membership.objects.filter(user=user).values_list("room", "role"))
    read = dict(ReadPosition.objects.filter(user=user).values_list("room", "seq"))
    return [
        {"id": room.pk.hex, "name": room.name, "role": roles.get(room.pk, "member"), "read_up_to": read.get(room.pk, 0)}
        for room in Room.objects.joined_by(user).order_by("name")
    ]


def read_entries(user: User, after: int, site: str) -> tuple[list[dict[str, Any]], int]:
    """The next entries by them in the order of recording, and where to go on; none at the end.

    There is no index of authors, for every entry would pay for it: this reads the table, in a thread of its own.
    """
    rows = list(Message.objects.filter(author=user.pk, id__gt=after).order_by("id")[:PAGE])
    names = dict(Room.objects.visible_to(user).filter(pk__in={row.room for row in rows}).values_list("pk", "name"))
    return [_entry(row, names, site) for row in rows], rows[-1].pk if rows else after


def _entry(row: Message, names: dict[UUID, str], site: str) -> dict[str, Any]:
    """A receipt is to be had where its room may be read."""
    found = row.room in names
    return {
        "room": {"id": row.room.hex, "name": names.get(row.room)},
        "seq": row.room_seq,
        "kind": row.kind,
        "hash": row.hash.hex(),
        "ref": row.ref.hex() if row.ref else None,
        "sent_ms": row.sent_ms,
        "received_ms": row.received_ms,
        "body": None if row.body is None else orjson.loads(row.body),
        "erased": row.body is None and row.body_commitment is not None,
        "leaf_index": row.leaf_index,
        "receipt": site + reverse("log_receipt", args=[row.hash.hex()]) if found else None,
    }
