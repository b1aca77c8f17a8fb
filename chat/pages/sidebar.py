"""The rooms beside a page: rooms and people, with what is new in each. The browser goes on from there (sidebar.js)."""

from typing import Any

from accounts.models import User
from chat.delivery import store
from chat.models import RoomPreference
from chat.notifying.notices import find_own_levels
from chat.notifying.unread import Unread, count_unread


def build_sidebar(user: User) -> dict[str, Any]:
    """`rooms`, `people` and what is `archived` of both, by name; how many `mentions` wait in all, and how much is
    `unread` where one wants to hear of it."""
    found = store.find_rooms(user)
    heads = store.find_heads([room.pk for room, _ in found])
    unread = count_unread(user.pk, {room.pk: (read, heads.get(room.pk, 0)) for room, read in found})
    levels = find_own_levels(user, [room for room, _ in found])
    muted = {room for room, level in levels.items() if level == RoomPreference.Level.MUTE}
    rows = [{"room": room, "muted": room.pk in muted, **unread.get(room.pk, Unread())._asdict()} for room, _ in found]
    rows.sort(key=lambda row: row["room"].name.casefold())
    return {
        "rooms": [row for row in rows if not row["room"].is_direct and not row["room"].archived],
        "people": [row for row in rows if row["room"].is_direct and not row["room"].archived],
        "archived": [row for row in rows if row["room"].archived],
        "unread": sum(row["unread"] for row in rows if not row["muted"] and not row["room"].archived),
        "mentions": sum(row["mentions"] for row in rows),
    }
