"""Tells the hubs of what no entry tells: this process's own, and by the doorbell those of the others.

A block, a name, what is unread, what is pinned, what somebody may do. What a doorbell loses the next page tells.
"""

from typing import Any
from uuid import UUID

from accounts.models import User
from chat.delivery.doorbell import ring_once
from chat.hub import running_hub
from chat.membership.roles import moderates
from chat.models import Room
from chat.people import describe
from chat.pins import list_pins, pins_in
from chat.replies import encode_person, encode_pins, encode_standing


def announce_block(**signal: Any) -> None:
    """Receiver of `block_sealed`; in the miner's process, or in the thread of a page that mined."""
    if (hub := running_hub()) is not None:
        hub.nudge()
    ring_once({})


def announce_name(user: User, **signal: Any) -> None:
    """Receiver of `profile_changed`, in the thread of a page."""
    if (hub := running_hub()) is not None:
        hub.reread()
    ring_once({"reread": True})
    _tell(encode_person(describe(user)))


def announce_pins(room: Room) -> None:
    """To everybody who has the room open."""
    _tell(encode_pins(room.pk, list_pins(room)), room=room.pk)


def announce_standing(room: Room, member: User) -> None:
    """To somebody whose role is another one."""
    _tell(encode_standing(room.pk, moderates=moderates(member, room), pins=pins_in(member, room)), user=member.pk)


def announce_unread(user: UUID, room: UUID, seq: int) -> None:
    """To somebody who has read up to `seq`: what is unread in the room is another number now."""
    if (hub := running_hub()) is not None:
        hub.recount(user, room, seq)
    ring_once({"user": user.hex, "room": room.hex, "read": seq})


def _tell(frame: str, **to: UUID) -> None:
    """To the connections of a room or of a person, else to all."""
    if (hub := running_hub()) is not None:
        hub.tell(frame, **to)
    ring_once({"frame": frame, "to": {kind: id.hex for kind, id in to.items()}})
