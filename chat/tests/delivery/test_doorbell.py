import asyncio
from collections import defaultdict
from typing import Any

import pytest
from channels.layers import InMemoryChannelLayer
from pytest_django import Settings

from chat.delivery import doorbell as doorbells
from chat.delivery.doorbell import Doorbell, open_doorbell
from chat.tests.until import until


class Layer:
    """A channel layer that may be down."""

    def __init__(self) -> None:
        self.is_down = False
        self.is_deaf = False
        self.queues: dict[str, asyncio.Queue[dict[str, Any]]] = {}
        self.groups: defaultdict[str, list[str]] = defaultdict(list)

    async def flush(self) -> None:
        pass  # others use this one, too

    async def new_channel(self) -> str:
        self._answer()
        name = f"channel{len(self.queues)}"
        self.queues[name] = asyncio.Queue()
        return name

    async def group_add(self, group: str, channel: str) -> None:
        self._answer()
        self.groups[group].append(channel)

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        self._answer()
        for channel in self.groups[group] if not self.is_deaf else ():
            self.queues[channel].put_nowait(message)

    async def receive(self, channel: str) -> dict[str, Any]:
        return await self.queues[channel].get()

    def _answer(self) -> None:
        if self.is_down:
            raise ConnectionRefusedError("nobody there")


class Process:
    def __init__(self, layer: Layer) -> None:
        self.heard: list[Any] = []
        self.doorbell = Doorbell(layer, lambda message: self.heard.append(message.get("n")))
        self.task = asyncio.create_task(self.doorbell.run())


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorbells, "PAUSE_S", 0.001)


async def test_a_ring_is_heard_by_the_others_alone() -> None:
    layer = Layer()
    here, there = Process(layer), Process(layer)
    await until(lambda: len(layer.groups["hub"]) == 2)
    here.doorbell.ring({"n": 1})
    there.doorbell.ring({"n": 2})
    await until(lambda: there.heard and here.heard)
    assert (here.heard, there.heard) == ([2], [1])


async def test_each_process_has_one_subscription() -> None:
    layer = Layer()
    process = Process(layer)
    await until(lambda: layer.groups["hub"])
    for number in range(20):
        process.doorbell.ring({"n": number})
    await until(lambda: layer.queues["channel0"].empty())
    assert len(layer.queues) == 1


async def test_a_layer_that_fails_is_said_once_and_heals(caplog: pytest.LogCaptureFixture) -> None:
    layer = Layer()
    layer.is_down = True
    here, there = Process(layer), Process(layer)
    await until(lambda: not here.doorbell.is_well)
    for number in range(5):
        here.doorbell.ring({"n": number})
    await until(lambda: not there.doorbell.is_well)
    layer.is_down = False
    await until(lambda: len(layer.groups["hub"]) == 2)
    here.doorbell.ring({"n": "after"})
    await until(lambda: there.heard[-1:] == ["after"])
    await until(lambda: here.doorbell.is_well and there.doorbell.is_well)
    told = [record.message for record in caplog.records if record.name == "chat.delivery.doorbell"]
    assert len([line for line in told if "nobody there" in line]) == 2, "once for each process"
    assert len([line for line in told if "works again" in line]) == 2


async def test_a_layer_that_takes_rings_and_delivers_none_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorbells, "SILENCE_S", 0.1)
    layer = Layer()
    layer.is_deaf = True
    process = Process(layer)
    await until(lambda: not process.doorbell.is_well)
    layer.is_deaf = False
    await until(lambda: process.doorbell.is_well)
    assert process.heard == []


async def test_rings_that_nobody_takes_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorbells, "WAITING", 10)
    doorbell = Doorbell(Layer(), lambda message: None)
    for number in range(100):
        doorbell.ring({"n": number})
    assert doorbell._rings.qsize() == 10


def test_one_process_alone_has_no_doorbell(settings: Settings) -> None:
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": f"{InMemoryChannelLayer.__module__}.InMemoryChannelLayer"}}
    assert open_doorbell(lambda message: None) is None
