"""The search for a nonce, on one process a core.

Processes are spawned, know nothing of Django, run at low priority so that mining never slows the chat, and end with the
process that started them. What takes less than about a second is searched here, where starting them would take longer.
"""

import itertools
import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from ledger.core.work import search
from ledger.errors import LostRace, SealError, Stopped
from ledger.processes import count_cores, follow_parent

SMALL_BITS = 19
SLICE = 1 << 17
"""Attempts between two ticks: a tenth of a second or two."""
TICK_S = 0.2
LOST = "Another miner sealed first; what this one did is discarded."

Tick = Callable[[int], None]
"""Told the attempts so far, a few times a second. What it raises ends the search."""
Progress = Callable[[int, float], None]
"""Told attempts and seconds so far, once a second."""


def watch(
    on_progress: Progress | None, should_stop: Callable[[], bool] | None, is_open: Callable[[], bool] | None = None
) -> Tick:
    """A tick that shows progress, raises Stopped when asked to stop, and LostRace once the place is no longer open."""
    started_s = told_s = time.monotonic()

    def tick(attempts: int) -> None:
        nonlocal told_s
        if should_stop is not None and should_stop():
            raise Stopped("Stopped; nothing was changed.")
        now_s = time.monotonic()
        if now_s - told_s < 1:
            return
        told_s = now_s
        if on_progress is not None:
            on_progress(attempts, now_s - started_s)
        if is_open is not None and not is_open():
            raise LostRace(LOST)

    return tick


@dataclass(frozen=True, slots=True)
class Found:
    nonce: int
    attempts: int
    seconds: float


class Miner:
    """Finds nonces. Its processes are started when first needed and kept until it is closed."""

    def __init__(self, processes: int | None = None) -> None:
        self._processes = processes or count_cores()
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)

    def find(self, prefix: bytes, bits: int, tick: Tick) -> Found:
        """A nonce for the header without its nonce. Starts no process for few bits."""
        started_s = time.monotonic()
        find = _find_here if bits <= SMALL_BITS else self._find_in_processes
        nonce, attempts = find(prefix, bits, tick)
        return Found(nonce, attempts, time.monotonic() - started_s)

    def _find_in_processes(self, prefix: bytes, bits: int, tick: Tick) -> tuple[int, int]:
        try:
            return self._share(self._started_pool(), prefix, bits, tick)
        except BrokenProcessPool as error:
            self.close()
            raise SealError("A mining process was killed; nothing was changed.") from error

    def _share(self, pool: ProcessPoolExecutor, prefix: bytes, bits: int, tick: Tick) -> tuple[int, int]:
        """Two slices a process: one that it searches, one that waits."""
        starts = itertools.count(0, SLICE)
        attempts = 0
        running: set[Future[int | None]] = set()
        try:
            while True:
                while len(running) < 2 * self._processes:
                    running.add(pool.submit(search, prefix, bits, next(starts), SLICE))
                done, running = wait(running, TICK_S, FIRST_COMPLETED)
                for future in done:
                    attempts += SLICE
                    nonce = future.result()
                    if nonce is not None:
                        return nonce, attempts
                tick(attempts)
        finally:
            for future in running:
                future.cancel()

    def _started_pool(self) -> ProcessPoolExecutor:
        if self._pool is None:
            spawn = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._processes, spawn, initializer=_begin_process)
        return self._pool


def _find_here(prefix: bytes, bits: int, tick: Tick) -> tuple[int, int]:
    for start in itertools.count(0, SLICE):
        nonce = search(prefix, bits, start, SLICE)
        if nonce is not None:
            return nonce, nonce + 1
        tick(start + SLICE)
    raise AssertionError("numbers never end")


def _begin_process() -> None:
    os.nice(10)
    follow_parent()
