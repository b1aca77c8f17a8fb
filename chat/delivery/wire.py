"""The short way out: one frame, framed once, written to many sockets.

ASGI frames the same text again for every connection and takes a task's turn for each, which together is more than
writing it costs. Behind uvicorn's `send` stands the protocol that writes; where another server runs there is none, and
everything goes by ASGI.
"""

from collections.abc import Callable
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import OPEN

_FINAL_TEXT = 0x81


class Wire:
    __slots__ = ("_conn", "_transport", "_writable")

    def __init__(self, protocol: WebSocketsSansIOProtocol) -> None:
        # Each at hand: with thousands of sockets, every object on the way to them is out of the processor's cache.
        self._conn, self._transport, self._writable = protocol.conn, protocol.transport, protocol.writable

    def write(self, framed: bytes) -> bool:
        """Whether it was written: not where the client has yet to take what it was sent, or is leaving."""
        if not self._writable.is_set() or self._conn.state is not OPEN or self._transport.is_closing():
            return False
        self._transport.write(framed)
        return True


def find_wire(transmit: Callable[..., Any]) -> Wire | None:
    """The short way beside an ASGI `send`, where there is one. Compressed frames differ for each connection."""
    protocol = getattr(transmit, "__self__", None)
    if isinstance(protocol, WebSocketsSansIOProtocol) and not protocol.conn.extensions:
        return Wire(protocol)
    return None


def frame_text(text: str) -> bytes:
    """As a WebSocket server sends it (RFC 6455 §5.2): whole, unmasked."""
    data = text.encode()
    size = len(data)
    if size < 126:
        return bytes((_FINAL_TEXT, size)) + data
    if size < 1 << 16:
        return bytes((_FINAL_TEXT, 126)) + size.to_bytes(2) + data
    return bytes((_FINAL_TEXT, 127)) + size.to_bytes(8) + data
