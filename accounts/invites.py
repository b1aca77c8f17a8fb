"""Invitations: a link that lets people sign up, and into one room where it names one.

Who follows it carries it in their session. Each sign-up spends it once, and so does each person with an account who
joins its room: a number of uses counts down in the database, so two who come at once do not both get the last one.

An account keeps the invitation that it was made with (`User.came_by`), until that may lead into its room. That is at
once, or when the address is confirmed, in whatever browser: an address that nobody confirmed is only what was typed.
"""

from allauth.account import app_settings
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.addresses import is_confirmed, is_mandatory, is_settled
from accounts.models import Invite, User

_CARRIED = "invite"


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


def spend(invite: Invite) -> bool:
    """Whether it was good for one more."""
    good = Invite.objects.filter(Q(uses_left=None) | Q(uses_left__gt=0), pk=invite.pk, ends_at__gt=timezone.now())
    return bool(good.update(uses_left=F("uses_left") - 1))


def fits(invite: Invite, user: User) -> bool:
    """Whether it is meant for this person."""
    return not invite.domain or (invite.takes(user.email) and is_confirmed(user))


def due(user: User) -> Invite | None:
    """The invite that the account was made with, if it may lead into its room by now."""
    kept = User.objects.filter(pk=user.pk).values("came_by")  # as it is now: it leads there once
    invite = Invite.objects.select_related("by").filter(pk__in=kept).first()
    return invite if invite is not None and is_settled(user) and fits(invite, user) else None


def is_through(user: User) -> None:
    """What the account was made with has led where it leads."""
    User.objects.filter(pk=user.pk).update(came_by=None)


def may_ask_for_domain(*, leads_to_room: bool) -> bool:
    """Whether a domain says anything: under optional verification an account is made, and used, without a confirmed
    address; only a room can still wait for that."""
    is_optional = app_settings.EMAIL_VERIFICATION == app_settings.EmailVerificationMethod.OPTIONAL
    return is_mandatory() or (is_optional and leads_to_room and settings.SIGN_UP != "invite")


def may_sign_up(session: SessionBase) -> bool:
    if settings.SIGN_UP == "invite":
        return carried(session) is not None
    return bool(settings.SIGN_UP == "open")


def check_address(session: SessionBase, address: str) -> str:
    """What is wrong with signing up with this address; "" where nothing is."""
    invite = carried(session)
    if settings.SIGN_UP == "invite" and invite is not None and not invite.takes(address):
        return _("This invitation is for addresses at %(domain)s.") % {"domain": invite.domain}
    return ""


def spend_at_signup(session: SessionBase, address: str) -> Invite | None:
    """What this sign-up spends; SignupClosed when nobody may sign up like this.

    Where all may, an invite that does not fit is left alone.
    """
    if settings.SIGN_UP == "closed":
        raise SignupClosed
    invite = carried(session)
    if invite is not None and invite.takes(address) and spend(invite):
        return invite
    if settings.SIGN_UP == "invite":
        raise SignupClosed
    return None
