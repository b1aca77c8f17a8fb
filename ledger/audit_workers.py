"""Processes that check ranges of messages for an audit.

They read the database themselves, through connections of their own. What is sealed never changes but for what is
erased; a worker that sees a later state than the audit does not vouch for the range, and the audit reads it itself. So
does it when a worker is killed. Django is set up in each process before anything of ours is imported there.
"""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from ledger.core.audit_ranges import RANGE, Vouched

AHEAD = 4
"""Ranges under way for each worker."""


class Workers:
    """Asked for ranges 0, 1, 2 … of `size` leaves; keeps some ahead of what is asked for."""

    def __init__(self, pool: ProcessPoolExecutor, ahead: int, size: int, origin: str) -> None:
        self._pool = pool
        self._starts = iter(range(0, size, RANGE))
        self._size = size
        self._origin = origin
        self._running: deque[tuple[int, Future[Vouched | None] | None]] = deque()
        self._ahead = ahead

    def __call__(self, number: int) -> Vouched | None:
        """What a worker vouches for; None where it does not, or was killed."""
        self._submit()
        while self._running:
            found, future = self._running.popleft()
            if found == number and future is not None:
                try:
                    return future.result()
                except BrokenProcessPool:
                    return None
            if found == number:
                return None
            self._submit()
        return None

    def _submit(self) -> None:
        while len(self._running) < self._ahead and (start := next(self._starts, None)) is not None:
            end = min(start + RANGE, self._size)
            try:
                future = self._pool.submit(_check_range, start, end, self._origin)
            except BrokenProcessPool:
                future = None
            self._running.append((start // RANGE, future))


@contextmanager
def start_workers(count: int, size: int, origin: str, database: str) -> Iterator[Workers]:
    """`count` processes for a log of `size` leaves in the database of this name; they end with the block."""
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count, spawn, initializer=_begin, initargs=(database,))
    try:
        yield Workers(pool, AHEAD * count, size, origin)
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(database: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches everyone; the audit ends its processes in order
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import django

    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = database


def _check_range(start: int, end: int, origin: str) -> Vouched | None:
    from django.db import Error

    from ledger.auditing import TableRows
    from ledger.core.audit_ranges import vouch

    try:
        rows = TableRows().sealed_range(start, end)
    except Error:
        return None
    return vouch(rows, origin)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
