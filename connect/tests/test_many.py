"""Two web processes behind one address, on real Redis and PostgreSQL."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from chat.tests.client import WORLD, Client, enter, message
from chat.tests.until import until
from connect.tests.many import Many, serve_many, serve_site
from connect.tests.ports import free_port
from connect.tests.server import ROOT
from connect.tests.stores import postgres, redis

NOBODY = "redis://127.0.0.1:1/0"
SOCKETS = 60
"""Opened until each process has one: that all of them reach the same one is as likely as so many tosses alike."""


@pytest.fixture(scope="module", params=["redis", "no doorbell"])
def many(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Many]:
    folder = tmp_path_factory.mktemp("many")
    if request.param == "redis":
        with redis() as url, serve_many(folder, url) as running:
            yield running
    else:
        with serve_many(folder, NOBODY) as running:
            yield running


@asynccontextmanager
async def enter_both(many: Many, name: str = "alice", each: int = 1) -> AsyncIterator[list[Client]]:
    """`each` sockets at either process, those of the first process first."""
    async with AsyncExitStack() as stack:
        found: dict[int, list[Client]] = {web.pid: [] for web in many.served.webs()}
        for _ in range(SOCKETS):
            client = await stack.enter_async_context(enter(many, name))
            found[web_of(many, client).pid].append(client)
            if all(len(clients) >= each for clients in found.values()):
                break
        yield [client for clients in found.values() for client in clients[:each]]


def web_of(many: Many, client: Client) -> psutil.Process:
    return many.served.web_of(client.socket.local_address[1])


async def test_a_message_to_one_process_reaches_the_sockets_of_both(many: Many) -> None:
    async with enter_both(many) as (here, there):
        ack = await here.say("from here")
        assert ack["hash"] == (await here.event("from here"))["hash"] == (await there.event("from here"))["hash"]
        assert (await there.say("and back"))["seq"] == ack["seq"] + 1
        await here.event("and back")


async def test_a_sealed_block_reaches_the_sockets_of_both(many: Many) -> None:
    async with enter_both(many) as clients:
        seq = (await clients[0].say("to be sealed"))["seq"]
        for client in clients:
            await client.find(lambda frame: frame["type"] == "sealed" and frame["rooms"].get(WORLD, 0) >= seq)


async def test_one_id_twenty_times_at_once_over_both_processes_is_one_row_and_twenty_acks(many: Many) -> None:
    repeated = message("only once")
    async with enter_both(many, each=2) as clients:
        acks = await asyncio.gather(*(client.ask("send", **repeated) for client in clients * 5))
        page = await clients[0].ask("sync", room=WORLD, after=acks[0]["seq"] - 1)
    assert len({(ack["seq"], ack["hash"], ack["received_ms"]) for ack in acks}) == 1
    assert sum(not ack["duplicate"] for ack in acks) == 1
    assert [event["client_id"] for event in page["events"]].count(repeated["client_id"]) == 1


async def test_a_process_that_is_killed_is_started_again_and_nothing_is_lost(many: Many) -> None:
    sent = [message(f"{number}") for number in range(100)]
    async with enter_both(many) as (here, there):
        before = (await there.say("before"))["seq"]
        for frame in sent:
            await here.put({"type": "send", "id": frame["client_id"], **frame})
        await here.find(lambda frame: frame["type"] == "ack" and frame["re"] == sent[0]["client_id"])
        killed = web_of(many, here)
        killed.kill()
        await here.code()
        acked = {frame["client_id"] for frame in here.frames if frame["type"] == "ack"}
        assert (await there.say("the other goes on"))["type"] == "ack"
    await until(lambda: len(many.served.webs()) == 2)
    async with enter(many, cursors={WORLD: before}) as again:
        answers = await asyncio.gather(*(again.ask("send", **frame) for frame in sent))
        assert {ack["client_id"] for ack in answers if ack["duplicate"]} >= acked
        await until(lambda: len(again.events()) == len(sent) + 1)
        assert [event["seq"] for event in again.events()] == list(range(before + 1, before + len(sent) + 2))
        assert {event["client_id"] for event in again.events()} >= {frame["client_id"] for frame in sent}
    await until(lambda: many.served.get("/healthz") == 200)


async def test_connections_that_postgresql_ends_are_opened_again(many: Many) -> None:
    """As its restart does to all of them at once."""
    again = message("after the restart")
    async with enter_both(many) as (here, there):
        await asyncio.to_thread(end_connections, many.site.env["DATABASE_URL"])
        for _ in range(8):
            async with enter(many, "bob"):
                pass  # nobody is turned away for it
        while (answer := await here.ask("send", **again))["type"] != "ack":
            assert (answer["code"], answer["retry"]) == ("busy", "same")
        assert (await there.event("after the restart"))["hash"] == answer["hash"]
        seq = (await there.say("to be sealed, too"))["seq"]
        await here.find(lambda frame: frame["type"] == "sealed" and frame["rooms"].get(WORLD, 0) >= seq)


async def test_a_session_that_ends_is_disconnected_everywhere(many: Many) -> None:
    async with enter_both(many, "charlie") as clients:
        ended = f"Session.objects.filter(pk={many.sessions['charlie']!r}).delete()"
        code = f"from django.contrib.sessions.models import Session; {ended}"
        await asyncio.to_thread(many.site.run, code)
        assert [await client.code() for client in clients] == [4401, 4401]


async def test_a_second_machine_serves_without_miner_and_key(many: Many, tmp_path: Path) -> None:
    env = many.site.env
    shared = {name: env[name] for name in ("DATABASE_URL", "REDIS_URL", "EMAIL_VERIFICATION")}
    secret = (Path(env["DATA_DIR"]) / "secret_key").read_text()
    with serve_site(many.site, tmp_path, SECRET_KEY=secret, MINER="off", **shared) as machine:
        async with enter(many) as here, enter(machine) as there:
            await say_across(here, there, "to the other machine")
            await say_across(there, here, "and back")
        assert "The miner" not in machine.served.output.read_text()
    assert not (tmp_path / "data" / "log.key").exists()


def test_a_machine_without_the_miner_leaves_an_empty_database_alone(tmp_path: Path) -> None:
    with postgres() as url:
        env = {**os.environ, "DATA_DIR": str(tmp_path), "DATABASE_URL": url, "REDIS_URL": NOBODY, "MINER": "off"}
        done = subprocess.run(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env={**env, "PORT": str(free_port()), "EMAIL_VERIFICATION": "none"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "The database is not prepared; start the machine with the miner first." in done.stderr


def test_the_audit_finds_nothing(many: Many) -> None:
    many.site.manage("verify_chain")


async def test_redis_that_comes_and_goes_is_said_once_each_time_and_nothing_is_lost(tmp_path: Path) -> None:
    port = free_port()
    with serve_many(tmp_path, f"redis://127.0.0.1:{port}/0") as many:
        async with enter_both(many) as (here, there):
            await say_across(here, there, "before there is one")
            with redis(port):
                await until(lambda: told(many, "works again") == 2)
                await say_across(there, here, "while it is there")
            await say_across(here, there, "after it has gone")
            await until(lambda: told(many, "hear of messages up to 2 s later") == 4)
            with redis(port):
                await until(lambda: told(many, "works again") == 4)
                await say_across(there, here, "when it is back")
                assert told(many, "hear of messages up to 2 s later") == 4
            assert [event["seq"] for event in there.events()] == [5, 6, 7, 8]
            assert told(many, "Traceback") == 0


async def say_across(here: Client, there: Client, text: str) -> None:
    ack = await here.say(text)
    assert (await there.event(text))["hash"] == ack["hash"]


def end_connections(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def told(many: Many, words: str) -> int:
    """How often the processes have said so."""
    return many.served.output.read_text().count(words)
