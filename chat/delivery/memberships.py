"""Who comes into a room and who goes while they are connected.

    a `member.leave` or `member.remove` in a room's ring     out at once, before anything that follows it is sent
    every tick, and when somebody says so                    memberships in the database against connections

So who is removed gets nothing that was recorded after the removal, and who is added has the room within two seconds,
whatever process recorded it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from accounts.models import User
from chat.delivery import store
from chat.delivery.connection import Connection
from chat.delivery.ring import Ring
from chat.delivery.threads import readers
from chat.delivery.welcoming import welcome
from chat.models import Room
from chat.replies import encode_reset

if TYPE_CHECKING:
    from chat.hub import Hub

LEFT = "you are not in this room any more"


class Memberships:
    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._departed: set[tuple[UUID, UUID]] = set()
        self.compared: tuple[int, int] | None = None
        """The mark of the memberships that all connections were compared with last."""
        self._doubts = 0

    def departed(self, ring: Ring, member: UUID) -> None:
        """An entry says so. From the World goes who has no account any more; that ends the connection."""
        if ring.room == Room.WORLD:
            return
        self._departed.add((member, ring.room))
        self._doubts += 1  # it may be an old entry, and they are in the room again
        self.compared = None
        for connection in list(self._hub.members(ring.room)):
            if connection.ticket.user == member:
                self._show_out(connection, ring)
        self._hub.watcher.look()

    def arrived(self, compared: tuple[int, int] | None) -> None:
        """Somebody is subscribed to rooms that were read when `compared` was this: what was compared since, or is just
        now, did not know of them."""
        self._doubts += 1
        if self.compared != compared:
            self.compared = None

    async def compare(self) -> None:
        """Connections against memberships, where these have changed since."""
        mark = await readers.run(store.membership_mark)
        if mark == self.compared:
            return
        doubts, is_whole = self._doubts, True
        rooms = await self.show_out()
        for connection in list(self._hub.connections):
            if not connection.cursors:  # Still being welcomed, perhaps with what was true before.
                is_whole = False
                continue
            joined = rooms.get(connection.ticket.user, set())
            if connection.code is None and joined - {ring.room for ring in connection.cursors}:
                user = await readers.run(User.objects.get, pk=connection.ticket.user)
                await welcome(self._hub, connection, user, {})
        if is_whole and doubts == self._doubts:
            self.compared = mark

    async def show_out(self) -> Mapping[UUID, set[UUID]]:
        """Who is in which rooms; those who are not any more are out."""
        self._departed.clear()
        fed = {connection: list(connection.cursors) for connection in self._hub.connections}
        users = {connection.ticket.user for connection in fed}
        found = await readers.run(store.find_memberships, users) if users else {}
        # Who departed while this was read may still be in what was read.
        rooms = {user: {room for room in ids if (user, room) not in self._departed} for user, ids in found.items()}
        for connection, rings in fed.items():
            if connection.ticket.user in rooms:
                joined = rooms[connection.ticket.user]
                for ring in rings:  # Not those that came while this was read.
                    if ring.room not in joined and ring in connection.cursors:
                        self._show_out(connection, ring)
        return rooms

    def _show_out(self, connection: Connection, ring: Ring) -> None:
        self._hub.forget(connection, ring.room)
        connection.push(encode_reset(ring.room, LEFT, gone=True))
