"""The application that cuts a client off after a second, and then waits as long as a busy test machine may need."""

from connect.asgi import application

# isort: split
from chat import connection, warden

__all__ = ["application"]

warden.STALL_S = 1.0
connection.LINGER_S = 300.0
