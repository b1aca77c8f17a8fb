"""What rooms are called. A direct conversation has no name of its own: its people know it by the others' names."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from chat.models import Membership, Room
from chat.people import describe


def name_rooms(rooms: Iterable[Room], user: User) -> list[Room]:
    """The rooms under the names that this user knows them by; not to be saved. A query more where one is direct."""
    named = list(rooms)
    people = find_people_in([room for room in named if room.is_direct])
    return [name_room(room, user, people) for room in named]


def find_people_in(rooms: Collection[Room]) -> Mapping[UUID, list[User]]:
    """Who is in each of them. No query where there are none."""
    people: defaultdict[UUID, list[User]] = defaultdict(list)
    for membership in Membership.objects.filter(room__in=rooms).select_related("user") if rooms else ():
        people[membership.room_id].append(membership.user)
    return people


def name_room(room: Room, user: User, people: Mapping[UUID, Sequence[User]]) -> Room:
    """The room itself, or a copy under the name that this user knows it by: `people` are those of direct ones."""
    if not room.is_direct:
        return room
    named, others = copy(room), [each for each in people.get(room.pk, ()) if each != user]
    named.name = ", ".join(sorted(describe(each)["name"] for each in others)) or _("Deleted account")
    named.person = others[0].pk.hex if len(others) == 1 else ""
    return named
