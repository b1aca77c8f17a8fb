"""The rooms beside a page: rooms and people, with what is new in each. The browser goes on from there (sidebar.js)."""

from typing import Any

from accounts.models import User
from chat import store
from chat.models import RoomPreference
from chat.unread import Unread, count_unread


def build_sidebar(user: User) -> dict[str, Any]:
    """`rooms` and `people`, by name, and how many `mentions` wait in all. Archived rooms stand on the page of rooms."""
    found = [(room, read) for room, read in store.find_rooms(user) if not room.archived]
    heads = store.find_heads([room.pk for room, _ in found])
    unread = count_unread(user.pk, {room.pk: (read, heads.get(room.pk, 0)) for room, read in found})
    muted = set(
        RoomPreference.objects.filter(user=user, level=RoomPreference.Level.MUTE).values_list("room", flat=True)
    )
    rows = [{"room": room, "muted": room.pk in muted, **unread.get(room.pk, Unread())._asdict()} for room, _ in found]
    rows.sort(key=lambda row: row["room"].name.casefold())
    return {
        "rooms": [row for row in rows if not row["room"].is_direct],
        "people": [row for row in rows if row["room"].is_direct],
        "mentions": sum(row["mentions"] for row in rows),
    }
