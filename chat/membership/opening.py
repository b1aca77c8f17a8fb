"""New rooms, and what is changed about them: name, topic, access, whether they are archived."""

import hashlib
import secrets
from collections.abc import Collection, Sequence

from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from chat.membership.changing import act, member_entry, open_room, room_entry
from chat.membership.roles import administers
from chat.models import Membership, Room
from chat.refusals import Refusal
from ledger.recording.drafts import Draft

DIRECT_LIMIT = 10
"""People in a direct conversation: more want a room with a name."""
OPEN_TO_CHOOSE = (Room.Access.PUBLIC, Room.Access.PRIVATE)
Role = Membership.Role


def create_room(by: User, name: str, topic: str, access: str) -> Room:
    """A room of which `by` is the owner, and the only one in it."""
    _check_access(access)
    room = Room(slug=_draw_slug(name), name=name, topic=topic, access=access)

    def plan() -> Sequence[Draft]:
        room.save(force_insert=True)
        Membership.objects.create(room=room, user=by, role=Role.OWNER)
        return [room_entry("create", room, by), member_entry("join", room, by, by)]

    open_room(room, plan)
    return room


def open_direct(by: User, others: Collection[User]) -> Room:
    """The conversation of exactly these people; there is one, whoever opens it."""
    people = sorted({by, *others}, key=lambda user: user.pk.hex)
    if not 2 <= len(people) <= DIRECT_LIMIT:
        raise Refusal("forbidden", _("Choose from one to %(count)d people.") % {"count": DIRECT_LIMIT - 1})
    if not all(user.is_active for user in people):
        raise Refusal("not_found", _("One of these accounts is closed."))
    slug = _direct_slug(people)
    room = Room(slug=slug, name="", access=Room.Access.DIRECT)

    def plan() -> Sequence[Draft]:
        if Room.objects.filter(slug=slug).exists():
            return []
        room.save(force_insert=True)
        Membership.objects.bulk_create(Membership(room=room, user=user) for user in people)
        return [room_entry("create", room, by), *(member_entry("join", room, by, user) for user in people)]

    open_room(room, plan)
    return Room.objects.get(slug=slug)


def update_room(by: User, room: Room, **changes: str | bool) -> None:
    """`name`, `topic`, `access`, `archived`: one entry for all that differs, none where nothing does."""

    def plan(now: Room) -> Sequence[Draft]:
        if not administers(by, now):
            raise Refusal("forbidden", _("Only an admin of this room can change it."))
        changed = {key: value for key, value in changes.items() if getattr(now, key) != value}
        if changed.keys() & {"access", "archived"} and now.access == Room.Access.EVERYONE:
            raise Refusal("forbidden", _("This room stays open to everyone."))
        if "access" in changed:
            _check_access(str(changed["access"]))
        if not changed:
            return []
        for key, value in changed.items():
            setattr(now, key, value)
        now.save(update_fields=list(changed))
        return [room_entry("update", now, by)]

    act(room.pk, plan)


def _check_access(access: str) -> None:
    if access not in OPEN_TO_CHOOSE:
        raise Refusal("forbidden", _("A room is public or private."))


def _draw_slug(name: str) -> str:
    """The name with a few letters drawn at random, for every room: that a name is taken would tell of a private one."""
    return f"{slugify(name)[:36] or 'room'}-{secrets.token_hex(4)}"


def _direct_slug(people: Sequence[User]) -> str:
    """The same whoever opens it: where two do so at once, one fails at the unique slug, looks again and finds it."""
    return f"direct-{hashlib.sha256(b''.join(user.pk.bytes for user in people)).hexdigest()[:32]}"
