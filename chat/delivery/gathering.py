"""Questions that come at the same time, answered together: what comes while one batch is read is the next batch.

After a restart everybody comes at once, and reading for two hundred costs hardly more than reading for one.
"""

import asyncio
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

from django.db import InterfaceError, OperationalError

from chat.delivery.updater import Runner

MOST = 200
"""Questions in one batch: a longer one would keep the event loop from its turns."""
REST_S = 0.01
"""Without a question, and those who came together have all asked."""

Q = TypeVar("Q", bound=Hashable)
A = TypeVar("A")


class Gathering(Generic[Q, A]):
    """`answer` is asked with different questions and has an answer for each."""

    def __init__(self, threads: Runner, answer: Callable[[Sequence[Q]], Mapping[Q, A]]) -> None:
        self._threads = threads
        self._answer = answer
        self._waiting: dict[Q, asyncio.Future[A]] = {}
        self._task: asyncio.Task[None] | None = None

    async def ask(self, question: Q) -> A:
        """Read after it was asked; who asks the same at the same time gets the same."""
        future = self._waiting.get(question)
        if future is None:
            future = self._waiting[question] = asyncio.get_running_loop().create_future()
        if self._task is None:
            self._task = asyncio.create_task(self._work())
        return await asyncio.shield(future)  # Others may wait for it, too.

    async def _work(self) -> None:
        while self._waiting:
            asked = list(self._waiting)[:MOST]
            futures = {question: self._waiting.pop(question) for question in asked}
            for question, answer in (await self._read(asked)).items():
                if isinstance(answer, Exception):
                    futures[question].set_exception(answer)
                else:
                    futures[question].set_result(answer)
            if len(asked) > 1:
                await self._rest()
        self._task = None

    async def _rest(self) -> None:
        """Where several came together, more are on their way."""
        came = -1
        while came < len(self._waiting) < MOST:
            came = len(self._waiting)
            await asyncio.sleep(REST_S)

    async def _read(self, asked: Sequence[Q]) -> Mapping[Q, A | Exception]:
        try:
            answers: Mapping[Q, A | Exception] = await self._threads.run(self._answer, asked)
            return answers
        except Exception as error:  # noqa: BLE001  (those who asked hear of it)
            if len(asked) == 1 or isinstance(error, OperationalError | InterfaceError):  # no database
                return dict.fromkeys(asked, error)
        # A question that cannot be answered takes no others along.
        return {question: answer for each in asked for question, answer in (await self._read([each])).items()}
