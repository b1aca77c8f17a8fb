"""Where the event loop sends what would make it wait: reads and writes of the database, rendering.

Each thread keeps its database connection open, since opening one costs more than most queries. A connection on which a
query failed is closed, and the next query opens another: so a restarted database server is found again. What they do
can be done twice.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import Error, connections

P = ParamSpec("P")
T = TypeVar("T")


class Threads:
    def __init__(self, name: str, size: int) -> None:
        self._pool = ThreadPoolExecutor(size, thread_name_prefix=name)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's result, from one of these threads."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, lambda: _guarded(function, *args, **kwargs))


def _guarded(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The function's result. Once more where the connection was lost since this thread used it last."""
    try:
        return function(*args, **kwargs)
    except Error:
        if not _close_connections():
            raise
    try:
        return function(*args, **kwargs)
    except Error:
        _close_connections()
        raise


def _close_connections() -> bool:
    """Whether one of them was lost."""
    open_ones = [connection for connection in connections.all(initialized_only=True) if connection.connection]
    was_lost = not all(connection.is_usable() for connection in open_ones)
    for connection in open_ones:
        connection.close()
    return was_lost


readers = Threads("reader", 4)
"""Pages of history, sessions, rooms: independent of each other."""

exports = Threads("export", 1)
"""What reads much of a table, one after the other: nobody's page waits behind it."""

tidiers = Threads("tidier", 1)
"""What may wait for a storage for minutes."""

updater = Threads("updater", 1)
"""Of the hub: what is new, in its order, and never behind a page of history."""
