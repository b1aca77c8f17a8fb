"""A client that follows docs/specs/protocol.md to the letter, and stops at nothing.

It keeps a cursor and an outbox, as the browser does. Entries up to the cursor are ignored, the next is applied, a gap
is asked for. What is not acknowledged is sent again under the same client id, over as many connections as it takes.
"""

import asyncio
import itertools
import json
import uuid
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

WORLD = "c0117ec7000040008000000000000001"
NO_HASH = "0" * 64

Frame = dict[str, Any]


class Socket(Protocol):
    """An open WebSocket. OSError or WebSocketException once it is not."""

    async def send(self, message: str, /) -> None: ...

    async def recv(self) -> str | bytes: ...


@dataclass(frozen=True, slots=True)
class Patience:
    """The browser's, by default; a test that stalls a network has less."""

    silence_s: float = 8.0
    ping_s: float = 2.5
    pause_s: float = 0.2


@dataclass(frozen=True, slots=True)
class Entry:
    seq: int
    hash: str
    author: str
    client_id: str


class Follower:
    def __init__(self, port: int, session: str, patience: Patience) -> None:
        self._origin = f"http://127.0.0.1:{port}"
        self._session = session
        self._patience = patience
        self._socket: Socket | None = None
        self._ids = itertools.count(1)
        self.outbox: dict[str, Frame] = {}
        """Client id → what is not acknowledged yet."""
        self.acks: dict[str, Frame] = {}
        self.entries: list[Entry] = []
        """The room from its first entry on, each exactly once, as a person would see it."""
        self.refused: list[Frame] = []
        self.connects = 0

    @property
    def cursor(self) -> int:
        return len(self.entries)

    @property
    def is_connected(self) -> bool:
        return self._socket is not None

    async def say(self, text: str) -> None:
        """Puts a message into the outbox, from where it is sent now or later."""
        client_id = uuid.uuid4().hex
        self.outbox[client_id] = {"client_id": client_id, "room": WORLD, "text": text, "sent_ms": 1}
        await self._send(client_id)

    async def run(self) -> None:
        """Until cancelled: connects, and connects again."""
        while True:
            with suppress(OSError, WebSocketException, TimeoutError):
                async with self._open() as socket:
                    await self._converse(socket)
            await asyncio.sleep(self._patience.pause_s)

    def _open(self) -> AbstractAsyncContextManager[Socket]:
        return connect(
            f"{self._origin.replace('http', 'ws', 1)}/ws/",
            additional_headers={"Origin": self._origin, "Cookie": f"sessionid={self._session}"},
            open_timeout=self._patience.silence_s,
            close_timeout=0.1,
            ping_interval=None,
            max_size=None,
            compression=None,
        )

    async def _converse(self, socket: Socket) -> None:
        self.connects += 1
        hello = {"type": "hello", "v": 1, "cursors": {WORLD: self.cursor}, "checkpoint": None}
        await socket.send(json.dumps(hello))
        pinging = asyncio.create_task(self._ping(socket))
        try:
            while True:
                async with asyncio.timeout(self._patience.silence_s):
                    frame = json.loads(await socket.recv())
                if frame["type"] == "welcome":
                    self._socket = socket
                    for client_id in list(self.outbox):
                        await self._send(client_id)
                await self._take(frame)
        finally:
            self._socket = None
            pinging.cancel()

    async def _ping(self, socket: Socket) -> None:
        with suppress(OSError, WebSocketException):
            for n in itertools.count(1):
                await asyncio.sleep(self._patience.ping_s)
                await socket.send(json.dumps({"type": "ping", "n": n}))

    async def _take(self, frame: Frame) -> None:
        match frame:
            case {"type": "events", "room": _, "events": events}:
                if not all(map(self._apply, events)):
                    await self._sync()
            case {"type": "ack", "client_id": client_id}:
                first = self.acks.setdefault(client_id, frame)
                assert (first["seq"], first["hash"]) == (frame["seq"], frame["hash"]), "two acks that differ"
                self.outbox.pop(client_id, None)
            case {"type": "error", "retry": "same", "client_id": client_id}:
                await asyncio.sleep(frame.get("after_ms", 100) / 1000)
                await self._send(client_id)
            case {"type": "error" | "reset"}:
                self.refused.append(frame)
            case {"type": "pong", "heads": heads} if heads.get(WORLD, 0) > self.cursor:
                await self._sync()

    def _apply(self, event: Frame) -> bool:
        """False where something before the event is missing."""
        if event["seq"] == self.cursor + 1:
            assert event["previous"] == (self.entries[-1].hash if self.entries else NO_HASH), "a link is broken"
            self.entries.append(Entry(event["seq"], event["hash"], event["author"]["id"], event["client_id"]))
        return bool(event["seq"] <= self.cursor)

    async def _sync(self) -> None:
        await self._put({"type": "sync", "room": WORLD, "after": self.cursor, "limit": 200})

    async def _send(self, client_id: str) -> None:
        if client_id in self.outbox:
            await self._put({"type": "send", **self.outbox[client_id]})

    async def _put(self, frame: Frame) -> None:
        """On the connection there is; a failure is the connection's end, which its reader notices."""
        if self._socket is not None:
            with suppress(OSError, WebSocketException):
                await self._socket.send(json.dumps({"id": next(self._ids), **frame}))
