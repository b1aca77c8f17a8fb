"""The one WebSocket; every other address is refused."""

from channels.security.websocket import WebsocketDenier
from django.urls import path, re_path

from chat.consumers import ChatConsumer

websocket_urlpatterns = [path("ws/", ChatConsumer.as_asgi()), re_path("", WebsocketDenier.as_asgi())]
