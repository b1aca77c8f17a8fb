"""The WebSocket's I/O: takes frames, hands them over, ends. What they mean is `protocol.py` and `commands.py`."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from channels.consumer import AsyncConsumer

from accounts.tokens import find_session_key
from chat.commands import Commands
from chat.delivery.connection import Connection
from chat.hub import Hub, get_hub
from chat.protocol import parse_command, parse_hello
from chat.refusals import CloseCode, Disconnect, Refusal
from chat.replies import encode_error
from chat.sessions import Opened

logger = logging.getLogger(__name__)

HELLO_S = 10.0

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Transmit = Callable[[dict[str, Any]], Awaitable[None]]


class _GoneError(Exception):
    """The client has left."""


async def _open(hub: Hub, session: str) -> Opened:
    """Disconnect where nobody is logged in by that session."""
    opened = await hub.newcomers.sessions.ask(session)
    if opened is None:
        raise Disconnect(CloseCode.NOT_LOGGED_IN)
    return opened


class ChatConsumer(AsyncConsumer):  # type: ignore[misc]
    """Channels' own loop would give each socket a subscription of the channel layer and two more tasks; the hub has one
    for all. So this consumer runs its own."""

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Transmit) -> None:
        self._receive = receive
        await receive()  # websocket.connect
        # Accepted before anything is checked: a code can be told only to an open socket.
        await send({"type": "websocket.accept"})
        try:
            await self._serve(scope, send)
        except _GoneError:
            pass
        except Disconnect as end:
            await send(end.code.as_message())
        except Exception:
            logger.exception("A connection cannot be served.")
            await send(CloseCode.INTERNAL_ERROR.as_message())

    async def _serve(self, scope: Mapping[str, Any], send: Transmit) -> None:
        hub, session = get_hub(), find_session_key(scope["headers"])
        await _open(hub, session)
        try:
            async with asyncio.timeout(HELLO_S):
                hello = parse_hello(await self._frame())
        except TimeoutError:
            raise Disconnect(CloseCode.TOO_SLOW) from None
        except Refusal as refusal:
            await send({"type": "websocket.send", "text": encode_error(refusal)})
            raise Disconnect(CloseCode.BAD_FRAME) from None
        user, ticket = await _open(hub, session)  # It may have ended while hello was awaited.
        connection = Connection(send, hub, ticket)
        commands = Commands(connection, hub, user, (scope.get("client") or ("", 0))[0])
        try:
            await commands.greet(hello)
            connection.start()
            await self._converse(connection, commands)
        finally:
            hub.leave(connection)
            connection.stop()

    async def _converse(self, connection: Connection, commands: Commands) -> None:
        try:
            while connection.code is None:
                data = await self._frame()
                if connection.code is not None:
                    break
                try:
                    command = parse_command(data)
                except Refusal as refusal:
                    await commands.refuse(refusal)
                else:
                    await commands.obey(command)
        except Disconnect as end:
            connection.close(end.code)
        await connection.ended()

    async def _frame(self) -> str | None:
        """The next text frame; None for a binary one."""
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            raise _GoneError
        text: str | None = message.get("text")
        return text
