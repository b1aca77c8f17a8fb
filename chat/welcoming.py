"""Lets a connection into the rooms of its user: `welcome`, and from there on their entries.

Sent again whenever somebody came into a room while connected: its `rooms` are all that they are in now.
"""

from collections.abc import Callable, Mapping
from time import time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings

from accounts.models import User
from chat import store
from chat.connection import Connection
from chat.models import Room
from chat.notices import find_own_levels
from chat.people import describe
from chat.replies import encode_reset, encode_welcome, limits
from chat.threads import readers
from chat.unread import Unread, count_unread

if TYPE_CHECKING:
    from chat.hub import Hub


async def welcome(hub: "Hub", connection: Connection, user: User, cursors: Mapping[UUID, int]) -> None:
    """Subscribes, then welcomes; what comes after the heads in `welcome` follows it."""
    heads = await hub.join(connection, await readers.run(store.find_room_ids, user))
    # Asked once more: who is removed from now on is shown out, and who was removed before is not in what is read now.
    places, gone, heads = await readers.run(_look, user, heads, cursors, hub.warden.read_position)
    for room in gone:
        hub.forget(connection, room)
    connection.push(
        encode_welcome(
            me=describe(user),
            now_ms=int(time() * 1000),
            limits=limits(settings.SEND_PER_MIN, settings.FILE_BYTES),
            rooms=places,
            checkpoint=hub.keeper.sealings.checkpoint,
            presence=hub.liveness.presence.told,
        )
    )
    hub.tell_sealed(connection, heads)
    for room, head in heads.items():
        _feed(hub, connection, room, head, cursors.get(room, head))


def _look(
    user: User,
    subscribed: Mapping[UUID, int],
    cursors: Mapping[UUID, int],
    read_position: Callable[[UUID, UUID], int],
) -> tuple[list[dict[str, Any]], set[UUID], dict[UUID, int]]:
    """What `welcome` says of the rooms; those of them that the user is not in any more; the heads of the others.

    In one of the readers' threads, at once: after a restart everybody comes, and each change of threads costs.
    """
    found = [(room, seq) for room, seq in store.find_rooms(user) if room.pk in subscribed]
    heads = {room.pk: subscribed[room.pk] for room, _ in found}
    # The client was here before by another process, which knows more, or by another database.
    if ahead := [room for room, cursor in cursors.items() if cursor > heads.get(room, cursor)]:
        heads |= store.find_heads(ahead)
    read = {room.pk: max(seq, read_position(user.pk, room.pk)) for room, seq in found}
    unread = count_unread(user.pk, {room: (seq, heads[room]) for room, seq in read.items()})
    levels = find_own_levels(user, [room for room, _ in found])
    places = [
        _describe(room, heads[room.pk], read[room.pk], unread.get(room.pk, Unread())) | {"level": levels[room.pk]}
        for room, _ in found
    ]
    return places, subscribed.keys() - heads.keys(), heads


def _describe(room: Room, head: int, read: int, unread: Unread) -> dict[str, Any]:
    return {
        "id": room.pk.hex,
        "slug": room.slug,
        "name": room.name,
        "kind": room.kind,
        "person": room.person,
        "head": head,
        "read": read,
        **unread._asdict(),
        "archived": room.archived,
    }


def _feed(hub: "Hub", connection: Connection, room: UUID, head: int, cursor: int) -> None:
    """From here on the connection is fed; it stays where it is in a room that it is fed already."""
    ring = hub.ring(room)
    if ring is None or ring in connection.cursors or not hub.is_in(connection, room):  # Removed meanwhile.
        return
    if cursor > head:
        connection.push(encode_reset(room, "this server knows fewer entries"))
        cursor = head
    connection.cursors[ring] = cursor
    connection.mark(ring)
