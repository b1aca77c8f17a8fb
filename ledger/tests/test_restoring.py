"""restore: what would lose or fork anything is refused, and a crash in the middle leaves no way to fork."""

import errno
import fcntl
import io
import os
import shutil
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from ledger.backups import database_path
from ledger.blocks.genesis import ensure_genesis
from ledger.errors import BehindSignedState
from ledger.files import replace_durably
from ledger.sealing import seal
from ledger.tests.archives import empty_house, refused, repacked, restore
from ledger.tests.builders import post
from ledger.tests.sealed import assert_valid
from ledger.tests.tampering import Rows, read_everything, write_everything

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has pg_dump"),
]


def test_nothing_is_put_back_that_is_behind_the_signed_state(archive: Path) -> None:
    post("after the backup")
    newer = seal().block
    rows: Rows = read_everything()
    refused(archive, f"has signed {newer.tree_size} leaves .* use a newer backup")
    write_everything({})
    refused(archive, "has signed")
    write_everything(rows)
    assert_valid()


def test_no_entry_that_is_here_is_written_over(archive: Path) -> None:
    post("pending, after the backup")
    refused(archive, "holds entries that this backup does not hold")


def test_an_older_database_is_replaced_by_its_newer_backup(archive: Path, tmp_path: Path) -> None:
    older = read_everything()
    post("b")
    seal()
    call_command("backup", str(archive.with_name("two")), stdout=io.StringIO())
    newer = read_everything()
    write_everything(older)
    restore(archive.with_name("two"))
    assert read_everything() == newer
    assert_valid()


def test_a_backup_that_was_tampered_with_is_refused(archive: Path) -> None:
    empty_house()

    def forge(path: Path) -> None:
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("UPDATE ledger_message SET author = ? WHERE leaf_index = 5", ["f" * 32])

    forged = repacked(archive, forge)
    shutil.copy(archive.with_name("one.key"), forged.with_name("forged.key"))
    refused(forged, "not valid, 1 findings \\(entry_changed\\)")


@pytest.mark.parametrize("name", ["/etc/passwd", "../escaped", "media/../../escaped", "media", "log.key"])
def test_an_archive_that_holds_anything_else_is_refused(archive: Path, name: str) -> None:
    with tarfile.open(archive, "a") as tar:
        tar.addfile(tarfile.TarInfo(name))
    refused(archive, "is no backup: it holds")


@pytest.mark.parametrize("content", [b"", b"no tar at all", bytes(10_240)])
def test_a_file_that_is_no_archive_is_refused(archive: Path, content: bytes) -> None:
    archive.write_bytes(content)
    refused(archive, "no backup|cannot be read as a backup")


def test_another_logs_key_is_refused(archive: Path) -> None:
    archive.with_name("one.key").write_text("another")
    refused(archive, "is not the key that this log signs with")
    archive.with_name("one.key").unlink()
    restore(archive)
    settings.LOG_KEY_FILE.unlink()
    refused(archive, "The log's key is missing")


@pytest.mark.parametrize("step", ["create_durably", "_put_database"])
def test_a_crash_while_it_is_put_back_leaves_no_way_to_fork(
    archive: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Before the key, or before the database. A server that is started then begins no other log, and makes no key."""
    rows, key = read_everything(), settings.LOG_KEY_FILE.read_bytes()
    empty_house()
    monkeypatch.setattr(f"ledger.restoring.{step}", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        restore(archive)
    with pytest.raises(BehindSignedState):
        ensure_genesis()
    monkeypatch.undo()
    restore(archive)
    assert (read_everything(), settings.LOG_KEY_FILE.read_bytes()) == (rows, key)
    seal()
    assert_valid()


def test_no_miner_signs_while_the_signed_state_is_put_back(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty_house()

    def put(path: Path, data: bytes) -> None:
        with open(f"{path}.lock") as another, pytest.raises(BlockingIOError):
            fcntl.flock(another, fcntl.LOCK_EX | fcntl.LOCK_NB)
        replace_durably(path, data)

    monkeypatch.setattr("ledger.restoring.replace_durably", put)
    restore(archive)
    assert settings.SIGNED_STATE_FILE.exists()


def test_the_journal_of_a_new_database_does_not_come_back(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite commits by removing it, and leaves it to us that it stays away."""
    synced: list[Path] = []
    monkeypatch.setattr("ledger.restoring.sync_folder", synced.append)
    restore(archive)
    assert database_path().parent in synced


def test_files_that_lie_on_another_disk_get_their_names_once_they_are_whole(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which os.rename cannot reach. The disk then is full in the middle of a copy."""
    picture = settings.MEDIA_ROOT / "avatars" / "a.png"

    def fail(*args: Any) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    def half(source: Any, target: Any, **options: Any) -> None:
        Path(target).write_bytes(b"a pic")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "rename", fail)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfile", half)
        with pytest.raises(CommandError, match="No space left"):
            restore(archive)
    assert picture.read_bytes() == b"a picture"
    picture.unlink()
    restore(archive)
    assert [path.name for path in picture.parent.iterdir()] == ["a.png"]
    assert picture.read_bytes() == b"a picture"
