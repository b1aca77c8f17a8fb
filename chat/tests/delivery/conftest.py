"""Two processes, as a person's two connections see them."""

from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.db import SessionStore

from accounts.models import User
from chat.hub import Hub
from chat.membership.opening import create_room
from chat.rooms import ensure_world
from chat.tests.delivery.hub_client import Client
from ledger.recording import batches


class Scene:
    """Bob owns Tea; charlie is connected to a process that hears what is recorded, and to one that only looks."""

    def __init__(self, bob: User, charlie: User, hubs: tuple[Hub, Hub], session_key: str) -> None:
        self.bob, self.charlie = bob, charlie
        self.tea = create_room(bob, "Tea", "", "public")
        self.here, self.there = (Client(charlie, hub, session_key) for hub in hubs)
        self.both = self.here, self.there


@pytest.fixture
async def scene(
    transactional_db: None, bob: User, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Scene]:
    await sync_to_async(ensure_world)()
    session = SessionStore()
    await session.acreate()
    hubs = Hub(), Hub()
    hubs[0].start(tick_s=3600)
    hubs[1].start(tick_s=0.05)
    monkeypatch.setattr(batches, "_listeners", [hubs[0].heard])
    made = await sync_to_async(Scene)(bob, charlie, hubs, session.session_key or "")
    yield made
    for client in made.both:
        client.connection.stop()
    for hub in hubs:
        hub.stop()


async def enter(scene: Scene) -> None:
    for client in scene.both:
        await client.enter()
