"""The server's side of the protocol over any network: whatever is lost, doubled, swapped or cut, all views are the log.

Consumer, commands, recorder and two hubs on one database are the real ones. The hubs hear of news as processes do
whose doorbells fail. The client's side is chat/tests/js/convergence.test.js.
"""

import asyncio

import orjson
import pytest
from django.test import Client

from accounts.models import User
from chat import commands, consumers, posting
from chat.delivery.ring import RING_EVENTS
from chat.hub import Hub
from chat.models import Room
from chat.rates import Rates
from chat.rooms import ensure_world
from chat.tests.until import until
from connect.tests.follower import Entry
from connect.tests.lossy_network import FATES, NEWS, Network, Walker, Way
from ledger.core.records import SYSTEM_AUTHOR
from ledger.models import Message
from ledger.recording import batches

SEEDS = range(12)
WALKERS, MESSAGES = 5, 12


@pytest.fixture
def sessions(transactional_db: None, alice: User, bob: User, charlie: User) -> list[str]:
    ensure_world()
    clients = [Client() for _ in range(3)]
    for client, person in zip(clients, (alice, bob, charlie), strict=True):
        client.force_login(person)
    return [client.cookies["sessionid"].value for client in clients]


@pytest.fixture
def _no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "_by_user", Rates(1e9, 1e9))
    monkeypatch.setattr(posting, "_by_address", Rates(1e9, 1e9))
    monkeypatch.setattr(commands, "COMMANDS_BURST", 1e9)


@pytest.mark.usefixtures("_no_limits")
@pytest.mark.parametrize("seed", SEEDS)
async def test_every_view_is_the_log(seed: int, sessions: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(seed)
    hubs = [Hub(), Hub()]
    monkeypatch.setattr(batches, "_listeners", [Way(network, NEWS, hub.heard).put for hub in hubs])
    monkeypatch.setattr(consumers, "get_hub", lambda: network.random.choice(hubs))
    for hub in hubs:
        hub.start(tick_s=0.02)
    walkers = [Walker(network, sessions[number % 3]) for number in range(WALKERS)]
    walking = [asyncio.create_task(walker.run()) for walker in walkers]

    said = 0
    while said < MESSAGES or sum(walker.connects for walker in walkers) <= WALKERS:  # the storm has cut somebody off
        for walker in walkers:
            await walker.say(f"{said}")
        said += 1
        await until(lambda said=said: min(len(walker.acks) for walker in walkers) > said - 4)  # type: ignore[misc]
    await until(lambda: not any(walker.outbox for walker in walkers))
    network.is_lossy = False
    log = [entry async for entry in Message.objects.in_room(Room.WORLD)]
    await until(lambda: all(walker.cursor == len(log) for walker in walkers))

    rings = [events_of(hub) for hub in hubs if hub.is_present(Room.WORLD)]
    for task in walking:
        task.cancel()
    await asyncio.wait(walking)
    for hub in hubs:
        hub.stop()
    view = [Entry(row.room_seq, row.hash.hex(), row.author.hex, row.client_id.hex) for row in log]
    assert all(walker.entries == view for walker in walkers)
    for held in rings:
        assert held == [(entry.seq, entry.hash) for entry in view[len(view) - len(held) :]]
    acks = {client_id: ack["seq"] for walker in walkers for client_id, ack in walker.acks.items()}
    assert len(acks) == WALKERS * said
    assert acks == {entry.client_id: entry.seq for entry in view if entry.author != SYSTEM_AUTHOR.hex}
    assert not [frame for walker in walkers for frame in walker.refused]
    assert network.seen.keys() == set(FATES)


def events_of(hub: Hub) -> list[tuple[int, str]]:
    """What the hub serves from memory: seq and hash of each."""
    ring = hub.ring(Room.WORLD)
    events = ring and ring.since(ring.first - 1, RING_EVENTS)
    return [(event["seq"], event["hash"]) for event in map(orjson.loads, events or ())]
