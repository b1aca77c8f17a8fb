"""The short way past ASGI: the bytes it writes, when it is taken and when not."""

from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from chat.delivery.connection import Connection
from chat.delivery.wire import find_wire, frame_text
from chat.tests.delivery.sockets import TICKET, Feed, event
from chat.tests.until import until


class Transport:
    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closing = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def is_closing(self) -> bool:
        return self.closing


@pytest.fixture
async def protocol() -> Any:
    """uvicorn's, in the middle of a conversation. That these names are still there is half of what is tested."""
    made: Any = WebSocketsSansIOProtocol(Config(lambda: None, ws_per_message_deflate=False), ServerState(), {})
    made.transport = Transport()
    made.handshake_complete = True
    made.conn.state = type(made.conn.state).OPEN
    return made


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536, 200_000])
def test_a_client_reads_what_was_framed_once(size: int) -> None:
    client = ClientProtocol(parse_uri("ws://localhost/"), max_size=None)
    client.state = type(client.state).OPEN
    client.parser = client.parse()
    next(client.parser)
    client.receive_data(frame_text("x" * size))
    assert client.events_received() == [Frame(Opcode.TEXT, b"x" * size)]


async def test_what_is_new_is_written_at_once_while_the_task_sleeps(protocol: Any) -> None:
    feed = Feed()
    connection = Connection(protocol.send, feed, TICKET)
    connection.cursors[feed.ring] = 0
    connection.start()
    connection.wake()
    await until(lambda: connection.is_idle)
    feed.ring.extend([event(1), event(2)])
    connection.feed(feed.ring)
    assert protocol.transport.written == [frame_text(feed.ring.frame_after(0)[0])]  # type: ignore[index]
    assert connection.cursors[feed.ring] == 2
    connection.stop()


async def test_who_does_not_read_or_is_leaving_is_not_written_to(protocol: Any) -> None:
    wire = find_wire(protocol.send)
    assert wire is not None
    protocol.writable.clear()
    assert not wire.write(b"x")
    protocol.writable.set()
    protocol.transport.closing = True
    assert not wire.write(b"x")
    protocol.transport.closing = False
    protocol.conn.send_close(1000)
    assert not wire.write(b"x")
    assert protocol.transport.written == []


async def test_what_waits_goes_first(protocol: Any) -> None:
    feed = Feed()
    connection = Connection(protocol.send, feed, TICKET)
    connection.cursors[feed.ring] = 0
    connection.start()
    connection.wake()
    await until(lambda: connection.is_idle)
    connection.push('{"type":"ack"}')
    feed.ring.extend([event(1)])
    connection.feed(feed.ring)
    assert protocol.transport.written == []
    await until(lambda: len(protocol.transport.written) == 2)
    assert b"ack" in protocol.transport.written[0]
    connection.stop()


def test_where_there_is_no_such_server_there_is_no_short_way() -> None:
    async def send(message: Any) -> None:
        """Another server's."""

    assert find_wire(send) is None
