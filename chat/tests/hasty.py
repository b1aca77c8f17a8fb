"""The application that waits for hello a second only."""

from connect.asgi import application

# isort: split
from chat import consumers

__all__ = ["application"]

consumers.HELLO_S = 1.0
