"""A job of the hub that is done again and again, every tick or when it is woken.

What fails is done with a later turn; of faults in a row the first is logged.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

logger = logging.getLogger(__name__)


async def repeat(
    turn: Callable[[], Awaitable[None]], tick_s: float, complaint: str, wake: asyncio.Event | None = None
) -> None:
    """Until cancelled."""
    wake = wake or asyncio.Event()
    is_well = True
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(tick_s):
                await wake.wait()
        wake.clear()
        try:
            await turn()
            is_well = True
        except Exception:
            if is_well:
                logger.exception("%s; it goes on trying.", complaint)
            is_well = False
