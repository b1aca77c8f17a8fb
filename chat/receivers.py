"""What happens when somebody has signed up: the invitation that brought them leads them into its room."""

from contextlib import suppress
from typing import Any

from allauth.account.signals import user_signed_up
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.invites import spent
from accounts.models import User
from chat.inviting import accept
from chat.refusals import Refusal


@receiver(user_signed_up)
def join_by_invite(request: HttpRequest, user: User, **signal: Any) -> None:
    invite = spent(request.session)
    if invite is not None:
        with suppress(Refusal):  # not good any more: they have an account all the same
            accept(user, invite)
