"""`kill -9` on what `make run` runs, with messages in flight: each that was acknowledged is there, once."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import psutil
import pytest

from chat.tests.client import WORLD, Client, Frame, enter, message
from chat.tests.until import until
from connect.tests.served import PATIENCE_S, Served, wait_until
from connect.tests.server import PEOPLE, Server, Site, make_site

IN_FLIGHT = 50
LESSONS = 4
"""Entries with which the World begins."""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make_site(tmp_path)


@pytest.fixture
def served(site: Site, tmp_path: Path) -> Iterator[Served]:
    running = Served(tmp_path, SEND_PER_MIN="100000")
    yield running
    if running.process.poll() is None:
        running.stop()


def the_web_server(served: Served) -> list[psutil.Process]:
    return [served.web()]


def everything(served: Served) -> list[psutil.Process]:
    """As in a power cut: miner, web server and their supervisor."""
    return [*served.children(), psutil.Process(served.process.pid)]


@pytest.mark.parametrize(("victims", "after"), [(the_web_server, 1), (everything, 1), (everything, IN_FLIGHT // 2)])
async def test_what_was_acknowledged_is_there_exactly_once(
    served: Served, site: Site, victims: Callable[[Served], list[psutil.Process]], after: int
) -> None:
    server = Server(site, served.url, served.process, served.output)
    killed = victims(served)
    sent = [message(f"{number}") for number in range(IN_FLIGHT)]
    async with AsyncExitStack() as stack:
        people = [await stack.enter_async_context(enter(server, name)) for name in PEOPLE]
        for number, frame in enumerate(sent):
            await people[number % 3].put({"type": "send", "id": number, **frame})
        await until(lambda: len(acks_of(people)) >= after)
        kill(killed)
        for each in people:
            await each.code()
        first = acks_of(people)
    await asyncio.to_thread(come_back, served, killed)
    async with AsyncExitStack() as stack:
        cursors = {WORLD: LESSONS}
        people = [await stack.enter_async_context(enter(server, name, cursors)) for name in PEOPLE]
        again = [await people[number % 3].ask("send", **frame) for number, frame in enumerate(sent)]
        for ack in again:
            if ack["client_id"] in first:
                assert (ack["duplicate"], ack["hash"]) == (True, first[ack["client_id"]]["hash"])
        last = LESSONS + IN_FLIGHT
        for each in people:
            await each.find(lambda frame: frame["type"] == "sealed" and frame["rooms"].get(WORLD) == last)
            assert [event["seq"] for event in each.events()] == list(range(LESSONS + 1, last + 1))
            assert {event["client_id"]: event["hash"] for event in each.events()} == {
                ack["client_id"]: ack["hash"] for ack in again
            }
    assert await asyncio.to_thread(served.stop) == 0
    audit = await asyncio.to_thread(site.manage, "verify_chain")
    assert audit.startswith("Valid: "), audit
    assert " 0 pending" in audit


def kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):  # a miner's own processes go with it
            process.kill()


def come_back(served: Served, killed: list[psutil.Process]) -> None:
    """The supervisor does it by itself; where it was killed too, somebody starts it."""
    psutil.wait_procs(killed, PATIENCE_S)
    if served.process.poll() is not None:
        served.start()
    wait_until(lambda: served.get("/healthz") == 200)


def acks_of(people: list[Client]) -> dict[str, Frame]:
    """Client id → its ack."""
    return {frame["client_id"]: frame for each in people for frame in each.frames if frame["type"] == "ack"}
