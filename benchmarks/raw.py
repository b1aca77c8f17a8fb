"""The peer of everything that records: it is handed finished rows and only inserts them.

Into a copy of the same file, with the same tables and indexes and as durable, from which these rows were taken out
before; what else can be set is as SQLite comes.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BATCH = 1_024


class Rows:
    """Rows of the ledger and an equal file that lacks them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        (room,) = connection.execute("SELECT room FROM ledger_message ORDER BY id DESC LIMIT 1").fetchone()
        chosen = "FROM ledger_message WHERE room = ? AND kind = 'post'"
        self.rows: list[tuple[Any, ...]] = connection.execute(f"SELECT * {chosen} ORDER BY id", (room,)).fetchall()
        connection.execute(f"DELETE {chosen}", (room,))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._statement = f"INSERT INTO ledger_message VALUES ({', '.join('?' * len(self.rows[0]))})"

    def insert(self, batch: int) -> float:
        """Seconds for all of them, so many in a transaction."""
        started = time.perf_counter()
        for first in range(0, len(self.rows), batch):
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(self._statement, self.rows[first : first + batch])
            self._connection.execute("COMMIT")
        return time.perf_counter() - started

    def insert_one(self, row: tuple[Any, ...]) -> None:
        self._connection.execute(self._statement, row)


@contextmanager
def raw_copy(file: Path) -> Iterator[Rows]:
    copy = file.with_name("raw.sqlite3")
    with sqlite3.connect(file) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    connection = sqlite3.connect(copy, isolation_level=None)
    try:
        for setting in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            connection.execute(f"PRAGMA {setting}")
        yield Rows(connection)
    finally:
        connection.close()
        for path in file.parent.glob("raw.sqlite3*"):
            path.unlink()
