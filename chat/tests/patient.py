"""The application without looking by itself: what arrives across processes was announced."""

from connect.asgi import application

# isort: split
from chat import hub

__all__ = ["application"]

hub.TICK_S = 3600.0
