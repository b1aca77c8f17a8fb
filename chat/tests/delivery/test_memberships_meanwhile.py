"""Who comes into a room or goes while they are being welcomed, or while memberships are read."""

import asyncio
from collections.abc import Callable, Collection, Coroutine
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async

from chat.delivery import store
from chat.delivery.ring import Ring
from chat.membership.joining import add, join, remove
from chat.models import Membership
from chat.tests.delivery.conftest import Scene
from chat.tests.delivery.hub_client import Client
from chat.tests.until import until
from ledger.blocks.genesis import ensure_genesis
from ledger.sealing import seal


async def test_who_is_removed_while_being_welcomed_is_not_fed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    await sync_to_async(join)(scene.charlie, scene.tea)
    reads: list[int] = []

    def find_memberships(users: Collection[UUID]) -> dict[UUID, set[UUID]]:
        found = store.find_memberships(users)
        reads.extend(map(len, found.values()))
        Membership.objects.filter(room=scene.tea, user__in=users).delete()
        return found

    monkeypatch.setattr(scene.here.hub.newcomers.rooms, "_answer", find_memberships)
    await scene.here.enter()
    assert reads == [2]
    await until(lambda: scene.here.frames("welcome"))
    assert scene.here.rooms() == {"World"}
    assert not scene.here.hub.is_in(scene.here.connection, scene.tea.pk)


async def test_who_leaves_while_being_welcomed_again_is_gone(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else they would be here for ever, as others see it."""
    client, loop = scene.here, asyncio.get_running_loop()
    await client.enter()

    def find_memberships(users: Collection[UUID]) -> dict[UUID, set[UUID]]:
        loop.call_soon_threadsafe(client.hub.leave, client.connection)
        return store.find_memberships(users)

    monkeypatch.setattr(client.hub.newcomers.rooms, "_answer", find_memberships)
    await sync_to_async(join)(scene.charlie, scene.tea)
    await until(lambda: len(client.frames("welcome")) > 1)
    assert not client.hub.connections
    assert not client.hub.is_in(client.connection, scene.tea.pk)


class Meanwhile:
    """A function that reads; the first time, something happens between its reading and its answer."""

    def __init__(self, read: Callable[[Any], Any], happen: Callable[[], object]) -> None:
        self._read, self._happen = read, happen
        self.has_happened = False

    def __call__(self, asked: Any) -> Any:
        found = self._read(asked)
        if not self.has_happened:
            self.has_happened = True
            self._happen()
        return found


def in_loop(work: Coroutine[Any, Any, None], loop: asyncio.AbstractEventLoop) -> None:
    asyncio.run_coroutine_threadsafe(work, loop).result()


async def test_who_is_added_while_coming_in_has_the_room(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their rooms are read; they are added; all who are there are compared; then they are subscribed."""
    hub, loop = scene.there.hub, asyncio.get_running_loop()
    other = Client(scene.bob, hub, scene.there.connection.ticket.session)
    await other.enter()
    hub.stop()
    await hub.memberships.compare()

    def happen() -> None:
        add(scene.bob, scene.tea, [scene.charlie])
        in_loop(hub.memberships.compare(), loop)

    monkeypatch.setattr(hub.newcomers.rooms, "_answer", Meanwhile(store.find_memberships, happen))
    await scene.there.enter()
    await scene.there.has("World")
    await hub.memberships.compare()
    await scene.there.has("World", "Tea")
    other.connection.stop()


async def test_who_joins_while_memberships_are_read_is_not_shown_out(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub, loop = scene.there.hub, asyncio.get_running_loop()
    hub.stop()
    hub.memberships.compared = None  # a tick may have compared already
    await scene.there.enter()
    tab = Client(scene.charlie, hub, scene.there.connection.ticket.session)

    def happen() -> None:
        join(scene.charlie, scene.tea)
        in_loop(tab.enter(), loop)

    reading = Meanwhile(store.find_memberships, happen)
    monkeypatch.setattr(store, "find_memberships", reading)
    await hub.memberships.compare()
    assert reading.has_happened
    tab.connection.pong(1)
    await tab.ponged()
    assert tab.rooms() == {"World", "Tea"}
    assert not tab.frames("reset")
    tab.connection.stop()


async def test_who_is_removed_while_being_welcomed_is_not_welcomed_there(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sync_to_async(join)(scene.charlie, scene.tea)
    client = scene.here
    ring_head = asyncio.Event()
    loop = asyncio.get_running_loop()
    departed = client.hub.memberships.departed

    def note(ring: Ring, member: UUID) -> None:
        departed(ring, member)
        ring_head.set()

    async def is_out() -> None:
        await ring_head.wait()

    def happen() -> None:
        remove(scene.bob, scene.tea, scene.charlie)
        in_loop(is_out(), loop)

    monkeypatch.setattr(client.hub.memberships, "departed", note)
    monkeypatch.setattr(client.hub.newcomers.sights, "_answer", Meanwhile(client.hub.newcomers.sights._answer, happen))
    await client.enter()
    await client.has("World")


async def test_who_leaves_while_being_welcomed_again_disturbs_nobody(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sync_to_async(ensure_genesis)()
    await sync_to_async(seal)()
    client, loop = scene.there, asyncio.get_running_loop()
    client.hub.stop()
    await client.enter()

    async def leave_and_drop_the_ring() -> None:
        client.hub.leave(client.connection)
        client.hub.updater.rings.clear()

    reading = Meanwhile(client.hub.newcomers.sights._answer, lambda: in_loop(leave_and_drop_the_ring(), loop))
    monkeypatch.setattr(client.hub.newcomers.sights, "_answer", reading)
    await sync_to_async(join)(scene.charlie, scene.tea)
    await client.hub.memberships.compare()
    assert reading.has_happened
