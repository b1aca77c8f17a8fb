"""Whether somebody is told of a message: by room, mention and hour. Pure but for reading what people chose.

level of the room    all: every message · mentions: those that mention them · mute: none
quiet hours          none, whatever the level
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from accounts.models import User
from chat.models import Preferences, Room, RoomPreference

Level = RoomPreference.Level


def default_level(room: Room) -> str:
    return str(Level.ALL if room.is_direct else Level.MENTIONS)


def is_wanted(level: str, *, mentioned: bool) -> bool:
    return level == Level.ALL or (level == Level.MENTIONS and mentioned)


def is_quiet(preferences: Preferences | None, now: datetime) -> bool:
    """Whether it is one of the person's quiet hours; from 22:00 until 7:00 spans midnight. `now` is aware."""
    if preferences is None or preferences.quiet_from is None or preferences.quiet_until is None:
        return False
    clock = now.astimezone(find_zone(preferences.time_zone)).time()
    return _is_between(preferences.quiet_from, clock, preferences.quiet_until)


def find_zone(name: str) -> ZoneInfo:
    """UTC where there is no such zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def find_levels(room: Room, people: Collection[UUID]) -> Mapping[UUID, str]:
    chosen = dict(RoomPreference.objects.filter(room=room, user__in=people).values_list("user", "level"))
    return dict.fromkeys(people, default_level(room)) | chosen


def find_own_levels(user: User, rooms: Iterable[Room]) -> dict[UUID, str]:
    """One person's, of each of these rooms."""
    chosen = dict(RoomPreference.objects.filter(user=user).values_list("room", "level"))
    return {room.pk: chosen.get(room.pk, default_level(room)) for room in rooms}


def describe_choices(user: User) -> dict[str, Any]:
    """What the browser needs to know to tell or not, beside the levels in `welcome`: {sound, quiet}."""
    mine = Preferences.objects.filter(pk=user.pk).first() or Preferences(user=user)
    quiet = None
    if mine.quiet_from is not None and mine.quiet_until is not None:
        zone = find_zone(mine.time_zone).key
        quiet = {"from": f"{mine.quiet_from:%H:%M}", "until": f"{mine.quiet_until:%H:%M}", "zone": zone}
    return {"sound": mine.sound, "quiet": quiet}


def _is_between(start: time, clock: time, end: time) -> bool:
    return start <= clock < end if start <= end else clock >= start or clock < end
