"""Failing networks inside one process: what happens to each frame and each piece of news is drawn from a seed.

A lost frame is followed by the end of its connection, for TCP does not go on behind a gap. Doubled and swapped frames
are what reconnecting clients make of a network that hides both. News may be lost, doubled and swapped for good.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from random import Random
from typing import Any

from chat.consumers import ChatConsumer
from connect.tests.follower import Follower, Patience, Socket

PATIENCE = Patience(silence_s=0.5, ping_s=0.02, pause_s=0.0)
FATES = ("lost", "doubled", "swapped", "passed")
FRAMES, NEWS = (1, 4, 4, 50), (3, 2, 2, 8)
"""How often each befalls them."""


class Network:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.is_lossy = True
        self.seen: Counter[str] = Counter()

    def fate(self, odds: Sequence[int]) -> str:
        (fate,) = self.random.choices(FATES, odds) if self.is_lossy else ["passed"]
        self.seen[fate] += 1
        return fate


class Way:
    """One direction: hands over what it is given, as the network is."""

    def __init__(self, network: Network, odds: Sequence[int], arrive: Callable[[Any], object]) -> None:
        self._network = network
        self._odds = odds
        self._arrive = arrive
        self._held: list[Any] = []

    def put(self, item: Any) -> bool:
        """False when it is lost."""
        fate = self._network.fate(self._odds)
        if fate == "swapped" and not self._held:
            self._held.append(item)
            return True
        for each in [] if fate == "lost" else [item, item] if fate == "doubled" else [item]:
            self._arrive(each)
        while self._held:
            self._arrive(self._held.pop())
        return fate != "lost"


class Link:
    """One connection: a socket to its client, `receive` and `transmit` to the consumer."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._to_server: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._to_client: asyncio.Queue[str | None] = asyncio.Queue()
        self._up = Way(network, FRAMES, self._take)
        self._down = Way(network, FRAMES, self._to_client.put_nowait)
        self._frames_left: float = float("inf")
        self._to_server.put_nowait({"type": "websocket.connect"})

    async def send(self, message: str) -> None:
        if '"hello"' in message:  # comes first and once, or there is no conversation
            self._take(message)
        else:
            self._pass(self._up, message)

    async def recv(self) -> str:
        frame = await self._to_client.get()
        if frame is None:
            raise ConnectionError
        return frame

    async def receive(self) -> dict[str, Any]:
        return await self._to_server.get()

    async def transmit(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.send":
            self._pass(self._down, message["text"])
        elif message["type"] == "websocket.close":
            self.cut()

    def cut(self) -> None:
        self._to_server.put_nowait({"type": "websocket.disconnect"})
        self._to_client.put_nowait(None)

    def _take(self, text: str) -> None:
        self._to_server.put_nowait({"type": "websocket.receive", "text": text})

    def _pass(self, way: Way, item: str) -> None:
        if self._frames_left <= 0:
            self.cut()
        elif not way.put(item):
            self._frames_left = self._network.random.randrange(4)
        else:
            self._frames_left -= 1


class Walker(Follower):
    """A client that reaches the consumer through such links, one after the other."""

    def __init__(self, network: Network, session: str) -> None:
        super().__init__(0, session, PATIENCE)
        self._network = network

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Socket]:
        link = Link(self._network)
        scope = {"headers": [(b"cookie", b"sessionid=" + self._session.encode())], "client": ("192.0.2.1", 1)}
        serving = asyncio.create_task(ChatConsumer()(scope, link.receive, link.transmit))
        try:
            yield link
        finally:
            link.cut()
            await serving
