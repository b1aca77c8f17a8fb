"""Keeps the last audit of a long ledger young, so that /valid has one: a process of the lowest priority now and then.

It is apart from the miner, which never waits for it, and ends with it. A short ledger needs none: /valid audits it on
the spot.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings

from ledger.audit.results import load_result
from ledger.models import Block
from ledger.validity import LIVE_LEAVES

LOWEST_PRIORITY = 19


class Auditor:
    """Starts an audit whenever the last one is older than `every_s`; `tick` now and then, `stop` at the end."""

    def __init__(self, every_s: float, more_leaves_than: int = LIVE_LEAVES) -> None:
        self._every_s = every_s
        self._more_leaves_than = more_leaves_than
        self._process: subprocess.Popen[bytes] | None = None
        self._started_s: float | None = None

    def tick(self) -> None:
        """Starts an audit where one is due and none runs. One that failed is not tried again at once."""
        if self._process is not None and self._process.poll() is None:
            return
        since_s = None if self._started_s is None else time.monotonic() - self._started_s
        if (since_s is None or since_s >= self._every_s) and self._is_due():
            self._started_s = time.monotonic()
            self._process = self._start()

    def stop(self) -> None:
        """At once: an audit changes nothing, so nothing is lost with it but its time."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _is_due(self) -> bool:
        last = load_result()
        # One from the future was made before the clock was set back: who knows when.
        if last is not None and 0 <= time.time() - last.checked_ms / 1000 < self._every_s:
            return False
        tip = Block.objects.tip()
        return tip is not None and tip.tree_size > self._more_leaves_than

    def _start(self) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C reaches the miner alone, which then stops it.
        return subprocess.Popen(  # noqa: S603  (our own command line)
            [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "verify_chain", "--workers", "1"],
            start_new_session=True,
            preexec_fn=lambda: os.nice(LOWEST_PRIORITY) and None,
        )
