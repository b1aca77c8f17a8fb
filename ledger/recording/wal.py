"""Moves what is committed from SQLite's write-ahead log into its file, beside the recorder.

Left to itself SQLite does so within a commit, every 1,000 pages: one message in a hundred would wait until pages that
are scattered over the whole file are written. So commits do it only where nobody else has (settings.DATABASES), and a
thread of the recorder's process does it meanwhile. It makes nothing durable that was not; other databases need none.
"""

import logging
from threading import Event, Thread

from django.db import Error, connection

ROWS = 128
"""So many new rows make about the thousand pages after which SQLite itself would."""

logger = logging.getLogger(__name__)


class WalMover:
    """A thread that is told of new rows. `close` ends it."""

    def __init__(self) -> None:
        self._rows = 0
        self._is_due = Event()
        self._is_closed = False
        self._thread = Thread(target=self._run, name="wal", daemon=True)
        self._thread.start()

    def count(self, rows: int) -> None:
        """So many more are committed."""
        self._rows += rows
        if self._rows >= ROWS:
            self._rows = 0
            self._is_due.set()

    def close(self) -> None:
        self._is_closed = True
        self._is_due.set()
        self._thread.join()

    def _run(self) -> None:
        while self._is_due.wait() and not self._is_closed:
            self._is_due.clear()
            try:
                move()
            except Error as error:  # The next one tries again, and in the end a commit does it.
                logger.warning("SQLite's write-ahead log could not be moved. %s", error)
                connection.close()
        connection.close()


def move() -> None:
    """As much as no reader still needs; neither writers nor readers wait."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
