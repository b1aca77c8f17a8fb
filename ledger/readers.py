"""Who may read which rooms. The ledger holds bare room ids; the answer comes from the app that knows the rooms.

LEDGER_READABLE_ROOMS = "chat.access.readable_room_ids"       (user, room ids) → those that the user may read
"""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

Readable = Callable[[Any, set[UUID]], set[UUID]]


def readable_rooms(user: object, rooms: Iterable[UUID]) -> set[UUID]:
    """Those of the rooms whose entries the user may read; none where nobody has said who may."""
    wanted = set(rooms)
    path = getattr(settings, "LEDGER_READABLE_ROOMS", None)
    if not path or not wanted:
        return set()
    ask: Readable = import_string(path)
    return wanted & ask(user, wanted)
