"""Invitations: a link that lets people sign up, and into one room where it names one.

Who follows it carries it in their session. It is spent once by each person, at sign-up or when they join the room; an
invite with a number of uses left counts down in the database, so two who come at once do not both get the last one.
"""

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Invite

_CARRIED, _SPENT = "invite", "invite_spent"


class SignupClosed(Exception):
    """Nobody signs up, or nobody without an invite that is still good."""


def find_invite(token: str) -> Invite | None:
    """The invite, while it is good."""
    good = Invite.objects.filter(ends_at__gt=timezone.now(), by__is_active=True).exclude(uses_left=0)
    return good.select_related("by").filter(token=token).first()


def carry(session: SessionBase, invite: Invite) -> None:
    session[_CARRIED] = invite.token


def carried(session: SessionBase) -> Invite | None:
    """What its browser came with, while it is good."""
    token = session.get(_CARRIED)
    return find_invite(token) if token else None


def spend(invite: Invite, session: SessionBase) -> bool:
    """Whether it was good for one more. The same browser spends it once."""
    if session.get(_SPENT) == invite.token:
        return True
    good = Invite.objects.filter(Q(uses_left=None) | Q(uses_left__gt=0), pk=invite.pk, ends_at__gt=timezone.now())
    if not good.update(uses_left=F("uses_left") - 1):
        return False
    session[_SPENT] = invite.token
    return True


def spent(session: SessionBase) -> Invite | None:
    """What was spent at the sign-up, good or not any more."""
    token = session.get(_SPENT)
    return Invite.objects.select_related("by").filter(token=token).first() if token else None


def may_sign_up(session: SessionBase) -> bool:
    if settings.SIGN_UP == "invite":
        return carried(session) is not None
    return bool(settings.SIGN_UP == "open")


def check_address(session: SessionBase, address: str) -> str:
    """What is wrong with signing up with this address; "" where nothing is."""
    invite = carried(session)
    if settings.SIGN_UP == "invite" and invite is not None and not invite.takes(address):
        return f"This invitation is for addresses at {invite.domain}."
    return ""


def spend_at_signup(session: SessionBase, address: str) -> None:
    """SignupClosed when nobody may sign up like this. Where all may, an invite that does not fit is left alone."""
    invite = carried(session)
    is_spent = invite is not None and invite.takes(address) and spend(invite, session)
    if settings.SIGN_UP == "closed" or (settings.SIGN_UP == "invite" and not is_spent):
        raise SignupClosed
