"""Who may read and write what: the ledger asks (settings.LEDGER_…), rooms and people answer."""

from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils.translation import gettext_noop

from accounts.models import User
from chat.models import Membership, Room
from ledger.errors import NoSuchRoom, NotAllowed, RecordError
from ledger.recording.writers import Writer
from ledger.selecting import select

ARCHIVED = gettext_noop("This room is archived: it can be read, and nothing can be added.")


def readable_room_ids(user: AbstractBaseUser | AnonymousUser, rooms: set[UUID]) -> set[UUID]:
    """Those of the rooms that exist for the user."""
    return set(Room.objects.visible_to(user).filter(pk__in=rooms).values_list("pk", flat=True))


def refused_writers(writers: set[Writer]) -> dict[Writer, RecordError]:
    """Those who may not write there now, with the reason. Three queries at most, however many they are."""
    ids, authors = {room for room, _ in writers}, {author for _, author in writers}
    rooms = {pk: (access, archived) for pk, access, archived in select(Room, "id", "access", "archived", id=ids)}
    if not rooms:  # None of ours: the ledger may be asked to keep entries of others.
        return {}
    inactive = {pk for pk, is_active in select(User, "id", "is_active", id=authors) if not is_active}
    guarded = {pk for pk, (access, _) in rooms.items() if access != Room.Access.EVERYONE}
    members = set(select(Membership, "room", "user", room=guarded, user=authors)) if guarded else set()
    refused: dict[Writer, RecordError] = {}
    for writer in writers:
        access, archived = rooms.get(writer[0], ("", False))
        if writer[1] in inactive:
            refused[writer] = NotAllowed(gettext_noop("This account is closed."))
        elif writer[0] in guarded and writer not in members:
            refused[writer] = _outside(access)
        elif archived:
            refused[writer] = NotAllowed(ARCHIVED)
    return refused


def _outside(access: str) -> RecordError:
    if access == Room.Access.PUBLIC:
        return NotAllowed(gettext_noop("Join this room to write in it."))
    return NoSuchRoom(gettext_noop("there is no such room"))
