"""What follows from what happens to accounts: an invitation leads into its room, who closes their account leaves, and
their rooms keep an owner."""

from contextlib import suppress
from typing import Any

from allauth.account.signals import user_signed_up
from django.dispatch import receiver

from accounts.addresses import address_confirmed
from accounts.invites import due, is_through
from accounts.leaving import account_closed
from accounts.models import User
from chat.membership.changing import act, member_entry
from chat.membership.inviting import accept
from chat.membership.succession import hand_over_rooms
from chat.models import Room
from chat.refusals import Refusal


@receiver([user_signed_up, address_confirmed])
def join_by_invite(user: User, **signal: Any) -> None:
    invite = due(user)
    if invite is not None:
        with suppress(Refusal):  # not good any more: they have an account all the same
            accept(user, invite, is_spent=True)
        is_through(user)


@receiver(account_closed)
def leave_the_world(user: User, **signal: Any) -> None:
    """Everybody is in the World: leaving it is the entry of a closed account. Their sockets are looked at at once."""
    with suppress(Refusal, Room.DoesNotExist):  # the account is closed all the same
        act(Room.WORLD, lambda world: [member_entry("leave", world, user, user)])


@receiver(account_closed)
def leave_rooms_owned(user: User, **signal: Any) -> None:
    hand_over_rooms(user)
