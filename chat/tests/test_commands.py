"""Commands in this process, beside a room that their user is not in."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from threading import Event
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import DatabaseError

from accounts.models import User
from chat import posting
from chat.delivery import store
from chat.hub import Hub
from chat.models import ReadPosition, Room
from chat.posting import EMOJI_PER_POST
from chat.protocol import Act, Older, Read, Sync
from chat.rates import Rates
from chat.refusals import CloseCode
from chat.rooms import ensure_world
from chat.tests.commands import BODIES, do, send
from chat.tests.delivery.hub_client import Client
from chat.tests.entries import post
from chat.tests.until import until
from ledger.models import Message
from ledger.recording import batches

CELLAR = UUID(int=7)


@pytest.fixture
async def scene(transactional_db: None, bob: User, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    """Bob's connection to a hub of its own; the cellar exists, and is not his."""
    await sync_to_async(ensure_world)()
    await Room.objects.acreate(pk=CELLAR, slug="cellar", name="Cellar", access="private")
    await sync_to_async(post)("what happens in the cellar", room=CELLAR)
    hub = Hub()
    hub.start(tick_s=0.05)
    monkeypatch.setattr(batches, "_listeners", [hub.heard])
    session = SessionStore()
    await session.acreate()
    made = Client(bob, hub, session.session_key or "")
    yield made
    made.connection.stop()
    hub.stop()


async def test_a_room_that_is_not_visible_is_answered_like_one_that_never_was(scene: Client) -> None:
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


async def test_nothing_of_a_room_that_is_not_visible_is_ever_sent(scene: Client) -> None:
    await scene.enter({CELLAR: 0})
    await sync_to_async(post)("more of the cellar", room=CELLAR)
    await scene.ask(send(Room.WORLD))
    await until(lambda: any(frame["type"] == "events" for frame in scene.socket.taken))
    await scene.commands.obey(Read(CELLAR, 1))
    everything = json.dumps(scene.socket.taken)
    assert CELLAR.hex not in everything
    assert "cellar" not in everything
    assert [room["slug"] for room in scene.socket.taken[0]["rooms"]] == ["world"]


async def test_a_message_of_another_room_cannot_be_replied_to(scene: Client) -> None:
    await scene.enter()
    secret = await Message.objects.aget(room=CELLAR)
    answer = await scene.ask(send(Room.WORLD, reply_to=bytes(secret.hash)))
    unknown = await scene.ask(send(Room.WORLD, reply_to=bytes(32)))
    assert (
        (answer["code"], answer["detail"]) == (unknown["code"], unknown["detail"]) == ("not_found", unknown["detail"])
    )


async def test_reading_is_stored_with_the_next_tick(scene: Client) -> None:
    await scene.enter()
    for seq in (2, 4, 3):
        await scene.commands.obey(Read(Room.WORLD, seq))
    assert scene.hub.read_positions.unsaved(scene.user.pk, Room.WORLD) == 4
    async with asyncio.timeout(20):
        while not await ReadPosition.objects.filter(user=scene.user, seq=4).aexists():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_the_hub_forgets_who_has_left(scene: Client) -> None:
    await scene.enter()
    scene.hub.leave(scene.connection)
    await until(lambda: not scene.hub.updater.rings)
    assert not scene.hub.connections
    assert not scene.hub._members


