"""A client so light that it is not what is measured: many WebSockets read by epoll, marks counted, no frame parsed."""

import select
import socket
from collections.abc import Callable, Iterator
from time import perf_counter, sleep

MARK = "ÿ".encode()
"""In every message; not even its first byte is in anything else that a server sends, but for a frame's header."""
TWO_BYTES_OF_SIZE = 126
"""The second byte of a server's frame whose size stands in the next two (RFC 6455 §5.2)."""
BUFFER_BYTES = 1024 * 1024
DEADLINE_S = 120.0


def client_frame(text: bytes) -> bytes:
    """A masked frame, whose mask changes nothing."""
    size = len(text)
    assert 125 < size < 65536
    return b"\x81\xfe" + size.to_bytes(2) + bytes(4) + text


def due_times(per_s: int, seconds: int) -> Iterator[int]:
    """Yields a number whenever the next message is due; who is late catches up."""
    due = perf_counter()
    for number in range(per_s * seconds):
        sleep(max(0.0, due - perf_counter()))
        due += 1 / per_s
        yield number


class Crowd:
    """So many clients of one server. `greet` is what each says once it is let in, `welcome` what it then must hear."""

    def __init__(self, port: int, headers: Callable[[int], str] = lambda n: "", path: str = "/") -> None:
        self._port = port
        self._headers = headers
        self._path = path
        self._epoll = select.epoll()
        self._sockets: dict[int, socket.socket] = {}
        self._first_half: dict[int, bool] = {}
        self._buffer = bytearray(BUFFER_BYTES)
        self.members: list[socket.socket] = []

    def __enter__(self) -> "Crowd":
        return self

    def __exit__(self, *_: object) -> None:
        self._epoll.close()
        for member in self.members:
            member.close()

    def enter(self, count: int, greet: bytes = b"", welcome: bytes = b"") -> float:
        """Opens so many more, all at once. Returns the seconds until the last was welcomed."""
        started = perf_counter()
        waiting = {}
        for number in range(count):
            member = socket.create_connection(("127.0.0.1", self._port))
            member.sendall(self._request(number))
            member.setblocking(False)
            waiting[member.fileno()] = (member, b"")
            self._epoll.register(member.fileno(), select.EPOLLIN)
        while waiting:
            assert perf_counter() - started < DEADLINE_S, f"{len(waiting)} were not let in"
            for fd, _ in self._epoll.poll(1):
                if fd not in waiting:
                    self._sockets[fd].recv_into(self._buffer)
                    continue
                member, heard = waiting[fd]
                data = member.recv(BUFFER_BYTES)
                assert data, heard
                if b"\r\n\r\n" not in heard and b"\r\n\r\n" in heard + data:
                    assert (heard + data).startswith(b"HTTP/1.1 101"), heard + data
                    if greet:
                        member.sendall(greet)
                waiting[fd] = (member, heard + data)
                if b"\r\n\r\n" in heard + data and welcome in heard + data:
                    del waiting[fd]
                    self._sockets[fd], self._first_half[fd] = member, False
                    self.members.append(member)
        return perf_counter() - started

    def _request(self, number: int) -> bytes:
        return (
            f"GET {self._path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {'A' * 22}==\r\nSec-WebSocket-Version: 13\r\n"
            f"{self._headers(number)}\r\n"
        ).encode()

    def hear(self) -> bytes:
        """What has come for the first who has something."""
        fd, _ = self._epoll.poll(5)[0]
        return self._sockets[fd].recv(BUFFER_BYTES)

    def take(self) -> int:
        """Reads what has come. Returns how many marks were in it."""
        marks = 0
        buffer, sockets, halves, first = self._buffer, self._sockets, self._first_half, MARK[0]
        for fd, _ in self._epoll.poll(5):
            size = sockets[fd].recv_into(buffer)
            assert size, "a server has closed a connection"
            if buffer[1] == TWO_BYTES_OF_SIZE and size == 4 + (buffer[2] << 8) + buffer[3] and not halves[fd]:
                marks += buffer.count(first, 4, size)  # One whole frame. A single byte is found in a third of the time.
                continue
            marks += buffer.count(MARK, 0, size)
            if halves[fd] and buffer[0] == MARK[1]:
                marks += 1
            halves[fd] = buffer[size - 1] == MARK[0]
        return marks
