"""What rooms are called. A direct conversation has no name of its own: its people know it by the others' names."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from chat.models import Membership, Room
from chat.people import COLUMNS, Person, describe_columns


def name_rooms(rooms: Iterable[Room], user: User) -> list[Room]:
    """The rooms under the names that this user knows them by; not to be saved. A query more where one is direct."""
    named = list(rooms)
    people = find_people_in([room for room in named if room.is_direct])
    return [name_room(room, user, people) for room in named]


def find_people_in(rooms: Collection[Room]) -> Mapping[UUID, list[Person]]:
    """Who is in each of them. No query where there are none."""
    people: defaultdict[UUID, list[Person]] = defaultdict(list)
    inside = Membership.objects.filter(room__in=rooms)
    for room, *columns in inside.values_list("room", *(f"user__{name}" for name in COLUMNS)) if rooms else ():
        people[room].append(describe_columns(*columns))
    return people


def name_room(room: Room, user: User, people: Mapping[UUID, Sequence[Person]]) -> Room:
    """The room itself, or a copy under the name that this user knows it by: `people` are those of direct ones."""
    if not room.is_direct:
        return room
    named, others = copy(room), [each for each in people.get(room.pk, ()) if each["id"] != user.pk.hex]
    named.name = ", ".join(sorted(each["name"] for each in others)) or _("Deleted account")
    named.person = others[0]["id"] if len(others) == 1 else ""
    return named
