"""What commands say while they take their time."""

import time

from django.core.management.base import OutputWrapper


class CountProgress:
    """A line a second: so many of so many `things`."""

    def __init__(self, out: OutputWrapper, things: str) -> None:
        self._out = out
        self._things = things
        self._due_s = time.monotonic() + 1

    def __call__(self, done: int, of: int) -> None:
        if time.monotonic() >= self._due_s:
            self._due_s = time.monotonic() + 1
            self._out.write(f"{done:,} of {of:,} {self._things} …")


class MiningProgress:
    """A line after 1, 2, 4 … s, then once a minute: enough on a terminal, not too much in a log."""

    def __init__(self, out: OutputWrapper) -> None:
        self._out = out
        self._due_s = 1.0

    def __call__(self, attempts: int, seconds: float) -> None:
        if seconds < self._due_s:
            return
        self._due_s = seconds + min(seconds, 60.0)
        self._out.write(f"Mining: {attempts:,} attempts in {seconds:.0f} s, {attempts / seconds:,.0f} attempts/s")
        self._out.flush()
