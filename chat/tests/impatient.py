"""The application that cuts a client off after a second, says so, and then waits as long as a busy machine may need."""

import logging

from connect.asgi import application

# isort: split
from chat.delivery import connection, watcher

__all__ = ["application"]

watcher.STALL_S = 1.0
connection.LINGER_S = 300.0

_cut_off = connection.Connection.cut_off


def cut_off(self: connection.Connection) -> None:
    _cut_off(self)
    logging.getLogger(__name__).warning("Cut off.")


connection.Connection.cut_off = cut_off  # type: ignore[method-assign]
