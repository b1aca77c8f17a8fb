"""Who comes into a room and who goes: entries and memberships, together."""

from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from chat.membership.changing import act, member_entry, reason_entry, system_words
from chat.membership.roles import acts_on, moderates, rank_in, roles_to_give
from chat.models import Ban, Membership, Room
from chat.refusals import Refusal
from chat.writing_to import in_site_language
from ledger.recording.drafts import Draft

Role = Membership.Role


def join(user: User, room: Room) -> None:
    """Into a public room. Nothing where they are in it."""

    def plan(now: Room) -> Sequence[Draft]:
        if now.access != Room.Access.PUBLIC or Ban.objects.filter(room=now, user=user).exists():
            raise Refusal("not_found", _("There is no such room."))
        _check_open(now)
        return enter(now, user, [user])

    act(room.pk, plan)


def add(by: User, room: Room, people: Collection[User]) -> None:
    """By a moderator. Who was banned comes back that way, too."""

    def plan(now: Room) -> Sequence[Draft]:
        _check_has_members(now)
        _check_open(now)
        if not moderates(by, now):
            raise Refusal("forbidden", _("Only a moderator of this room can add people."))
        if not all(user.is_active for user in people):
            raise Refusal("forbidden", _("One of these accounts is closed."))
        Ban.objects.filter(room=now, user__in=people).delete()
        return enter(now, by, people)

    act(room.pk, plan)


def leave(user: User, room: Room) -> None:
    """Nothing where they are not in it. The last owner stays while others are there."""

    def plan(now: Room) -> Sequence[Draft]:
        _check_has_members(now)
        mine = Membership.objects.filter(room=now, user=user).first()
        if mine is None:
            return []
        if Membership.objects.filter(room=now, user__is_active=True).exclude(pk=mine.pk).exists():
            _check_owned_without(mine)
        mine.delete()
        return [member_entry("leave", now, user, user)]

    act(room.pk, plan)


def remove(by: User, room: Room, member: User, reason: str = "", *, ban: bool = False) -> None:
    """Takes somebody out, who is below `by`. With `ban` they do not come back by themselves, nor see the room."""

    def plan(now: Room) -> Sequence[Draft]:
        _check_has_members(now)
        if by.pk == member.pk:
            raise Refusal("forbidden", _("Leave the room instead."))
        _check_above(by, now, member)
        was_there, _rows = Membership.objects.filter(room=now, user=member).delete()
        is_new = ban and Ban.objects.get_or_create(room=now, user=member)[1]
        if not was_there:
            return _ban_entries(now, by, member, reason) if is_new else []
        removal = member_entry("remove", now, by, member)
        with in_site_language():
            words = _("Banned: %(reason)s") % {"reason": reason} if ban else reason
        return [removal, reason_entry(removal, now, by, words)] if words else [removal]

    act(room.pk, plan)


def let_back(by: User, room: Room, member: User) -> None:
    """Ends a ban. They come back by themselves, or by an invitation."""

    def plan(now: Room) -> Sequence[Draft]:
        if not moderates(by, now):
            raise Refusal("forbidden", _("Only a moderator of this room can let people back in."))
        ended, _rows = Ban.objects.filter(room=now, user=member).delete()
        with in_site_language():
            words = _("%(by)s lets %(member)s come back.") % {"by": by.username, "member": member.username}
        return [system_words(now, words)] if ended else []

    act(room.pk, plan)


def set_role(by: User, room: Room, member: User, role: str) -> None:
    """No more than `by` has, for somebody below; the room is told in words, for the ledger has no kind for it."""

    def plan(now: Room) -> Sequence[Draft]:
        _check_has_members(now)
        _check_above(by, now, member)
        if role not in roles_to_give(rank_in(by, now)):
            raise Refusal("forbidden", _("You can give no more than you have."))
        membership = Membership.objects.filter(room=now, user=member).first()
        if membership is None:
            raise Refusal("not_found", _("This person is not in the room."))
        if membership.role == role:
            return []
        _check_owned_without(membership)
        membership.role = role
        membership.save(update_fields=["role"])
        with in_site_language():
            words = _(_MADE[Role(role)]) % {"by": by.username, "member": member.username}
        return [system_words(now, words)]

    act(room.pk, plan)


_MADE = {
    Role.OWNER: gettext_noop("%(by)s made %(member)s an owner of this room."),
    Role.ADMIN: gettext_noop("%(by)s made %(member)s an admin of this room."),
    Role.MODERATOR: gettext_noop("%(by)s made %(member)s a moderator of this room."),
    Role.MEMBER: gettext_noop("%(by)s made %(member)s a member of this room."),
}


def enter(room: Room, by: User, people: Collection[User]) -> Sequence[Draft]:
    inside = set(Membership.objects.filter(room=room, user__in=people).values_list("user", flat=True))
    new = [user for user in people if user.pk not in inside]
    Membership.objects.bulk_create(Membership(room=room, user=user) for user in new)
    return [member_entry("join", room, by, user) for user in new]


def _ban_entries(room: Room, by: User, member: User, reason: str) -> list[Draft]:
    """Of who has left already: nobody was removed, so no entry of that kind can say it. The reason is the moderator's
    own words: what the system says cannot be erased."""
    with in_site_language():
        words = _("%(by)s banned %(member)s from this room.") % {"by": by.username, "member": member.username}
    told = system_words(room, words)
    return [told, reason_entry(told, room, by, reason)] if reason else [told]


def _check_has_members(room: Room) -> None:
    if room.access not in (Room.Access.PUBLIC, Room.Access.PRIVATE):
        raise Refusal("forbidden", _("Who is in this room does not change."))


def _check_open(room: Room) -> None:
    if room.archived:
        raise Refusal("forbidden", _("This room is archived."))


def _check_owned_without(membership: Membership) -> None:
    if membership.role == Role.OWNER:
        owners = Membership.objects.filter(room=membership.room, role=Role.OWNER, user__is_active=True)
        if not owners.exclude(pk=membership.pk).exists():
            words = _("Make somebody else an owner first, or archive the room: a room has somebody to ask.")
            raise Refusal("forbidden", words)


def _check_above(by: User, room: Room, member: User) -> None:
    if not acts_on(rank_in(by, room), rank_in(member, room)):
        raise Refusal("forbidden", _("You can do this only to people below you in this room."))
