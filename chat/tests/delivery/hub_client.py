"""Somebody's connection to a hub, without a server between them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts.models import User
from chat.commands import Commands
from chat.delivery.connection import Connection
from chat.delivery.memberships import LEFT
from chat.hub import Hub
from chat.models import Room
from chat.protocol import Command, Hello
from chat.sessions import Ticket
from chat.tests.delivery.sockets import Socket
from chat.tests.until import until


class Client:
    """Somebody's connection to a hub."""

    def __init__(self, user: User, hub: Hub, session_key: str) -> None:
        self.user, self.hub, self.socket = user, hub, Socket()
        self.connection = Connection(self.socket.send, hub, Ticket(session_key, user.pk, user.password))
        self.commands = Commands(self.connection, hub, user, "192.0.2.1")

    async def enter(self, cursors: Mapping[UUID, int] | None = None) -> None:
        await self.commands.greet(Hello(1, cursors or {}, None))
        self.connection.start()

    async def ask(self, command: Any) -> dict[str, Any]:
        await self.commands.obey(command)
        await until(lambda: any(frame.get("re") == command.id for frame in self.socket.taken))
        return next(frame for frame in self.socket.taken if frame.get("re") == command.id)

    async def refusal(self, command: Command) -> tuple[str, str]:
        """Of a command that may carry no id."""
        before = len(self.frames("error"))
        await self.commands.obey(command)
        await until(lambda: len(self.frames("error")) > before)
        error = self.frames("error")[-1]
        return error["code"], error["detail"]

    def frames(self, type: str) -> list[dict[str, Any]]:
        return [frame for frame in self.socket.taken if frame["type"] == type]

    def rooms(self) -> set[str]:
        """The names in the newest welcome."""
        return {room["name"] for room in self.frames("welcome")[-1]["rooms"]}

    def heard(self, room: Room) -> list[int]:
        frames = [frame for frame in self.frames("events") if frame["room"] == room.pk.hex]
        return [event["seq"] for frame in frames for event in frame["events"]]

    async def has(self, *names: str) -> None:
        await until(lambda: self.frames("welcome") and self.rooms() == set(names))

    async def hears(self, room: Room, seq: int) -> None:
        await until(lambda: self.heard(room)[-1:] == [seq])

    async def ponged(self) -> None:
        await until(lambda: self.frames("pong"))

    async def is_welcome_again(self) -> None:
        await until(lambda: len(self.frames("welcome")) > 1)

    async def is_out(self, room: Room) -> None:
        await until(lambda: self.frames("reset"))
        assert self.frames("reset") == [{"type": "reset", "room": room.pk.hex, "why": LEFT, "gone": True}]
