"""Many reads of one state, while others go on writing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


@contextmanager
def snapshot() -> Iterator[None]:
    """What is read inside is the database at one moment. Holds no lock that a writer waits for.

    Inside a transaction that is already open, that one decides.
    """
    if connection.in_atomic_block:
        yield
        return
    connection.ensure_connection()
    with _reading(connection), transaction.atomic():
        yield


@contextmanager
def _reading(database: Any) -> Iterator[None]:
    """The next transaction is a reader's: by default SQLite takes the write lock, PostgreSQL sees each commit."""
    owner: Any
    reading: Any
    if database.vendor == "sqlite":
        owner, name, reading = database, "transaction_mode", "DEFERRED"
    elif database.vendor == "postgresql":
        from psycopg import IsolationLevel  # installed only where it is used

        owner, name, reading = database.connection, "isolation_level", IsolationLevel.REPEATABLE_READ
    else:
        yield
        return
    before = getattr(owner, name)
    setattr(owner, name, reading)
    try:
        yield
    finally:
        setattr(owner, name, before)
