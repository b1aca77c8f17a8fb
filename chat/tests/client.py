"""A client of the wire protocol for tests: it keeps every frame and finds what a test waits for."""

import asyncio
import itertools
import json
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from chat.tests.until import DEADLINE_S, until

WORLD = "c0117ec7000040008000000000000001"

Frame = dict[str, Any]


class Host(Protocol):
    """Where to go: one web process, or the address of several."""

    @property
    def url(self) -> str: ...

    @property
    def sessions(self) -> Mapping[str, str]: ...


class Client:
    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.frames: list[Frame] = []
        self._ids = itertools.count(1)
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            async for data in self.socket:
                self.frames.append(json.loads(data))
        except ConnectionClosed:
            pass

    async def put(self, frame: Mapping[str, Any] | str | bytes) -> None:
        await self.socket.send(json.dumps(frame) if isinstance(frame, Mapping) else frame)

    async def hello(self, cursors: Mapping[str, int] | None = None) -> Frame:
        await self.put({"type": "hello", "v": 1, "cursors": cursors or {}, "checkpoint": None})
        return await self.find(lambda frame: frame["type"] == "welcome")

    async def find(self, wanted: Callable[[Frame], bool]) -> Frame:
        """The first frame like this, once it is there."""
        await until(lambda: self._reading.done() or any(map(wanted, self.frames)))
        found = next(filter(wanted, self.frames), None)
        assert found is not None, f"closed with {self.socket.close_code} before it came, after {self.frames[-3:]}"
        return found

    async def ask(self, kind: str, **fields: Any) -> Frame:
        """Sends a request and returns its answer."""
        id = f"r{next(self._ids)}"
        await self.put({"type": kind, "id": id, **fields})
        return await self.find(lambda frame: frame.get("re") == id)

    async def say(self, text: str, **fields: Any) -> Frame:
        """Sends a message and returns the ack, or the error."""
        return await self.ask("send", **message(text, **fields))

    async def event(self, text: str) -> Frame:
        """The event with this text."""
        frame = await self.find(lambda frame: any(text_of(each) == text for each in frame.get("events", ())))
        event: Frame = next(each for each in frame["events"] if text_of(each) == text)
        return event

    def events(self) -> list[Frame]:
        """Every live event so far, as it came."""
        live = (frame for frame in self.frames if frame["type"] == "events" and "re" not in frame)
        return [event for frame in live for event in frame["events"]]

    async def code(self) -> int | None:
        """The code with which the server closes."""
        async with asyncio.timeout(DEADLINE_S):
            await self._reading
        return self.socket.close_code


def message(text: str, **fields: Any) -> Frame:
    return {"client_id": uuid.uuid4().hex, "room": WORLD, "text": text, "sent_ms": 1, **fields}


def text_of(event: Frame) -> str | None:
    body: Frame = event["body"] or {}
    return body.get("text")


@asynccontextmanager
async def open_socket(
    server: Host, name: str | None = "alice", *, origin: str | None = None, path: str = "/ws/"
) -> AsyncIterator[Client]:
    """A socket before hello. Without a name nobody is logged in; `origin` is the server's own unless given."""
    cookie = {"Cookie": f"sessionid={server.sessions[name]}"} if name else {}
    address = server.url.replace("http", "ws", 1) + path
    headers = {"Origin": server.url if origin is None else origin, **cookie}
    async with connect(address, additional_headers=headers, max_size=None, compression=None) as socket:
        client = Client(socket)
        try:
            yield client
        finally:
            await socket.close()


@asynccontextmanager
async def browse(server: Host, name: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of pages that sends its CSRF token with every form."""
    async with httpx.AsyncClient(base_url=server.url, cookies={"sessionid": server.sessions[name]}) as browser:
        await browser.get("/")
        browser.headers["X-CSRFToken"] = browser.cookies["csrftoken"]
        yield browser


@asynccontextmanager
async def enter(server: Host, name: str = "alice", cursors: Mapping[str, int] | None = None) -> AsyncIterator[Client]:
    """A socket after welcome."""
    async with open_socket(server, name) as client:
        await client.hello(cursors)
        yield client
