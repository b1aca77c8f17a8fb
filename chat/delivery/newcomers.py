"""Reads what newcomers need, for all who come at the same time at once: after a restart everybody comes.

    session   → who it is
    person    → which rooms they are in
    newcomer  → what `welcome` says of these rooms

Each by a constant number of queries, however many they are.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from accounts.models import User
from chat.delivery import store
from chat.delivery.gathering import Gathering
from chat.delivery.updater import Runner
from chat.models import Room, RoomPreference
from chat.notifying.notices import default_level
from chat.notifying.unread import Unread, count_each
from chat.sessions import Opened, open_sessions

ReadPosition = Callable[[UUID, UUID], int]
"""How far a person has read a room, where that is not stored yet."""


@dataclass(frozen=True, slots=True, eq=False)
class Newcomer:
    user: User
    subscribed: Mapping[UUID, int]
    """The rooms whose entries reach them from now on, with their heads."""
    cursors: Mapping[UUID, int]


@dataclass(frozen=True, slots=True)
class Sight:
    """What a newcomer sees."""

    places: list[dict[str, Any]]
    """What `welcome` says of the rooms."""
    gone: Collection[UUID]
    """Rooms they are subscribed to, but not in any more."""
    heads: Mapping[UUID, int]
    """Of the others."""


class Newcomers:
    def __init__(self, threads: Runner, read_position: ReadPosition) -> None:
        self.sessions: Gathering[str, Opened | None] = Gathering(threads, open_sessions)
        self.rooms: Gathering[UUID, set[UUID]] = Gathering(threads, store.find_memberships)
        self.sights: Gathering[Newcomer, Sight] = Gathering(threads, partial(look, read_position))


def look(read_position: ReadPosition, newcomers: Sequence[Newcomer]) -> dict[Newcomer, Sight]:
    """What each of them sees."""
    people = {each.user.pk: each.user for each in newcomers}
    joined = store.find_rooms_of(people.values())
    rooms = {each: [pair for pair in joined[each.user.pk] if pair[0].pk in each.subscribed] for each in newcomers}
    heads = _find_heads(rooms)
    spans = {
        each: {
            room.pk: (max(seq, read_position(each.user.pk, room.pk)), heads[each][room.pk]) for room, seq in rooms[each]
        }
        for each in newcomers
    }
    unread = dict(zip(newcomers, count_each([(each.user.pk, spans[each]) for each in newcomers]), strict=True))
    chosen = RoomPreference.objects.filter(user__in=people).values_list("user", "room", "level")
    levels = {(user, room): level for user, room, level in chosen}

    def describe(each: Newcomer, room: Room) -> dict[str, Any]:
        counts, level = unread[each].get(room.pk, Unread()), levels.get((each.user.pk, room.pk), default_level(room))
        return _describe(room, *spans[each][room.pk], counts, level)

    return {
        each: Sight(
            places=[describe(each, room) for room, _ in rooms[each]],
            gone=each.subscribed.keys() - heads[each].keys(),
            heads=heads[each],
        )
        for each in newcomers
    }


def _find_heads(rooms: Mapping[Newcomer, Sequence[tuple[Room, int]]]) -> dict[Newcomer, dict[UUID, int]]:
    """Of each newcomer's rooms. A query more where one of them knows more than this process."""
    heads = {each: {room.pk: each.subscribed[room.pk] for room, _ in found} for each, found in rooms.items()}
    # They were here before by another process, which knows more, or by another database.
    ahead = {each: [room for room, seq in each.cursors.items() if seq > heads[each].get(room, seq)] for each in rooms}
    if any(ahead.values()):
        known = store.find_heads(list({room for found in ahead.values() for room in found}))
        for each, found in ahead.items():
            heads[each] |= {room: known[room] for room in found if room in known}
    return heads


def _describe(room: Room, read: int, head: int, unread: Unread, level: str) -> dict[str, Any]:
    return {
        "id": room.pk.hex,
        "slug": room.slug,
        "name": room.name,
        "kind": room.kind,
        "access": room.access,
        "person": room.person,
        "head": head,
        "read": read,
        **unread._asdict(),
        "archived": room.archived,
        "level": level,
    }
