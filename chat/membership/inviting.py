"""Invitations: who makes them, and what they are worth when somebody comes with one.

An invitation is worth what its maker may do at that moment: of whoever does not moderate the room any more, or is not
staff any more, it opens nothing. It is no entry of the ledger; that somebody joined is.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.invites import may_ask_for_domain, spend
from accounts.models import Invite, User
from chat.membership.changing import act
from chat.membership.joining import enter
from chat.membership.roles import moderates
from chat.models import Ban, Room
from chat.refusals import Refusal
from ledger.recording.drafts import Draft

INVITES_LIMIT = 50
"""Good ones of a room, or of the site: each is drawn as a code."""


def may_invite(user: User, room: Room | None) -> bool:
    """To the site: its staff. To a room: who moderates it."""
    if room is None:
        return user.is_active and user.is_staff
    return room.access in (Room.Access.PUBLIC, Room.Access.PRIVATE) and not room.archived and moderates(user, room)


def make_invite(by: User, room: Room | None, days: int, uses: int | None, domain: str) -> Invite:
    if not may_invite(by, room):
        raise Refusal("forbidden", _("Only a moderator invites people."))
    if domain and not may_ask_for_domain(leads_to_room=room is not None):
        raise Refusal("forbidden", _("Nobody has to confirm an address here, so none can be asked for."))
    if list_invites(room).count() >= INVITES_LIMIT:
        raise Refusal("forbidden", _("There are %(count)d good invitations. End one first.") % {"count": INVITES_LIMIT})
    ends_at = timezone.now() + timedelta(days=days)
    return Invite.objects.create(
        by=by, room=room.pk if room else None, ends_at=ends_at, uses_left=uses, domain=domain.lower().removeprefix("@")
    )


def list_invites(room: Room | None) -> QuerySet[Invite]:
    """Those that are good, newest first."""
    good = Invite.objects.filter(ends_at__gt=timezone.now()).exclude(uses_left=0)
    return good.filter(room=room.pk if room else None).select_related("by").order_by("-made_at")


def find_place(invite: Invite) -> Room | None:
    """The room that it leads to; Refusal where it is worth nothing any more. None: the site."""
    room = None
    if invite.room is not None:
        room = Room.objects.filter(pk=invite.room).first()
        if room is None:
            raise Refusal("not_found", _("This invitation is not good any more."))
    if not may_invite(invite.by, room):
        raise Refusal("not_found", _("This invitation is not good any more."))
    return room


def accept(user: User, invite: Invite, *, is_spent: bool = False) -> Room | None:
    """Into the room that it leads to, if it leads to one. Who was banned stays out.

    It is spent by who comes in; `is_spent`: by their sign-up already.
    """
    room = find_place(invite)
    if room is None:
        return None

    def plan(now: Room) -> Sequence[Draft]:
        if not may_invite(invite.by, now) or Ban.objects.filter(room=now, user=user).exists():
            raise Refusal("not_found", _("This invitation is not good any more."))
        joined = enter(now, user, [user])
        if joined and not is_spent and not spend(invite):
            raise Refusal("not_found", _("This invitation is not good any more."))
        return joined

    act(room.pk, plan)
    return room


def draw_code(url: str) -> bytes:
    """The address as a QR code in SVG."""
    import qrcode  # and with it Pillow, which nothing else in the web process needs
    from qrcode.image.svg import SvgPathImage

    drawn: bytes = qrcode.make(url, image_factory=SvgPathImage, border=4).to_string()
    return drawn
