"""Who comes into a room and who goes while connected: to a process that hears of it, and to one that only looks."""

import json
from collections.abc import Collection, Sequence
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async

from accounts.models import User
from chat.delivery import store
from chat.membership.joining import add, join, leave, remove
from chat.membership.opening import open_direct, update_room
from chat.models import Room
from chat.protocol import Command, Older, Ping, Read, Sync, Typing
from chat.tests.commands import BODIES, do, send
from chat.tests.delivery.conftest import Scene, enter
from chat.tests.delivery.hub_client import Client
from chat.tests.entries import post
from connect.tests.people import person
from ledger.recording import batches

WORLD = Room(pk=Room.WORLD)
NO_ROOM = "there is no such room"


def probes(room: UUID, post: bytes) -> Sequence[Command]:
    """Every frame that names a room."""
    acts = [do(kind, post, room=room, **body) for kind, body in BODIES.items()]
    asked: list[Command] = [
        Sync(uuid4().hex, room, 0, 200),
        Older(uuid4().hex, room, 9, 200),
        Read(room, 1),
        Typing(room),
    ]
    return [send(room), send(room, reply_to=post), *acts, *asked]


async def test_who_is_added_has_the_room_at_once(scene: Scene) -> None:
    await enter(scene)
    assert scene.here.rooms() == {"World"}
    await sync_to_async(add)(scene.bob, scene.tea, [scene.charlie])
    for client in scene.both:
        await client.has("World", "Tea")
    said = await sync_to_async(post)("welcome", scene.bob, scene.tea.pk)
    for client in scene.both:
        await client.hears(scene.tea, said.room_seq)
        assert client.heard(WORLD) == []


async def test_who_joins_may_write_there_at_once(scene: Scene) -> None:
    await enter(scene)
    assert (await scene.here.ask(send(scene.tea.pk)))["code"] == "not_found"
    await sync_to_async(join)(scene.charlie, scene.tea)
    await scene.here.has("World", "Tea")
    assert (await scene.here.ask(send(scene.tea.pk)))["type"] == "ack"


async def test_a_conversation_is_known_by_the_others_names(scene: Scene) -> None:
    await enter(scene)
    dora = await sync_to_async(person)("dora")
    room = await sync_to_async(open_direct)(scene.bob, [scene.charlie, dora])
    await scene.here.has("World", "bob, dora")
    (told,) = [each for each in scene.here.frames("welcome")[-1]["rooms"] if each["id"] == room.pk.hex]
    assert told["kind"] == "direct"


@pytest.mark.parametrize("goes", ["removed", "leaves"])
async def test_who_goes_gets_nothing_that_follows(scene: Scene, goes: str) -> None:
    """By no frame that names the room, and by no cursor that a client comes back with."""
    await sync_to_async(join)(scene.charlie, scene.tea)
    await enter(scene)
    known = await sync_to_async(post)("while he is here", scene.charlie, scene.tea.pk)
    for client in scene.both:
        await client.hears(scene.tea, known.room_seq)
    if goes == "removed":
        await sync_to_async(remove)(scene.bob, scene.tea, scene.charlie, "tired of him")
    else:
        await sync_to_async(leave)(scene.charlie, scene.tea)
    await sync_to_async(post)("now that he is gone", scene.bob, scene.tea.pk)
    in_world = await sync_to_async(post)("hello", scene.bob)
    for client in scene.both:
        await client.is_out(scene.tea)
        ref = bytes(known.hash)
        for probe, unknown in zip(probes(scene.tea.pk, ref), probes(uuid4(), ref), strict=True):
            assert await client.refusal(probe) == await client.refusal(unknown) == ("not_found", NO_ROOM)
        await client.commands.obey(Ping(1))
        await client.hears(WORLD, in_world.room_seq)
        await client.ponged()
        assert scene.tea.pk.hex not in json.dumps(client.frames("pong"))
        assert "now that he is gone" not in json.dumps(client.socket.taken)
        assert "tired of him" not in json.dumps(client.socket.taken)
        back = Client(scene.charlie, client.hub, client.connection.ticket.session)
        await back.enter({scene.tea.pk: known.room_seq, Room.WORLD: in_world.room_seq - 1})
        await back.hears(WORLD, in_world.room_seq)
        assert scene.tea.pk.hex not in json.dumps(back.socket.taken)
        back.connection.stop()


