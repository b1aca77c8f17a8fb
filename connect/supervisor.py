"""Keeps child processes running until told to stop. It knows nothing of what they do.

A child that ends by itself is started again after a pause that doubles up to half a minute. SIGINT and SIGTERM stop all
of them: SIGTERM first, SIGKILL to what is left after the grace.
"""

import ctypes
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

GRACE_S = 10.0
LONGEST_PAUSE_S = 30.0
_PR_SET_PDEATHSIG = 1


@dataclass(slots=True)
class Child:
    name: str
    command: list[str]
    pass_fds: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    pause_s: float = field(default=0.5, init=False)
    started_s: float = field(default=0.0, init=False)
    due_s: float = field(default=0.0, init=False)

    def start(self) -> None:
        # A session of its own: Ctrl-C reaches the supervisor alone, which then stops its children in order.
        self.process = subprocess.Popen(  # noqa: S603  (our own command lines)
            self.command, pass_fds=self.pass_fds, start_new_session=True, preexec_fn=_die_with_parent
        )
        self.started_s = time.monotonic()


class Supervisor:
    def __init__(self, children: list[Child], say: Callable[[str], None]) -> None:
        self._children = children
        self._say = say
        self._is_asked_to_stop = False

    def run(self) -> None:
        """Starts the children and returns when all of them have stopped."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)
        for child in self._children:
            child.start()
        try:
            while not self._is_asked_to_stop:
                for child in self._children:
                    self._revive(child)
                time.sleep(0.2)
        finally:
            self._stop_all()

    def _ask(self, number: int, frame: object) -> None:
        """A flag and no Event: the second of two signals (make hands on what everybody got) would find its lock taken
        by the thread that it interrupts, and wait for ever."""
        self._is_asked_to_stop = True

    def _revive(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is not None:
            code = child.process.poll()
            if code is None:
                return
            child.pause_s = 0.5 if now - child.started_s > LONGEST_PAUSE_S else min(child.pause_s * 2, LONGEST_PAUSE_S)
            child.process, child.due_s = None, now + child.pause_s
            self._say(f"{child.name} ended with code {code}; starting it again in {child.pause_s:.0f} s.")
        elif now >= child.due_s:
            child.start()

    def _stop_all(self) -> None:
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + GRACE_S
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _die_with_parent() -> None:
    """On Linux a killed supervisor takes its children along, so that the port is free for the next start."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
