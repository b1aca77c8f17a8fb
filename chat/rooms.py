"""The World room: everybody's first. Made once, whoever starts first, with its entry in the ledger like every room."""

import time
from contextlib import suppress
from uuid import UUID, uuid5

from django.utils.translation import gettext, gettext_noop

from chat.models import Room
from chat.writing_to import in_site_language
from ledger.core.records import SYSTEM_AUTHOR
from ledger.errors import ClientIdReused
from ledger.recording.batches import record
from ledger.recording.drafts import Draft

NAME = "World"
TOPIC = gettext_noop("Everybody is here")
LESSONS = (
    gettext_noop(
        "Welcome to Connect. Move the pointer over this message (on a phone, hold it) and look at the small mark "
        "beside the time: ○ means recorded, ◐ means sealed in a block."
    ),
    gettext_noop(
        "Reply to me: choose the arrow at this message, or put the focus on it and press R. Your reply carries this "
        "text above its own, and my hash inside."
    ),
    gettext_noop(
        "Press Ctrl K (⌘ K on a Mac), or choose *Jump or search*, to go to any room or person and to find what was "
        "said. Then say hello to the World below: seconds later your words are sealed."
    ),
)
"""Said in the site's language of the first start: what is recorded is what everybody reads."""


def ensure_world() -> Room:
    """The room, made if need be. Safe to call again and from several processes at once."""
    with in_site_language():
        topic, lessons = gettext(TOPIC), [gettext(text) for text in LESSONS]
    new = {"slug": "world", "name": NAME, "topic": topic, "access": Room.Access.EVERYONE.value}
    room, _is_new = Room.objects.get_or_create(pk=Room.WORLD, defaults=new)
    _ensure_entry("room.create", {"name": room.name, "topic": room.topic, "access": str(room.access)})
    for number, text in enumerate(lessons, 1):
        _ensure_entry(f"lesson {number}", {"text": text}, kind="post")
    return room


def _ensure_entry(name: str, body: dict[str, object], kind: str = "room.create") -> None:
    """One entry by the system, known again by a client id that follows from its name."""
    client_id = _client_id(name)
    now_ms = time.time_ns() // 1_000_000
    draft = Draft(kind=kind, room=Room.WORLD, author=SYSTEM_AUTHOR, client_id=client_id, sent_ms=now_ms, body=body)
    # Reused: it is there, in the words of an older version or under the room's older name.
    with suppress(ClientIdReused):
        record(draft)


def _client_id(name: str) -> UUID:
    return uuid5(Room.WORLD, name)


LESSON_IDS = [_client_id(f"lesson {number}") for number in range(1, len(LESSONS) + 1)]
"""Their client ids."""
