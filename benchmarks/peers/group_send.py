"""Everybody gets every message, by the consumer of Channels' tutorial; served by what serves Connect."""

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

settings.configure(
    CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}, INSTALLED_APPS=["channels"]
)

GROUP = "chat_world"


class ChatConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    async def connect(self) -> None:
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(GROUP, self.channel_name)

    async def receive(self, text_data: str = "", bytes_data: bytes | None = None) -> None:
        await self.channel_layer.group_send(GROUP, {"type": "chat.message", "message": text_data})

    async def chat_message(self, event: dict[str, str]) -> None:
        await self.send(text_data=event["message"])


application = ChatConsumer.as_asgi()
