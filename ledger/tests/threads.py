"""What happens beside a test, as another process would do it."""

from collections.abc import Callable
from threading import Thread

from django.db import connections


def in_thread(work: Callable[[], object]) -> None:
    """With a database connection of its own, as another process would."""

    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    thread.join(timeout=10)
    assert not thread.is_alive(), "the writer waits for the reader"
