"""Posts that people keep at hand in a room.

The ledger has no kind of entry for a pin, so a pin is a row of its own and without proof: what is pinned is proved, who
pinned it and when is not. Who has the room open is told by the frame `pins` (`announcing.py`).
"""

import time
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from accounts.models import User
from chat.events import Event, build_events
from chat.membership.roles import moderates
from chat.models import Pin, Room
from chat.refusals import Refusal
from ledger.models import Message

PINS_LIMIT = 100
"""In one room."""


def may_pin(user: User, room: Room) -> bool:
    return not room.archived and pins_in(user, room)


def pins_in(user: User, room: Room) -> bool:
    """Whoever is in the room; where that is everybody, its moderators."""
    if room.access == Room.Access.EVERYONE:
        return moderates(user, room)
    return Room.objects.joined_by(user).filter(pk=room.pk).exists()


def pin(user: User, room: Room, post: Message) -> None:
    """Nothing where it is pinned already. Refusal when it may not be."""
    _check(user, room)
    if post.kind != "post":
        raise Refusal("not_found", _("Only messages can be pinned."))
    pins = Pin.objects.filter(room=room)
    if pins.filter(seq=post.room_seq).exists():
        return
    if pins.count() >= PINS_LIMIT and len(list_pins(room)) >= PINS_LIMIT:  # What is deleted takes no place.
        raise Refusal("forbidden", _("A room has at most %(count)d pins. Unpin one first.") % {"count": PINS_LIMIT})
    try:
        Pin.objects.create(room=room, seq=post.room_seq, by=user, pinned_ms=time.time_ns() // 1_000_000)
    except IntegrityError:  # Somebody else pinned it at this moment.
        return


def unpin(user: User, room: Room, post: Message) -> None:
    _check(user, room)
    Pin.objects.filter(room=room, seq=post.room_seq).delete()


def list_pins(room: Room) -> list[dict[str, Any]]:
    """`{seq hash}` of what is pinned; what is deleted or erased is left out."""
    seqs = list(Pin.objects.filter(room=room).values_list("seq", flat=True))
    if not seqs:
        return []
    rows = Message.objects.filter(room=room.pk, room_seq__in=seqs, body__isnull=False)
    pinned = {bytes(hash_): seq for seq, hash_ in rows.values_list("room_seq", "hash")}
    # The room is compared here: asked for it as well, SQLite reads all its entries instead of those few.
    deletions = Message.objects.filter(kind="delete", ref__in=list(pinned)).values_list("room", "ref")
    gone = {bytes(ref) for of, ref in deletions if ref is not None and of == room.pk}
    return [{"seq": seq, "hash": hash_.hex()} for hash_, seq in pinned.items() if hash_ not in gone]


def find_pinned(room: Room) -> list[Event]:
    """The events of what is pinned, newest pin first, each with `pinned_by`; what is deleted or erased is left out."""
    pins = {pin.seq: pin for pin in Pin.objects.filter(room=room).select_related("by")}
    rows = Message.objects.filter(room=room.pk, room_seq__in=pins, body__isnull=False)
    events = [event for event in build_events(list(rows)) if not event["deleted"]]
    events.sort(key=lambda event: pins[event["seq"]].pinned_ms, reverse=True)
    return [event | {"pinned_by": _name(pins[event["seq"]])} for event in events]


def _check(user: User, room: Room) -> None:
    if not may_pin(user, room):
        raise Refusal("forbidden", _("You may not pin messages in this room."))


def _name(pin: Pin) -> Any:
    return pin.by.get_full_name() or pin.by.username if pin.by else ""
