"""How a web process is started: one socket and one command line, for the supervisor, the tests and the benchmarks."""

import socket
import sys

MAX_FRAME_BYTES = 128 * 1024
"""What uvicorn lets through; the limit of the protocol (64 KiB) answers with its own close code before that."""

BACKLOG = 4096
"""Clients that may wait to be let in: after a restart all of them come at once."""


def listen(host: str, port: int) -> socket.socket:
    """The listening socket, which web processes inherit."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    # uvicorn takes an inherited socket for a Unix one and leaves this off: small frames would wait 40 ms for the
    # acknowledgement of the one before. What is accepted has it from here.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.set_inheritable(True)
    return listener


def web_command(fd: int, *, proxy_headers: bool = False) -> list[str]:
    """The command line of one web process that serves the listening socket `fd`."""
    return [
        *(sys.executable, "-m", "uvicorn", "connect.asgi:application", "--fd", str(fd)),
        *("--loop", "uvloop", "--http", "httptools", "--ws", "websockets-sansio", "--lifespan", "off"),
        # Compression would cost each idle connection more memory than everything else of it together.
        *("--ws-per-message-deflate", "false", "--ws-max-size", str(MAX_FRAME_BYTES)),
        # Longer than a client may stop reading (30 s), so that it is the hub that ends it, and says 4408.
        *("--ws-ping-interval", "20", "--ws-ping-timeout", "60"),
        *("--log-level", "warning", "--no-access-log", "--timeout-graceful-shutdown", "5"),
        "--proxy-headers" if proxy_headers else "--no-proxy-headers",
    ]