async def test_a_position_that_could_not_be_stored_is_stored_with_a_later_tick(
    scene: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, failures = store.save_read_positions, [DatabaseError("gone"), DatabaseError("still gone")]

    def fail_twice(positions: Any) -> None:
        if failures:
            raise failures.pop()
        save(positions)

    monkeypatch.setattr(store, "save_read_positions", fail_twice)
    await scene.enter()
    await scene.commands.obey(Read(Room.WORLD, 4))
    async with asyncio.timeout(20):
        while not await ReadPosition.objects.filter(user=scene.user, seq=4).aexists():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert not failures
    await until(lambda: not scene.hub.read_positions.unsaved(scene.user.pk, Room.WORLD))


async def test_who_is_logged_out_is_closed_however_long_storing_takes(
    scene: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_storing, is_over = Event(), Event()

    def take_long(positions: Any) -> None:
        is_storing.set()
        is_over.wait(20)

    monkeypatch.setattr(store, "save_read_positions", take_long)
    await scene.enter()
    await scene.commands.obey(Read(Room.WORLD, 4))
    await until(is_storing.is_set)
    await Session.objects.all().adelete()
    await until(lambda: scene.connection.code is CloseCode.NOT_LOGGED_IN)
    is_over.set()


async def test_each_act_is_acknowledged_once_and_again_when_it_comes_again(scene: Client) -> None:
    await scene.enter()
    ack = await scene.ask(send(Room.WORLD))
    ref = bytes.fromhex(ack["hash"])
    for kind, body in BODIES.items():
        client_id = uuid4()
        first = await scene.ask(do(kind, ref, client_id=client_id, **body))
        again = await scene.ask(do(kind, ref, client_id=client_id, **body))
        assert (first["type"], again["type"]) == ("ack", "ack"), (kind, first, again)
        assert (first["seq"], first["hash"]) == (again["seq"], again["hash"])
        assert (first["duplicate"], again["duplicate"]) == (False, True)
        row = await Message.objects.aget(kind=kind)
        assert (row.author, row.ref) == (scene.user.pk, ref)
    reused = await scene.ask(do("delete", ref, client_id=client_id, room=Room.WORLD))
    assert reused["duplicate"]
    other = await scene.ask(do("edit", ref, client_id=client_id, text="else"))
    assert (other["code"], other["retry"], other["client_id"]) == ("client_id_reused", "new", client_id.hex)


@pytest.mark.parametrize("kind", BODIES)
async def test_acts_that_may_not_be_are_refused_alike(scene: Client, kind: str) -> None:
    await scene.enter()
    secret = await Message.objects.aget(room=CELLAR)
    foreign = await sync_to_async(post)("the system's")
    count = await Message.objects.acount()
    body = BODIES[kind]

    async def refusal(command: Act) -> tuple[str, str]:
        answer = await scene.ask(command)
        assert answer["client_id"] == command.client_id.hex
        return answer["code"], answer["detail"]

    unknown = await refusal(do(kind, bytes(32), **body))
    assert unknown[0] == "not_found"
    assert await refusal(do(kind, bytes(secret.hash), **body)) == unknown, "another room's message does not exist"
    rooms = [await refusal(do(kind, bytes(secret.hash), room=room, **body)) for room in (CELLAR, uuid4())]
    assert rooms[0] == rooms[1] == ("not_found", "there is no such room")
    assert (await refusal(do(kind, bytes(foreign.hash), **body, device=bytes(32))))[0] == "forbidden"
    if kind in ("edit", "delete"):
        assert (await refusal(do(kind, bytes(foreign.hash), **body)))[0] == "forbidden"
    assert await Message.objects.acount() == count


async def test_a_race_between_delete_and_the_others_has_one_winner_each(scene: Client) -> None:
    await scene.enter()
    ref = bytes.fromhex((await scene.ask(send(Room.WORLD)))["hash"])
    commands = [
        do("react", ref, emoji="👍"),
        do("delete", ref),
        do("react", ref, emoji="🎉"),
        do("edit", ref, text="x"),
    ]
    for command in commands:  # as a connection takes them: in order, without waiting for the answers
        await scene.commands.obey(command)
    ids = [command.id for command in commands]
    await until(lambda: {frame.get("re") for frame in scene.socket.taken} >= set(ids))
    answers = [next(frame for frame in scene.socket.taken if frame.get("re") == id) for id in ids]
    assert [answer.get("code", "ack") for answer in answers] == ["ack", "ack", "not_found", "not_found"]


async def test_a_post_carries_so_many_different_emoji(scene: Client) -> None:
    await scene.enter()
    ref = bytes.fromhex((await scene.ask(send(Room.WORLD)))["hash"])
    acks = [await scene.ask(do("react", ref, emoji=chr(0x1F600 + n))) for n in range(EMOJI_PER_POST)]
    assert {ack["type"] for ack in acks} == {"ack"}
    assert (await scene.ask(do("react", ref, emoji="👍")))["code"] == "forbidden"
    assert (await scene.ask(do("unreact", ref, emoji="😀")))["type"] == "ack"
    assert (await scene.ask(do("react", ref, emoji="😀")))["type"] == "ack"


async def test_acts_are_limited_like_posts(scene: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    await scene.enter()
    ref = bytes.fromhex((await scene.ask(send(Room.WORLD)))["hash"])
    monkeypatch.setattr(posting, "_by_user", Rates(0.001, 2))
    answers = [await scene.ask(do("react", ref, emoji="👍")) for _ in range(3)]
    assert [answer.get("code", "ack") for answer in answers] == ["ack", "ack", "rate_limited"]
    assert answers[2]["after_ms"] > 0


async def test_what_cannot_be_encoded_when_it_is_recorded_is_read_afterwards(
    scene: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = [DatabaseError("gone for a moment")]

    def encode_rows(rows: Sequence[Message], *, are_new: bool = False) -> store.Encoded:
        if faults:
            raise faults.pop()
        return real(rows)

    real = store.encode_rows
    await scene.enter()
    monkeypatch.setattr(store, "encode_rows", encode_rows)
    assert (await scene.ask(send(Room.WORLD)))["type"] == "ack"
    await until(lambda: any(frame["type"] == "events" for frame in scene.socket.taken))
    assert not faults
