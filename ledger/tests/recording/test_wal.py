"""What the recorder commits comes into SQLite's file without a commit's doing it."""

import asyncio
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import OperationalError, connection

from ledger.recorder import Recorder
from ledger.recording import wal
from ledger.tests.builders import draft

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'sqlite'", reason="about SQLite's files"),
]

PATIENCE_S = 30


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    recorder = Recorder()
    yield recorder
    recorder.close()


def record(recorder: Recorder, count: int) -> None:
    async def main() -> None:
        await asyncio.gather(*(recorder.submit(draft(str(n))) for n in range(count)))

    asyncio.run(main())


def in_file(tmp_path: Path) -> int:
    """How many rows the file alone holds, without what lies beside it.

    It is copied by another process: one that closes a file loses all locks that it holds on it, SQLite's as well.
    """
    copy = tmp_path / "copy.sqlite3"
    subprocess.run(["cp", connection.settings_dict["NAME"], copy], check=True)
    with closing(sqlite3.connect(copy)) as file:
        (count,) = file.execute("SELECT count(*) FROM ledger_message").fetchone()
    return int(count)


def until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_enough_rows_are_moved_into_the_file(recorder: Recorder, tmp_path: Path) -> None:
    wal.move()
    record(recorder, wal.ROWS - 1)
    assert in_file(tmp_path) == 0, "they are committed, and lie beside the file"
    record(recorder, 1)
    until(lambda: in_file(tmp_path) == wal.ROWS)


def test_what_cannot_be_moved_is_moved_with_the_next(
    recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def fail() -> None:
        tried.append(1)
        raise OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(wal, "move", fail)
        record(recorder, wal.ROWS)
        until(lambda: bool(tried))
    record(recorder, wal.ROWS)
    until(lambda: in_file(tmp_path) == 2 * wal.ROWS)
