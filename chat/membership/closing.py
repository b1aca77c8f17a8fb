"""Accounts that the site's staff closes, and opens again.

Everybody is in the World: closing an account removes its owner from there, and that entry is the log. Whoever is
connected is cut off within two seconds (watcher.py), and writes nothing from this transaction on (access.py).
"""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.sessions import end_sessions
from chat.membership.changing import act, member_entry, reason_entry
from chat.membership.roles import site_rank
from chat.membership.succession import hand_over_rooms
from chat.models import Room
from chat.refusals import Refusal
from chat.writing_to import in_site_language
from ledger.recording.drafts import Draft


def may_close(by: User, member: User) -> bool:
    """Staff may, for whoever is below them; nobody for themselves, so the site keeps an owner."""
    return by.is_active and by.is_staff and site_rank(by) > site_rank(member) and by.pk != member.pk


def close_account(by: User, member: User, reason: str) -> None:
    def plan(world: Room) -> Sequence[Draft]:
        if not _switch(by, member, is_active=False):
            return []
        end_sessions(member)  # opened again, the account has none that somebody else began
        removal = member_entry("remove", world, by, member)
        with in_site_language():
            words = _("Account closed: %(reason)s") % {"reason": reason} if reason else _("Account closed.")
        return [removal, reason_entry(removal, world, by, words)]

    act(Room.WORLD, plan)
    hand_over_rooms(member)


def open_account(by: User, member: User) -> None:
    def plan(world: Room) -> Sequence[Draft]:
        return [member_entry("join", world, by, member)] if _switch(by, member, is_active=True) else []

    act(Room.WORLD, plan)


def _switch(by: User, member: User, *, is_active: bool) -> bool:
    """Whether that changed anything."""
    if not may_close(User.objects.get(pk=by.pk), User.objects.get(pk=member.pk)):  # as they are now
        raise Refusal("forbidden", _("You can do this only for people below you."))
    return bool(User.objects.filter(pk=member.pk, is_active=not is_active).update(is_active=is_active))
