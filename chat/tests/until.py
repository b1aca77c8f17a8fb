"""Waiting for what happens by itself, with a deadline instead of a guess."""

import asyncio
from collections.abc import Callable

DEADLINE_S = 20.0


async def until(condition: Callable[[], object]) -> None:
    """Returns as soon as the condition holds; TimeoutError when it does not come to that."""
    async with asyncio.timeout(DEADLINE_S):
        while not condition():  # noqa: ASYNC110  (nobody sets an event: that is the point)
            await asyncio.sleep(0.001)
