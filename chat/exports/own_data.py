"""What a person said and where they are, for that person: every entry of theirs, whatever room it is in by now."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Invite, User
from chat.models import (
    Ban,
    Membership,
    Pin,
    Preferences,
    PushSubscription,
    ReadPosition,
    Room,
    RoomPreference,
    UnreadMark,
)
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


def describe_choices(user: User) -> dict[str, Any]:
    """What they chose, and what else stands beside the ledger under their name. Rooms by id: some they see no more.

    Where a browser is pushed to, and the links of invitations, are keys to them and left out.
    """
    chosen = Preferences.objects.filter(user=user).first() or Preferences(user=user)
    names = ("is_shown", "sound", "quiet_from", "quiet_until", "time_zone", "digest", "language")
    return {
        **{name: getattr(chosen, name) for name in names},
        "levels": _by_room(RoomPreference.objects.filter(user=user), "level"),
        "unread_from": _by_room(UnreadMark.objects.filter(user=user), "seq"),
        "pinned": _by_room(Pin.objects.filter(by=user), "seq"),
        "banned_from": [id.hex for id in Ban.objects.filter(user=user).values_list("room", flat=True)],
        "push": [
            {"service": urlsplit(each.endpoint).hostname, "renewed": each.renewed}
            for each in PushSubscription.objects.filter(user=user)
        ],
        "invitations": [
            {
                "room": each.room.hex if each.room else None,
                "made": each.made_at,
                "ends": each.ends_at,
                "uses_left": each.uses_left,
                "domain": each.domain,
            }
            for each in Invite.objects.filter(by=user)
        ],
    }


def _by_room(rows: "QuerySet[Any]", name: str) -> list[dict[str, Any]]:
    return [{"room": room.hex, name: value} for room, value in rows.values_list("room", name)]


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
        "erased": row.is_erased,
        "leaf_index": row.leaf_index,
        "receipt": site + reverse("log_receipt", args=[row.hash.hex()]) if found else None,
    }
