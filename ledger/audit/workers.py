"""Ranges of messages checked for an audit, by processes of their own and, while it waits for them, by its own process.

The processes read the database themselves, through connections of their own. What is sealed never changes but for what
is erased; a worker that sees a later state than the audit does not vouch for the range, and the audit reads it itself.
Ranges of workers that were killed are checked here. Django is set up in each process before anything of ours is
imported there: that takes a second, in which the audit's own process is far on already.
"""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from ledger.core.audit_ranges import RANGE, Vouched
from ledger.processes import follow_parent

AHEAD = 4
"""Ranges given to each process before they are asked for."""
KEPT = 64
"""Ranges that this process checks before they are asked for; what it keeps of one takes 130 kB."""


class Workers:
    """Asked for ranges 0, 1, 2 … of `size` leaves; keeps some ahead of what is asked for."""

    def __init__(self, pool: ProcessPoolExecutor, ahead: int, size: int, origin: str) -> None:
        self._pool = pool
        self._starts = iter(range(0, size, RANGE))
        self._size = size
        self._origin = origin
        self._given: dict[int, Future[Vouched | None]] = {}
        self._checked: dict[int, Vouched | None] = {}
        self._ahead = ahead

    def __call__(self, number: int) -> Vouched | None:
        """What a process vouches for; None where none does. Until that is known, this process checks later ranges."""
        self._give()
        while number not in self._checked:
            future = self._given.get(number)
            if future is None:
                self._check(number)
            elif not future.done() and len(self._checked) < KEPT and self._check_next():
                continue
            elif future.cancel():  # no process has begun with it
                self._check(number)
            else:
                try:
                    self._checked[number] = future.result()
                except BrokenProcessPool:
                    self._check(number)
        self._given.pop(number, None)
        return self._checked.pop(number)

    def _give(self) -> None:
        while len(self._given) < self._ahead and (start := next(self._starts, None)) is not None:
            try:
                self._given[start // RANGE] = self._pool.submit(_check_range, *self._range(start), self._origin)
            except BrokenProcessPool:
                self._check(start // RANGE)

    def _check_next(self) -> bool:
        """Whether there was one."""
        start = next(self._starts, None)
        if start is not None:
            self._check(start // RANGE)
        return start is not None

    def _check(self, number: int) -> None:
        self._checked[number] = _check_range(*self._range(number * RANGE), self._origin)

    def _range(self, start: int) -> tuple[int, int]:
        return start, min(start + RANGE, self._size)


@contextmanager
def start_workers(count: int, size: int, origin: str, database: str) -> Iterator[Workers]:
    """This process and `count` − 1 others for a log of `size` leaves in this database; they end with the block."""
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count - 1, spawn, initializer=_begin, initargs=(database,))
    try:
        yield Workers(pool, AHEAD * (count - 1), size, origin)
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(database: str) -> None:
    follow_parent()
    import django

    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = database


def _check_range(start: int, end: int, origin: str) -> Vouched | None:
    from django.db import Error

    from ledger.audit.auditing import TableRows
    from ledger.core.audit_ranges import vouch

    try:
        rows = TableRows().sealed_range(start, end)
    except Error:
        return None
    return vouch(rows, origin)
