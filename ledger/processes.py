"""Processes that help this one with its arithmetic: how many, and that they end with it."""

import multiprocessing
import os
import signal
import threading


def count_cores() -> int:
    """Those that this process may use, where the system tells; a container is often given fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def follow_parent() -> None:
    """To be called first in a helper. Ctrl-C reaches everyone: the parent ends its helpers in order.

    A killed parent cannot close its pool, and a helper that waits for work would wait for ever.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
