"""A loopback TCP proxy that fails as networks do: it cuts, stalls, delays and half-opens connections.

It cannot duplicate or reorder: TCP hides both from whoever reads from it. What arrives twice in this protocol was sent
twice, by a client that reconnected.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

CHUNK = 64 * 1024


class Proxy:
    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._writers: set[asyncio.StreamWriter] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self._deaf: set[asyncio.StreamWriter] = set()
        self.delay_s = 0.0
        """Before each piece is passed on."""
        self.port = 0

    @property
    def connections(self) -> int:
        return len(self._writers) // 2

    def cut(self) -> None:
        """Resets every connection, in the middle of whatever it carries."""
        for writer in list(self._writers):
            writer.transport.abort()

    def stall(self) -> None:
        """Keeps connections and what they carry, passes nothing on."""
        self._flows.clear()

    def resume(self) -> None:
        self._flows.set()

    def half_open(self) -> None:
        """What runs now leads nowhere from here on, and neither end is told; new connections are good."""
        self._deaf |= self._writers

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Proxy"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1024)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.resume()
            self.cut()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:
            self._drop(writer)
            return
        self._writers.add(back)
        await asyncio.gather(self._pump(reader, back), self._pump(there, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One direction, to its end. Where the other end is half-open, its end is not passed on either."""
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._flows.wait()
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                if writer not in self._deaf:
                    writer.write(data)
                    await writer.drain()
        if writer not in self._deaf:
            self._drop(writer)

    def _drop(self, writer: asyncio.StreamWriter) -> None:
        self._writers.discard(writer)
        writer.close()
