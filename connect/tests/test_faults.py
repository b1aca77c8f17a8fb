"""Failing networks and servers: one order for all, each message exactly once, nothing missing.

`make test` runs a small crowd; `make soak` runs 200 people who write 20 messages each.
"""

import asyncio
from contextlib import ExitStack
from pathlib import Path

import pytest

from connect.tests.faults import (
    Crowd,
    Fault,
    cut,
    delay,
    half_open,
    kill,
    redis_away_and_back,
    stall,
    suspend,
    terminate,
)
from connect.tests.many import Many, serve_many, serve_site
from connect.tests.ports import free_port
from connect.tests.proxy import Proxy
from connect.tests.server import make_site
from connect.tests.stores import redis
from ledger.core.records import SYSTEM_AUTHOR

crowds = pytest.mark.parametrize(
    ("people", "messages"), [pytest.param(20, 10, id="small"), pytest.param(200, 20, marks=pytest.mark.soak, id="soak")]
)


@crowds
async def test_one_process(tmp_path: Path, people: int, messages: int) -> None:
    with serve_site(make_site(tmp_path), tmp_path) as many:
        await endure(many, people, messages, [cut, delay, stall, kill, half_open, terminate, suspend])


@crowds
async def test_two_processes_on_postgresql_and_redis_that_dies(tmp_path: Path, people: int, messages: int) -> None:
    port = free_port()
    with ExitStack() as running:
        away, back = redis_away_and_back(running, port)
        running.enter_context(redis(port))
        with serve_many(tmp_path, f"redis://127.0.0.1:{port}/0") as many:
            await endure(many, people, messages, [cut, away, kill, back, half_open, terminate, suspend])


@crowds
async def test_two_processes_without_any_doorbell(tmp_path: Path, people: int, messages: int) -> None:
    with serve_many(tmp_path, "redis://127.0.0.1:1/0") as many:
        await endure(many, people, messages, [cut, kill, stall])


async def endure(many: Many, people: int, messages: int, faults: list[Fault]) -> None:
    async with Proxy(many.served.port).running() as proxy:
        crowd = Crowd(many, proxy, people)
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(follower.run()) for follower in crowd.followers]
            await crowd.write(messages, faults)
            acks = {client_id: ack for follower in crowd.followers for client_id, ack in follower.acks.items()}
            last = max(ack["seq"] for ack in acks.values())
            await crowd.all(lambda follower: follower.cursor >= last)
            for task in running:
                task.cancel()
    assert len(acks) == people * messages
    first, *others = (follower.entries for follower in crowd.followers)
    assert all(other == first for other in others)
    written = {entry.client_id: (entry.seq, entry.hash) for entry in first if entry.author != SYSTEM_AUTHOR.hex}
    assert written == {client_id: (ack["seq"], ack["hash"]) for client_id, ack in acks.items()}
    assert len([entry for entry in first if entry.author != SYSTEM_AUTHOR.hex]) == len(acks), "each exactly once"
    assert not [frame for follower in crowd.followers for frame in follower.refused]
    await asyncio.to_thread(many.site.manage, "verify_chain")
