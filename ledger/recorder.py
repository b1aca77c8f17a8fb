"""The recorder of a process: what arrives while one batch commits becomes the next batch.

Connections submit drafts from their event loop, which never waits for the database; one thread records what gathers.
So batches grow with the pressure, each with one transaction and one sync of the disk. Beyond `CAPACITY` waiting drafts
it refuses with Busy. What happens to a batch is in `recording/batches.py`.
"""

import asyncio
import atexit
import logging
from collections import defaultdict, deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from threading import Condition, Lock, Thread
from time import sleep

from django.db import connections
from django.utils.translation import gettext_noop as _

from ledger.errors import Busy, RecordError
from ledger.recording.batches import Recorded, record_batch
from ledger.recording.drafts import Draft
from ledger.recording.wal import WalMover

CAPACITY = 8_192
MAX_BATCH = 1_024
YIELD_S = 50e-6
"""After a batch this thread lets go of the interpreter, which it would keep until the listeners are done: the answers
leave first."""

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Waiting:
    draft: Draft
    future: asyncio.Future[Recorded]


class Recorder:
    """A thread that records what is submitted. Everything submitted gets an answer."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._waiting: deque[_Waiting] = deque()
        self._changed = Condition()
        self._closed = False
        self._in_hand = 0
        self._wal = WalMover()
        self._thread = Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def submit(self, draft: Draft) -> asyncio.Future[Recorded]:
        """Done once the draft is committed; RecordError when it is not. Being cancelled does not take it back.

        Busy at once where there is no room for it.
        """
        loop = asyncio.get_running_loop()
        waiting = _Waiting(draft, loop.create_future())
        with self._changed:
            if self._closed or len(self._waiting) >= self._capacity:
                raise Busy(_("Too many messages wait; try again."))
            self._waiting.append(waiting)
        loop.call_soon(self._call)  # Not at once: what this turn of the loop submits besides becomes one batch with it.
        return waiting.future

    @property
    def is_busy(self) -> bool:
        """More will be committed at once."""
        return self._in_hand > 0 or bool(self._waiting)

    def close(self) -> None:
        """Takes nothing more, records what waits, and returns when that is done."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _call(self) -> None:
        with self._changed:
            self._changed.notify()

    def _run(self) -> None:
        while batch := self._gather():
            try:
                record_batch([waiting.draft for waiting in batch], partial(self._answer, batch))
            except Exception:  # the thread must outlive a defect, and nobody may wait for ever
                logger.exception("A batch of %d failed.", len(batch))
                self._answer(batch, [Busy(_("Something went wrong; try again."))] * len(batch))
            self._wal.count(len(batch))
        self._wal.close()
        connections.close_all()

    def _gather(self) -> list[_Waiting]:
        """What has gathered, at least one; nothing once the recorder is closed and drained."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            self._in_hand = min(len(self._waiting), MAX_BATCH)
            return [self._waiting.popleft() for _ in range(self._in_hand)]

    def _answer(self, batch: Sequence[_Waiting], results: Sequence[Recorded | RecordError]) -> None:
        self._in_hand = 0  # The listeners, who are told after this, shall not wait for what they are told.
        _answer(batch, results)


def _answer(batch: Sequence[_Waiting], results: Sequence[Recorded | RecordError]) -> None:
    """Hands the results over with one call into each event loop, not one a draft."""
    by_loop = defaultdict(list)
    for waiting, result in zip(batch, results, strict=True):
        by_loop[waiting.future.get_loop()].append((waiting.future, result))
    for loop, answers in by_loop.items():
        with suppress(RuntimeError):  # the loop is closed: nobody waits there any more
            loop.call_soon_threadsafe(_resolve, answers)
    sleep(YIELD_S)


def _resolve(answers: Sequence[tuple[asyncio.Future[Recorded], Recorded | RecordError]]) -> None:
    for future, result in answers:
        if future.done():  # cancelled: its connection is gone
            continue
        if isinstance(result, RecordError):
            future.set_exception(result)
        else:
            future.set_result(result)


def is_recording() -> bool:
    """Whether this process's recorder has work."""
    return _recorder is not None and _recorder.is_busy


_recorder: Recorder | None = None
_recorder_lock = Lock()


def get_recorder() -> Recorder:
    """This process's recorder, started on first use and drained at exit."""
    global _recorder
    with _recorder_lock:
        if _recorder is None:
            _recorder = Recorder()
        return _recorder


@atexit.register
def close_recorder() -> None:
    """Drains this process's recorder, where there is one; the next use starts another."""
    global _recorder
    with _recorder_lock:
        recorder, _recorder = _recorder, None
    if recorder is not None:
        recorder.close()
