"""Lets a connection into the rooms of its user: `welcome`, and from there on their entries.

Sent again whenever somebody came into a room while connected: its `rooms` are all that they are in now.
"""

from collections.abc import Mapping
from time import time
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings

from accounts.models import User
from chat.delivery.connection import Connection
from chat.delivery.newcomers import Newcomer
from chat.people import describe
from chat.replies import encode_reset, encode_welcome, limits

if TYPE_CHECKING:
    from chat.hub import Hub


async def welcome(hub: "Hub", connection: Connection, user: User, cursors: Mapping[UUID, int]) -> None:
    """Subscribes, then welcomes; what comes after the heads in `welcome` follows it."""
    subscribed = await hub.join(connection, await hub.newcomers.rooms.ask(user.pk))
    # Asked once more: who is removed from now on is shown out, and who was removed before is not in what is read now.
    sight = await hub.newcomers.sights.ask(Newcomer(user, subscribed, cursors))
    for room in sight.gone:
        hub.forget(connection, room)
    # Not of those that the connection was shown out of while this was read, nor of any once it has left.
    heads = {room: head for room, head in sight.heads.items() if hub.is_in(connection, room)}
    connection.push(
        encode_welcome(
            me=describe(user),
            now_ms=int(time() * 1000),
            limits=limits(settings.SEND_PER_MIN, settings.FILE_BYTES),
            rooms=[place for place in sight.places if UUID(place["id"]) in heads],
            checkpoint=hub.updater.sealings.checkpoint,
            presence=hub.liveness.presence.told,
        )
    )
    hub.tell_sealed(connection, heads)
    for room, head in heads.items():
        _feed(hub, connection, room, head, cursors.get(room, head))


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
