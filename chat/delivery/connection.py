"""One client's way out: what is to be sent, and the one task that sends it.

Nothing else writes to the socket but `feed`, while the task sleeps. Entries of rooms do not wait here: only a cursor
for each room does, so a client that stops reading holds one frame and a few numbers. Replies do wait; who asks for
more while it does not read is not read.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from time import monotonic, time
from typing import Any, Protocol

from chat.delivery.ring import Ring
from chat.delivery.wire import find_wire, frame_text
from chat.refusals import CloseCode
from chat.replies import encode_bye, encode_pong
from chat.sessions import Ticket

logger = logging.getLogger(__name__)

REPLIES_LIMIT = 512 * 1024
"""Characters of replies that may wait before the client's next frame is read."""
LINGER_S = 30.0
"""What a client gets to take what was sent before its close code; then the connection is cut."""

Transmit = Callable[[dict[str, Any]], Awaitable[None]]


class Feed(Protocol):
    """Where comes from what the rings do not hold: the hub."""

    async def read_frame(self, ring: Ring, cursor: int) -> tuple[str | None, int]: ...

    def sealed_since(self, height: int, rings: Iterable[Ring]) -> tuple[list[str], int]: ...


class Connection:
    __slots__ = (
        *("_dirty", "_drained", "_feed", "_heads_told", "_is_awake", "_pong", "_replies", "_replies_size", "_sleep"),
        *("_task", "_transmit", "_wire", "blocked_since_s", "code", "cursors", "height", "ticket"),
    )

    def __init__(self, transmit: Transmit, feed: Feed, ticket: Ticket) -> None:
        self._transmit = transmit
        self._wire = find_wire(transmit)
        self._feed = feed
        self.ticket = ticket
        self.cursors: dict[Ring, int] = {}
        """The rooms it is fed, each with the seq of the newest entry sent."""
        self.height = 0
        """The newest block told."""
        self.code: CloseCode | None = None
        self.blocked_since_s: float | None = None
        self._dirty: set[Ring] = set()
        self._replies: list[str] = []
        self._replies_size = 0
        self._pong: int | None = None
        self._heads_told: dict[Ring, int] = {}
        # Bare futures: two asyncio.Events would be a tenth of what an idle connection costs.
        self._is_awake = False
        self._sleep: asyncio.Future[None] | None = None
        self._drained: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None

    # What the rest of the process calls

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    def push(self, frame: str) -> None:
        """Sends a reply as soon as what came before it is sent."""
        self._replies.append(frame)
        self._replies_size += len(frame)
        self.wake()

    def tell(self, *frames: str) -> None:
        """Sends what has changed since the welcome, and is in one that is still to come."""
        for frame in frames if self._task is not None else ():
            self.push(frame)

    def whisper(self, frame: str) -> None:
        """Sends what is not worth keeping: only to a client that has taken everything before it."""
        if self.is_idle:
            self.push(frame)

    async def reply(self, frame: str) -> None:
        """`push`, and waits while too much waits."""
        self.push(frame)
        while self._replies_size > REPLIES_LIMIT and self.code is None:
            self._drained = asyncio.get_running_loop().create_future()
            await self._drained

    def pong(self, n: int) -> None:
        """Answers a ping after all that is known now; of several pings the last."""
        self._pong = n
        self.wake()

    @property
    def is_idle(self) -> bool:
        """Everything is sent."""
        return self._sleep is not None and not self._sleep.done()

    def feed(self, ring: Ring) -> None:
        """The room has grown: what is new is sent now where nothing waits before it, else by the task."""
        if self._wire is not None and self._sleep is not None and not self._sleep.done():  # `is_idle`, for each socket
            cursor = self.cursors.get(ring)
            framed = ring.framed_after(cursor) if cursor is not None else None
            if framed is not None and self._wire.write(framed[0]):
                self.cursors[ring] = framed[1]
                if framed[1] == ring.head:
                    return
        self.mark(ring)

    def mark(self, ring: Ring) -> None:
        """There is more of this room for the task to send."""
        self._dirty.add(ring)
        self.wake()

    def drop(self, ring: Ring) -> None:
        """Of this room nothing more is sent."""
        self.cursors.pop(ring, None)
        self._dirty.discard(ring)
        self._heads_told.pop(ring, None)

    def wake(self) -> None:
        """There is something to send."""
        self._is_awake = True
        if self._sleep is not None and not self._sleep.done():
            self._sleep.set_result(None)

    def close(self, code: CloseCode) -> None:
        """Says goodbye and ends; the first reason stands."""
        if self.code is None:
            self.code = code
            # From here on: the task may be waiting for a client that reads no more.
            asyncio.get_running_loop().call_later(LINGER_S, _abort, self._transmit)
            self.wake()
            self._let_ask()

    def cut_off(self) -> None:
        """Ends a client that has not read for too long: what it has not taken by now it fetches by its cursors."""
        if self.code is None and self._task is not None:
            self.close(CloseCode.TOO_SLOW)
            self._task.cancel()
            self._task = asyncio.create_task(self._end())

    async def ended(self) -> None:
        """Returns when the close code has been sent, or cannot be."""
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])

    def stop(self) -> None:
        """The client is gone."""
        if self._task is not None:
            self._task.cancel()

    # The task

    async def _run(self) -> None:
        try:
            while self.code is None:
                if not self._is_awake:
                    self._sleep = asyncio.get_running_loop().create_future()
                    await self._sleep
                self._is_awake = False
                await self._send_replies()
                await self._send_entries()
                await self._send_blocks()
                await self._send_pong()
            await self._send_replies()
            await self._send(encode_bye(self.code))
        except OSError:
            return  # The client is gone; whoever reads from it hears of that too.
        except Exception:
            logger.exception("A connection cannot be served.")
            self.close(CloseCode.INTERNAL_ERROR)
        await self._end()

    async def _send(self, frame: str) -> None:
        self.blocked_since_s = monotonic()
        await self._transmit({"type": "websocket.send", "text": frame})
        self.blocked_since_s = None

    async def _send_replies(self) -> None:
        while self._replies:
            waiting, self._replies = self._replies, []
            # Of many that were sent together the acks come together.
            if not (self._wire and self._wire.write(b"".join(map(frame_text, waiting)))):
                for frame in waiting:
                    await self._send(frame)
            self._replies_size -= sum(map(len, waiting))
            self._let_ask()

    def _let_ask(self) -> None:
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)

    async def _send_entries(self) -> None:
        while self._dirty and self.code is None:
            ring = self._dirty.pop()
            cursor = self.cursors.get(ring)
            if cursor is None or cursor >= ring.head:
                continue
            frame, cursor = ring.frame_after(cursor) or await self._feed.read_frame(ring, cursor)
            if ring not in self.cursors:  # Shown out while it was read.
                continue
            if frame is not None:
                await self._send(frame)
            if ring not in self.cursors:  # Or while it was sent.
                continue
            self.cursors[ring] = cursor
            if cursor < ring.head:
                self._dirty.add(ring)
            if self._replies:  # An ack does not wait behind a long way to catch up.
                await self._send_replies()

    async def _send_blocks(self) -> None:
        frames, self.height = self._feed.sealed_since(self.height, self.cursors)
        for frame in frames:
            await self._send(frame)

    async def _send_pong(self) -> None:
        if self._pong is not None:
            n, self._pong = self._pong, None
            # The cursors, not the heads: what a pong names has been sent before it.
            moved = {ring: seq for ring, seq in self.cursors.items() if self._heads_told.get(ring) != seq}
            self._heads_told.update(moved)
            await self._send(encode_pong(n, int(time() * 1000), {ring.room: seq for ring, seq in moved.items()}))

    async def _end(self) -> None:
        """Sends the close code behind what the client has yet to take, and cuts the connection if it does not."""
        assert self.code is not None
        with suppress(OSError):
            await self._transmit(self.code.as_message())


def _abort(transmit: Transmit) -> None:
    """ASGI has no way to drop a client that does not read, and closing waits for it. uvicorn's transport has one."""
    transport = getattr(getattr(transmit, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
