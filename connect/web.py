"""How a web process is started: one command line, for the supervisor, the tests and the benchmarks."""

import sys

MAX_FRAME_BYTES = 128 * 1024
"""What uvicorn lets through; the limit of the protocol (64 KiB) answers with its own close code before that."""


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
