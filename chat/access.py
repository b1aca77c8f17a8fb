"""Who may read and write what: the ledger asks (settings.LEDGER_…), rooms and people answer."""

from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils.translation import gettext_noop

from accounts.models import User
from chat.models import Membership, Room
from ledger.errors import NoSuchRoom, NotAllowed, RecordError

ARCHIVED = gettext_noop("This room is archived: it can be read, and nothing can be added.")
Place = tuple[UUID, UUID]
"""A room, and who writes there."""


def readable_room_ids(user: AbstractBaseUser | AnonymousUser, rooms: set[UUID]) -> set[UUID]:
    """Those of the rooms that exist for the user."""
    return set(Room.objects.visible_to(user).filter(pk__in=rooms).values_list("pk", flat=True))


def refused_writers(places: set[Place]) -> dict[Place, RecordError]:
    """Those who may not write there now, with the reason. Three queries at most, however many they are."""
    ids, authors = {room for room, _ in places}, {author for _, author in places}
    rooms = {room.pk: room for room in Room.objects.filter(pk__in=ids)}
    if not rooms:  # None of ours: the ledger may be asked to keep entries of others.
        return {}
    inactive = set(User.objects.filter(pk__in=authors, is_active=False).values_list("pk", flat=True))
    guarded = [room for room in rooms.values() if room.access != Room.Access.EVERYONE]
    inside = Membership.objects.filter(room__in=guarded, user__in=authors).values_list("room", "user")
    members = set(inside) if guarded else set()
    refused: dict[Place, RecordError] = {}
    for place in places:
        room = rooms.get(place[0])
        if place[1] in inactive:
            refused[place] = NotAllowed(gettext_noop("This account is closed."))
        elif room in guarded and place not in members:
            refused[place] = _outside(room)
        elif room is not None and room.archived:
            refused[place] = NotAllowed(ARCHIVED)
    return refused


def _outside(room: Room) -> RecordError:
    if room.access == Room.Access.PUBLIC:
        return NotAllowed(gettext_noop("Join this room to write in it."))
    return NoSuchRoom(gettext_noop("there is no such room"))
