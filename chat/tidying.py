"""Puts away, now and then, what nobody will ask for any more: files that no message took, sessions that are over.

A storage that does not answer may hold it up for minutes. So it is a task with a thread of its own, and nobody who may
no longer be here stays because of it.
"""

import asyncio
import logging

from chat.delivery.threads import tidiers
from chat.files.removing import sweep
from chat.sessions import clear_expired

logger = logging.getLogger(__name__)

FIRST_S = 1.0
"""What a crash has left behind goes with the next start, soon after the first who comes back."""
EVERY_S = 3600.0
JOBS = (sweep, clear_expired)


async def tidy_up() -> None:
    """Until cancelled."""
    await asyncio.sleep(FIRST_S)
    while True:
        for job in JOBS:
            try:
                await tidiers.run(job)
            except Exception:
                logger.exception("What nobody asks for could not be put away; it is tried again in an hour.")
        await asyncio.sleep(EVERY_S)
