"""A client that takes frames when it likes, and a feed in memory."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from chat.delivery.connection import Connection
from chat.delivery.ring import Ring
from chat.sessions import Ticket

ROOM = UUID("c0117ec7000040008000000000000001")
TICKET = Ticket("session", UUID(int=1), "hash")


def event(seq: int, size: int = 0) -> bytes:
    return b'{"seq":%d,"fill":"%s","leaf_index":null,"block":null}' % (seq, b"x" * size)


class Socket:
    """A client that takes frames while `open` is set."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.taken: list[dict[str, Any]] = []
        self.code: int | None = None
        self.transport = self
        self.aborted = False

    async def send(self, message: dict[str, Any]) -> None:
        await self.open.wait()
        if message["type"] == "websocket.close":
            self.code = message["code"]
        else:
            self.taken.append(json.loads(message["text"]))

    def abort(self) -> None:
        self.aborted = True

    def kinds(self) -> list[str]:
        return [frame["type"] for frame in self.taken]


class Feed:
    def __init__(self) -> None:
        self.ring = Ring(ROOM, 0)
        self.blocks: list[str] = []
        self.fault: Exception | None = None

    def grow(self, connection: Connection, count: int) -> None:
        self.ring.extend([event(self.ring.head + 1 + place) for place in range(count)])
        connection.mark(self.ring)

    async def read_frame(self, ring: Ring, cursor: int) -> tuple[str | None, int]:
        """What the ring does not hold any more is lost to this feed."""
        return None, ring.first - 1

    def sealed_since(self, height: int, rings: Iterable[Ring]) -> tuple[list[str], int]:
        if self.fault:
            raise self.fault
        return self.blocks[height:], len(self.blocks)
