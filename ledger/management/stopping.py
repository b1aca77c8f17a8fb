"""A clean stop: SIGINT and SIGTERM ask, the command ends where nothing is half done, or leaves nothing half done."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SLICE_S = 0.1


class Stop:
    """What a signal's handler may set: no lock, which the thread that the signal interrupts could be holding."""

    def __init__(self) -> None:
        self._is_set = False

    def set(self) -> None:
        self._is_set = True

    def is_set(self) -> bool:
        return self._is_set

    def wait(self, seconds: float) -> bool:
        """Returns after so many seconds, or soon after it was set: whether it was."""
        end_s = time.monotonic() + seconds
        while not self._is_set and (left_s := end_s - time.monotonic()) > 0:
            time.sleep(min(left_s, SLICE_S))
        return self._is_set


@contextmanager
def asked_to_stop() -> Iterator[Stop]:
    """A stop that SIGINT and SIGTERM set. A second signal acts as usual."""
    stop = Stop()
    before: dict[signal.Signals, Any] = {}

    def ask(number: int, frame: object) -> None:
        stop.set()
        signal.signal(number, before[signal.Signals(number)])

    for number in (signal.SIGINT, signal.SIGTERM):
        before[number] = signal.signal(number, ask)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def tidied_when_ended() -> Iterator[None]:
    """SIGTERM and SIGHUP end the command as Ctrl-C does: what clears away after it is still done."""

    def end(number: int, frame: object) -> None:
        sys.exit(128 + number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
