"""A job that is done again and again outlives every fault, and of those in a row the first is logged."""

import asyncio

import pytest

from chat.delivery.repeating import repeat
from chat.tests.until import until


async def test_of_faults_in_a_row_the_first_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    turns = iter((False, False, True, False, True))
    done: list[bool] = []

    async def turn() -> None:
        done.append(next(turns, True))
        if not done[-1]:
            raise ZeroDivisionError

    job = asyncio.create_task(repeat(turn, 0.001, "It cannot be done"))
    await until(lambda: len(done) > 5)
    job.cancel()
    assert [record.message for record in caplog.records] == ["It cannot be done; it goes on trying."] * 2


async def test_who_is_woken_does_not_wait_for_the_tick() -> None:
    wake, done = asyncio.Event(), asyncio.Event()

    async def turn() -> None:
        done.set()

    job = asyncio.create_task(repeat(turn, 3600, "It cannot be done", wake))
    wake.set()
    async with asyncio.timeout(5):
        await done.wait()
    job.cancel()
