"""Crashes between any two steps: a step is a statement to the database, a commit, or a durable change of a file.

    with steps(Countdown(7, crash)): seal()      # `crash` is called before the seventh step

`crash` raises where the test goes on in the same process, or kills the process where it is a child of the test's. Or it
lets the step alone fail, as a bad disk does.
"""

import errno
import os
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections


class Crash(BaseException):
    """The end of a process, as far as the code under test can tell: nothing catches it."""


class Countdown:
    """Calls `crash` before step number `step`; never for 0."""

    def __init__(self, step: int, crash: Callable[[], object]) -> None:
        self._left = step
        self._crash = crash

    def __call__(self) -> None:
        self._left -= 1
        if self._left == 0:
            self._crash()


class DiskError(OSError, OperationalError):
    """What a failing disk makes of a system call, or of a statement."""


def raise_crash() -> None:
    raise Crash


def fail_disk() -> None:
    raise DiskError(errno.EIO, "Input/output error")


def kill_self() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def steps(count: Callable[[], None]) -> Iterator[None]:
    """Calls `count` before each step, and after each commit."""

    def statement(execute: Callable[..., Any], *args: Any) -> Any:
        count()
        return execute(*args)

    def commit(database: Any) -> None:
        try:
            count()
        except Crash:
            database._rollback()  # as the server does when its client is gone
            raise
        real_commit(database)
        count()

    wrapper: Any = type(connections[DEFAULT_DB_ALIAS])
    real_commit = wrapper._commit
    with (
        _commands(count) if connection.vendor == "mongodb" else connection.execute_wrapper(statement),
        patch.object(wrapper, "_commit", commit),
        patch("os.fsync", _counted(os.fsync, count)),
        patch("os.link", _counted(os.link, count)),
        patch.object(Path, "replace", _counted(Path.replace, count)),
    ):
        yield


@contextmanager
def _commands(count: Callable[[], None]) -> Iterator[None]:
    """MongoDB's statements."""
    collection = type(connection.get_collection("any"))  # type: ignore[attr-defined]
    names = ("aggregate", "bulk_write", "delete_many", "insert_many", "update_many")
    with ExitStack() as stack:
        for name in names:
            stack.enter_context(patch.object(collection, name, _counted(getattr(collection, name), count)))
        yield


def _counted(real: Callable[..., Any], count: Callable[[], None]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        count()
        return real(*args, **kwargs)

    return call


def child(work: Callable[[], object]) -> int:
    """Starts a process that does `work`, with connections of its own. Returns its id."""
    connections.close_all()  # neither a connection nor a pool's threads survive a fork
    if connection.vendor in {"postgresql", "mongodb"}:
        connections[DEFAULT_DB_ALIAS].close_pool()  # type: ignore[attr-defined]
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        work()
        status = 0
    except BaseException:  # noqa: BLE001  (whatever it is, the child must not run on as a second test run)
        traceback.print_exc()
    finally:
        os._exit(status)


def ends_well(pid: int) -> bool:
    """Waits for a child: whether it did its work. False when it was killed; a failure of its own fails the test."""
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code in (0, -signal.SIGKILL), f"the child ended with {code}"
    if code and connection.vendor == "mongodb":
        _end_transactions()
    return code == 0


def _end_transactions() -> None:
    """What MongoDB does by itself a minute after its client is gone."""
    connection.ensure_connection()
    connection.connection.admin.command("killAllSessions", [])
    connection.close()
