import asyncio
import json
from collections.abc import Callable, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from accounts.models import User
from chat import consumers
from chat.consumers import ChatConsumer
from chat.delivery.gathering import Gathering
from chat.delivery.threads import readers
from chat.protocol import Ping
from chat.refusals import CloseCode
from chat.sessions import Ticket


class Wire:
    """A client that opens a socket and says nothing more."""

    def __init__(self) -> None:
        self.incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.incoming.put_nowait({"type": "websocket.connect"})
        self.sent: list[dict[str, Any]] = []

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    async def serve(self) -> list[dict[str, Any]]:
        async with asyncio.timeout(20):
            await ChatConsumer()({"headers": []}, self.incoming.get, self.send)
        return self.sent


def let_in(monkeypatch: pytest.MonkeyPatch, open_sessions: Callable[[Sequence[str]], Any]) -> None:
    """By a hub that needs no database."""
    hub = SimpleNamespace(newcomers=SimpleNamespace(sessions=Gathering(readers, open_sessions)))
    monkeypatch.setattr(consumers, "get_hub", lambda: hub)


@pytest.fixture
def _logged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    user = User(username="alice")
    let_in(monkeypatch, lambda keys: dict.fromkeys(keys, (user, Ticket("session", UUID(int=1), "hash"))))


@pytest.mark.usefixtures("_logged_in")
async def test_who_says_no_hello_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "HELLO_S", 0.001)
    assert await Wire().serve() == [
        {"type": "websocket.accept"},
        {"type": "websocket.close", "code": CloseCode.TOO_SLOW},
    ]


@pytest.mark.usefixtures("_logged_in")
async def test_who_leaves_before_hello_is_let_go() -> None:
    wire = Wire()
    wire.incoming.put_nowait({"type": "websocket.disconnect", "code": 1001})
    assert await wire.serve() == [{"type": "websocket.accept"}]


async def test_a_fault_is_logged_and_tells_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    let_in(monkeypatch, lambda keys: {1 / 0: None})
    assert (await Wire().serve())[-1] == {"type": "websocket.close", "code": CloseCode.INTERNAL_ERROR}
    assert "ZeroDivisionError" in caplog.text


async def test_what_comes_once_a_connection_is_closed_is_not_obeyed() -> None:
    """Its session was revoked, and it waits for a client that does not read."""
    obeyed: list[object] = []
    connection = SimpleNamespace(code=None, ended=partial(asyncio.sleep, 0))

    async def obey(command: object) -> None:
        obeyed.append(command)

    async def receive() -> dict[str, str]:
        if obeyed:
            connection.code = CloseCode.NOT_LOGGED_IN
        return {"type": "websocket.receive", "text": json.dumps({"type": "ping", "n": len(obeyed)})}

    consumer = ChatConsumer()
    consumer._receive = receive
    await consumer._converse(connection, SimpleNamespace(obey=obey))  # type: ignore[arg-type]
    assert obeyed == [Ping(0)]
