"""How people appear in events: id, username, name, avatar. No address, no hash of one."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from chat.markup.mentions import EVERYBODY
from chat.models import Room
from ledger.core.records import SYSTEM_AUTHOR
from ledger.selecting import select

Person = dict[str, str]
COLUMNS = ("id", "username", "first_name", "last_name")
"""Of an account, all that a person is made of."""
SUGGESTED = 8


def describe(user: User) -> Person:
    return describe_columns(user.pk, user.username, user.first_name, user.last_name)


def describe_columns(id: UUID, username: str, first_name: str, last_name: str) -> Person:
    return _person(id, username, _full(first_name, last_name) or username)


def find_people(ids: Iterable[UUID]) -> dict[UUID, Person]:
    """One query. Who has no account any more keeps the place, without a name."""
    wanted = set(ids)
    people = {id: _person(id, "", _("Deleted account")) for id in wanted}
    if SYSTEM_AUTHOR in wanted:
        people[SYSTEM_AUTHOR] = _person(SYSTEM_AUTHOR, "connect", "Connect")
    accounts = select(User, *COLUMNS, id=wanted - {SYSTEM_AUTHOR})
    people.update((columns[0], describe_columns(*columns)) for columns in accounts)
    return people


def find_in_room(room: Room, beginning: str) -> list[Person]:
    """Some people of the room whose name begins so."""
    users = User.objects.settled()
    if room.access != Room.Access.EVERYONE:
        users = users.filter(memberships__room=room)
    found = users.filter(is_called("istartswith", beginning)) if beginning else users
    return [describe(user) for user in found.order_by("username")[:SUGGESTED]]


def is_called(lookup: str, word: str) -> Q:
    """Of whom a name, by this look-up, is the word."""
    names = ("username", "first_name", "last_name")
    return Q(*((f"{name}__{lookup}", each) for name in names for each in spellings(word)), _connector=Q.OR)


def spellings(word: str) -> set[str]:
    """The word and, where letters are not ASCII, in which SQLite and MongoDB know no case, how it may be written."""
    return {word} if word.isascii() else {word, word.lower(), word.upper(), word.title()}


def find_mentionable(names: Iterable[str]) -> set[str]:
    """Those of the names, in lower case, that are somebody's or everybody's. One query, none without names."""
    wanted = set(names)
    found = wanted & {EVERYBODY}
    if asked := wanted - found:
        users = User.objects.settled().filter(name_lower__in=asked)
        found |= set(users.values_list("name_lower", flat=True))
    return found


def _full(first_name: str, last_name: str) -> str:
    return f"{first_name} {last_name}".strip()


def _person(id: UUID, username: str, name: str) -> Person:
    return {"id": id.hex, "username": username, "name": name, "avatar": f"/avatars/{id.hex}"}
