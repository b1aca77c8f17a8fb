"""Rooms to be told of."""

from accounts.models import User
from chat.models import Membership, Room


def direct(*people: User, slug: str = "direct") -> Room:
    room = Room.objects.create(slug=slug, name="", access=Room.Access.DIRECT)
    Membership.objects.bulk_create(Membership(room=room, user=user) for user in people)
    return room
