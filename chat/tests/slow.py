"""A client that reads when it likes: a bare socket, since a library would read ahead."""

import json
import os
import socket
import struct
from typing import Any
from urllib.parse import urlsplit

from connect.tests.server import Server

CLOSE = 8


class SlowClient:
    def __init__(self, server: Server, name: str) -> None:
        address = urlsplit(server.url)
        assert address.hostname
        assert address.port
        self._socket = socket.socket()
        # Small, so that the server soon has nowhere to put its frames; smaller than a segment, and the kernel's probes
        # of a window that never opens wide enough take minutes.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 128 * 1024)
        self._socket.settimeout(60)
        self._socket.connect((address.hostname, address.port))
        self._stream = self._socket.makefile("rb")
        self._socket.sendall(
            f"GET /ws/ HTTP/1.1\r\nHost: {address.netloc}\r\nOrigin: {server.url}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {'A' * 22}==\r\nSec-WebSocket-Version: 13\r\n"
            f"Cookie: sessionid={server.sessions[name]}\r\n\r\n".encode()
        )
        while self._stream.readline().strip():
            pass

    def put(self, frame: dict[str, Any]) -> None:
        data, mask = json.dumps(frame).encode(), os.urandom(4)
        assert len(data) < 126
        masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(data))
        self._socket.sendall(bytes((0x81, 0x80 | len(data))) + mask + masked)

    def read(self) -> dict[str, Any] | int:
        """The next text frame, or the close code; 1006 when the connection is cut."""
        try:
            while True:
                head = self._take(2)
                size = head[1] & 127
                if size > 125:
                    size = int.from_bytes(self._take(2 if size == 126 else 8))
                data, opcode = self._take(size), head[0] & 15
                if opcode == CLOSE:
                    return int(struct.unpack("!H", data[:2])[0])
                if opcode == 1:
                    frame: dict[str, Any] = json.loads(data)
                    return frame
        except (ConnectionError, EOFError):
            return 1006

    def read_to_the_end(self) -> tuple[list[dict[str, Any]], int]:
        """What is left, and the close code."""
        frames: list[dict[str, Any]] = []
        while isinstance(frame := self.read(), dict):
            frames.append(frame)
        return frames, frame

    def close(self) -> None:
        self._stream.close()
        self._socket.close()

    def _take(self, size: int) -> bytes:
        data = self._stream.read(size)
        if len(data) < size:
            raise EOFError
        return data
