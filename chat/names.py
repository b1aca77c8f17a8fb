"""What rooms are called. A direct conversation has no name of its own: its people know it by the others' names."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from chat.models import Membership, Room
from chat.people import describe


def name_rooms(rooms: Iterable[Room], user: User) -> list[Room]:
    """The rooms under the names that this user knows them by; not to be saved. A query more where one is direct."""
    named = list(rooms)
    others: defaultdict[UUID, list[User]] = defaultdict(list)
    if direct := [room for room in named if room.is_direct]:
        for membership in Membership.objects.filter(room__in=direct).exclude(user=user).select_related("user"):
            others[membership.room_id].append(membership.user)
    for room in direct:
        people = others[room.pk]
        room.name = ", ".join(sorted(describe(user)["name"] for user in people)) or _("Deleted account")
        room.person = people[0].pk.hex if len(people) == 1 else ""
    return named
