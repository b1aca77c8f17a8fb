"""Everybody gets every message, by the `broadcast()` of the package websockets."""

import sys
from contextlib import suppress

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed


async def relay(connection: ServerConnection) -> None:
    with suppress(ConnectionClosed):
        async for message in connection:
            broadcast(connection.server.connections, message)


async def main(port: int) -> None:
    # As light as it can be made: no compression, no pings.
    async with serve(relay, "127.0.0.1", port, compression=None, ping_interval=None, backlog=4096) as server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
