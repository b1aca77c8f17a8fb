"""Rooms keep an owner when the account of their only one is closed: whoever is next in rank becomes one.

Of several in one rank it is who has had an account for longest. Opened again, the account is an owner beside them.
"""

import logging
from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.models import User
from chat.announcing import announce_standing
from chat.membership.changing import act, system_words
from chat.models import Membership, Room
from chat.refusals import Refusal
from chat.writing_to import in_site_language
from ledger.recording.drafts import Draft

Role = Membership.Role

logger = logging.getLogger(__name__)


def hand_over_rooms(closed: User) -> None:
    """What `closed`, whose account is closed now, was the only owner of. Each room by itself, with its entry."""
    for owned in Membership.objects.filter(user=closed, role=Role.OWNER).select_related("room"):
        try:
            _hand_over(owned.room, closed)
        except Refusal as refusal:  # the account is closed all the same
            logger.error("The room %s was left without an owner. %s", owned.room.slug, refusal.words)


def _hand_over(room: Room, closed: User) -> None:
    heirs: list[User] = []

    def plan(now: Room) -> Sequence[Draft]:
        heirs.clear()
        first = _find_first(now)
        if first is None or first.role == Role.OWNER:
            return []
        first.role = Role.OWNER
        first.save(update_fields=["role"])
        heirs.append(first.user)
        with in_site_language():
            words = _("The account of %(closed)s is closed: %(member)s is an owner of this room now.")
            return [system_words(now, words % {"closed": closed.username, "member": first.user.username})]

    act(room.pk, plan)
    for heir in heirs:
        announce_standing(room, heir)


def _find_first(room: Room) -> Membership | None:
    """Who has the most to say there, of those whose account is open."""
    present = Membership.objects.filter(room=room, user__is_active=True).select_related("user")
    by_age = present.order_by("user__date_joined", "pk")
    return next((found for role in Role if (found := by_age.filter(role=role).first())), None)
