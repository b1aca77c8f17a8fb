"""Commands in this process, where a test can decide what its user may see."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.db import SessionStore

from accounts.models import User
from chat.commands import Commands
from chat.connection import Connection
from chat.hub import Hub
from chat.models import ReadPosition, Room
from chat.protocol import Hello, Older, Read, Send, Sync
from chat.rooms import ensure_world
from chat.sessions import Ticket
from chat.tests.entries import post
from chat.tests.test_connection import Socket
from chat.tests.until import until
from ledger import recording
from ledger.models import Message

CELLAR = UUID(int=7)


class Scene:
    """Bob's connection to a hub of its own; the cellar exists, and is not his."""

    def __init__(self, bob: User, hub: Hub, session_key: str) -> None:
        self.bob, self.hub, self.socket = bob, hub, Socket()
        self.connection = Connection(self.socket.send, hub, Ticket(session_key, bob.pk, bob.password))
        self.commands = Commands(self.connection, hub, bob, "192.0.2.1")

    async def enter(self, cursors: dict[UUID, int] | None = None) -> None:
        await self.commands.greet(Hello(1, cursors or {}, None))
        self.connection.start()

    async def ask(self, command: Any) -> dict[str, Any]:
        await self.commands.obey(command)
        await until(lambda: any(frame.get("re") == command.id for frame in self.socket.taken))
        return next(frame for frame in self.socket.taken if frame.get("re") == command.id)


@pytest.fixture
async def scene(transactional_db: None, bob: User, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    await sync_to_async(ensure_world)()
    await Room.objects.acreate(pk=CELLAR, slug="cellar", name="Cellar")
    await sync_to_async(post)("what happens in the cellar", room=CELLAR)
    monkeypatch.setattr(type(Room.objects.all()), "visible_to", lambda rooms, user: rooms.filter(slug="world"))
    hub = Hub()
    hub.start(tick_s=0.05)
    monkeypatch.setattr(recording, "_listeners", [hub.heard])
    session = SessionStore()
    await session.acreate()
    made = Scene(bob, hub, session.session_key or "")
    yield made
    made.connection.stop()
    hub.stop()


def send(room: UUID, **more: Any) -> Send:
    fields: dict[str, Any] = {
        "id": uuid4().hex,
        "client_id": uuid4(),
        "text": "hello",
        "reply_to": None,
        "files": (),
        "sent_ms": 1,
        "seen": None,
        "checkpoint": None,
        "salt": None,
        "device": None,
        "signature": None,
    }
    return Send(room=room, **fields | more)


async def test_a_room_that_is_not_visible_is_answered_like_one_that_never_was(scene: Scene) -> None:
    await scene.enter({CELLAR: 0})
    nowhere = uuid4()
    for make in (send, lambda room: Sync(uuid4().hex, room, 0, 200), lambda room: Older(uuid4().hex, room, 9, 200)):
        answers = [await scene.ask(make(room)) for room in (CELLAR, nowhere)]
        for answer in answers:
            answer.pop("re")
            answer.pop("client_id", None)
        assert answers[0] == answers[1]
        assert answers[0]["code"] == "not_found"
    assert await Message.objects.filter(room=CELLAR).acount() == 1


async def test_nothing_of_a_room_that_is_not_visible_is_ever_sent(scene: Scene) -> None:
    await scene.enter({CELLAR: 0})
    await sync_to_async(post)("more of the cellar", room=CELLAR)
    await scene.ask(send(Room.WORLD))
    await until(lambda: any(frame["type"] == "events" for frame in scene.socket.taken))
    await scene.commands.obey(Read(CELLAR, 1))
    everything = json.dumps(scene.socket.taken)
    assert CELLAR.hex not in everything
    assert "cellar" not in everything
    assert [room["slug"] for room in scene.socket.taken[0]["rooms"]] == ["world"]


async def test_a_message_of_another_room_cannot_be_replied_to(scene: Scene) -> None:
    await scene.enter()
    secret = await Message.objects.aget(room=CELLAR)
    answer = await scene.ask(send(Room.WORLD, reply_to=bytes(secret.hash)))
    unknown = await scene.ask(send(Room.WORLD, reply_to=bytes(32)))
    assert (
        (answer["code"], answer["detail"]) == (unknown["code"], unknown["detail"]) == ("not_found", unknown["detail"])
    )


async def test_reading_is_stored_with_the_next_tick(scene: Scene) -> None:
    await scene.enter()
    for seq in (2, 4, 3):
        await scene.commands.obey(Read(Room.WORLD, seq))
    assert scene.hub.warden.read_position(scene.bob.pk, Room.WORLD) == 4
    async with asyncio.timeout(20):
        while not await ReadPosition.objects.filter(user=scene.bob, seq=4).aexists():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_the_hub_forgets_who_has_left(scene: Scene) -> None:
    await scene.enter()
    scene.hub.leave(scene.connection)
    await until(lambda: not scene.hub.keeper.rings)
    assert not scene.hub.connections
