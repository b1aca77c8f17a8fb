"""Invitations for tests: where one leads, and who goes there."""

from accounts.models import Invite, User
from chat.models import Membership, Room
from connect.tests.people import as_


def address(invite: Invite) -> str:
    return f"/join/{invite.token}/"


def is_in(user: User, room: Room) -> bool:
    return Membership.objects.filter(user=user, room=room).exists()


def accepts(user: User, invite: Invite) -> int:
    return as_(user).post(address(invite)).status_code
