"""The doorbell between processes: one channel-layer subscription for each, and a queue to ring it.

It may lose anything. What it says is found in the database within two seconds all the same, so a layer that is down
costs time and nothing else: that is logged once, and once more when it is over.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer, get_channel_layer

logger = logging.getLogger(__name__)

GROUP = "hub"
WAITING = 1000
"""Rings that may wait; more are dropped."""
ANSWER_S = 2.0
PAUSE_S = 2.0
SILENCE_S = 5.0
"""Who hears nothing for so long, not even itself, is deaf."""

Message = Mapping[str, Any]


class Doorbell:
    def __init__(self, layer: Any, hear: Callable[[Message], None]) -> None:
        self._layer = layer
        self._hear = hear
        self._name = secrets.token_hex(8)
        self._rings: asyncio.Queue[dict[str, Any]] = asyncio.Queue(WAITING)
        self.is_well = True
        """Until a ring fails or none is heard; then only once this process has heard its own ring."""

    def ring(self, message: dict[str, Any]) -> None:
        """Tells the other processes, some time or never."""
        if not self._rings.full():
            self._rings.put_nowait(message)

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._ring_forever())
            tasks.create_task(self._listen_forever())

    async def _ring_forever(self) -> None:
        while True:
            message = await self._next_ring()
            try:
                await _ring(self._layer, message | {"from": self._name})
            except Exception as error:  # noqa: BLE001  (each layer has its own; every one means: not rung)
                self._note_failure(error)
                await asyncio.sleep(PAUSE_S)
                self.ring({})  # Until it works again; then it says: look what is new.

    async def _next_ring(self) -> dict[str, Any]:
        """What is to be said; in silence a call to nobody, which this process must hear like any other."""
        try:
            async with asyncio.timeout(PAUSE_S):
                return await self._rings.get()
        except TimeoutError:
            return {"to": "nobody"}

    async def _listen_forever(self) -> None:
        while True:
            try:
                channel = await self._subscribe()
                while True:
                    async with asyncio.timeout(SILENCE_S):
                        message = await self._layer.receive(channel)
                    self._take(message)
            except Exception as error:  # noqa: BLE001
                self._note_failure(error)
                await asyncio.sleep(PAUSE_S)

    async def _subscribe(self) -> str:
        """The channel to listen on, over new connections: an old one may be dead without knowing it."""
        async with asyncio.timeout(ANSWER_S):
            await self._layer.flush()
            channel: str = await self._layer.new_channel()
            await self._layer.group_add(GROUP, channel)
            return channel

    def _take(self, message: Message) -> None:
        if message.get("from") != self._name:
            if message.get("to") != "nobody":
                self._hear(message)
        elif not self.is_well:
            self.is_well = True
            logger.warning("The channel layer works again.")

    def _note_failure(self, error: Exception) -> None:
        if self.is_well:
            self.is_well = False
            reason = str(error) or type(error).__name__
            logger.warning("The channel layer fails (%s): other processes hear of messages up to 2 s later.", reason)


def ring_once(message: dict[str, Any]) -> None:
    """Rings from where no event loop runs: a management command, a page's thread."""
    layer = get_channel_layer()
    if layer is None or isinstance(layer, InMemoryChannelLayer):
        return
    try:
        async_to_sync(_ring)(layer, message)
    except Exception as error:  # noqa: BLE001
        logger.warning("The channel layer fails (%s): other processes hear of this up to 2 s later.", error)


async def _ring(layer: Any, message: dict[str, Any]) -> None:
    async with asyncio.timeout(ANSWER_S):
        await layer.group_send(GROUP, message | {"type": "hub.ring"})


def open_doorbell(hear: Callable[[Message], None]) -> Doorbell | None:
    """None where there is no other process that could hear it."""
    layer = get_channel_layer()
    return None if layer is None or isinstance(layer, InMemoryChannelLayer) else Doorbell(layer, hear)