async def test_what_is_recorded_before_the_process_hears_of_the_removal_is_not_told(scene: Scene) -> None:
    """Everything that looks at rooms and people in this process is asleep, as between two ticks."""
    await sync_to_async(join)(scene.charlie, scene.tea)
    await sync_to_async(update_room)(scene.bob, scene.tea, access="private")
    scene.there.hub.stop()
    await enter(scene)
    await sync_to_async(remove)(scene.bob, scene.tea, scene.charlie)
    await sync_to_async(post)("now that he is gone", scene.bob, scene.tea.pk)
    for command in (send(scene.tea.pk), Sync("s", scene.tea.pk, 0, 200), Older("o", scene.tea.pk, 9, 200)):
        assert (await scene.there.ask(command))["code"] == "not_found"
    scene.there.connection.mark(next(ring for ring in scene.there.connection.cursors if ring.room == scene.tea.pk))
    await scene.there.commands.obey(Ping(1))
    await scene.there.ponged()
    assert "now that he is gone" not in json.dumps(scene.there.socket.taken)


async def test_a_doorbell_brings_the_removal_before_what_follows_it(scene: Scene) -> None:
    await sync_to_async(join)(scene.charlie, scene.tea)
    await scene.here.enter()
    before = (await sync_to_async(store.find_heads)([scene.tea.pk]))[scene.tea.pk]
    batches._listeners.clear()
    await sync_to_async(remove)(scene.bob, scene.tea, scene.charlie)
    await sync_to_async(post)("now that he is gone", scene.bob, scene.tea.pk)
    events = await sync_to_async(store.read_after)(scene.tea.pk, before, 200)
    scene.here.hub.updater.take_events(scene.tea.pk, events)
    await scene.here.is_out(scene.tea)
    assert scene.here.heard(scene.tea) == []


async def test_who_goes_and_comes_again_is_in(scene: Scene) -> None:
    await sync_to_async(join)(scene.charlie, scene.tea)
    await enter(scene)
    await sync_to_async(leave)(scene.charlie, scene.tea)
    await sync_to_async(join)(scene.charlie, scene.tea)
    for client in scene.both:
        await client.is_out(scene.tea)
        await client.is_welcome_again()
        assert client.rooms() == {"World", "Tea"}
        assert (await client.ask(Sync("s", scene.tea.pk, 0, 200)))["type"] == "events"


async def test_memberships_are_read_only_where_somebody_came_or_went(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.there.hub.stop()
    await scene.there.enter()
    reads: list[int] = []
    original = store.find_memberships

    def find_memberships(users: Collection[UUID]) -> dict[UUID, set[UUID]]:
        reads.append(len(users))
        return original(users)

    monkeypatch.setattr(store, "find_memberships", find_memberships)
    memberships = scene.there.hub.memberships
    memberships.compared = None  # before it was stopped, the hub may have compared them itself
    for _ in range(3):
        await memberships.compare()
    assert reads == [1]
    await sync_to_async(join)(scene.charlie, scene.tea)
    await memberships.compare()
    await memberships.compare()
    assert reads == [1, 1]
    await scene.there.has("World", "Tea")
    await sync_to_async(leave)(scene.charlie, scene.tea)
    await sync_to_async(join)(await User.objects.aget(username="bob"), scene.tea)
    await memberships.compare()
    assert len(reads) == 3
    await scene.there.is_out(scene.tea)


async def test_who_was_shown_out_by_an_old_entry_is_let_in_again(scene: Scene) -> None:
    await sync_to_async(join)(scene.charlie, scene.tea)
    scene.there.hub.stop()
    await scene.there.enter()
    memberships = scene.there.hub.memberships
    await memberships.compare()
    ring = next(ring for ring in scene.there.connection.cursors if ring.room == scene.tea.pk)
    memberships.departed(ring, scene.charlie.pk)
    await scene.there.is_out(scene.tea)
    await memberships.compare()
    await scene.there.is_welcome_again()
    assert scene.there.rooms() == {"World", "Tea"}


# What happens while something is read
