"""backup and restore: what comes out is what was there, audited; what would lose or fork anything is refused."""

import errno
import io
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from ledger.management.commands import backup
from ledger.management.commands import restore as restore_command
from ledger.models import Message
from ledger.sealing import seal
from ledger.tests.archives import empty_house, refused, restore
from ledger.tests.builders import small_chain
from ledger.tests.power import Power
from ledger.tests.sealed import assert_valid
from ledger.tests.tampering import read_everything, set_column

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL has pg_dump"),
]


def test_a_backup_put_back_on_a_new_machine_is_everything_that_was_there(archive: Path) -> None:
    rows, state = read_everything(), settings.SIGNED_STATE_FILE.read_bytes()
    empty_house()
    assert "the audit found them valid" in restore(archive)
    assert read_everything() == rows
    assert settings.SIGNED_STATE_FILE.read_bytes() == state
    assert (settings.MEDIA_ROOT / "avatars" / "a.png").read_bytes() == b"a picture"
    assert stat.S_IMODE(settings.LOG_KEY_FILE.stat().st_mode) == 0o600
    assert restore(archive)  # and once more: nothing is lost by it
    seal()
    assert_valid()


def test_the_key_is_apart_and_nobody_else_may_read_either(archive: Path) -> None:
    key = archive.with_name("one.key")
    assert key.read_bytes() == settings.LOG_KEY_FILE.read_bytes()
    assert key.read_bytes().strip() not in archive.read_bytes()
    assert [stat.S_IMODE(path.stat().st_mode) for path in (archive, key)] == [0o600, 0o600]
    assert sorted(path.name for path in archive.parent.iterdir()) == ["one", "one.key"]


def test_a_backup_replaces_nothing(archive: Path) -> None:
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", str(archive))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_backup_that_is_ended_leaves_nothing_least_of_all_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    small_chain()
    (folder := tmp_path / "backups").mkdir()
    monkeypatch.setattr(subprocess, "run", lambda *args, **options: os.kill(os.getpid(), number))
    with pytest.raises(SystemExit):
        call_command("backup", str(folder / "one"))
    assert list(folder.iterdir()) == []


def test_a_backup_that_was_cut_off_after_its_key_is_made_again_under_its_name(archive: Path) -> None:
    archive.unlink()
    call_command("backup", str(archive), stdout=io.StringIO())
    archive.unlink()
    archive.with_name("one.key").write_text("another")
    with pytest.raises(CommandError, match=r"one\.key is there and is another key; .* Name another file"):
        call_command("backup", str(archive))
    assert [path.name for path in archive.parent.iterdir()] == ["one.key"]
    assert archive.with_name("one.key").read_text() == "another"


def test_what_is_audited_holds_no_copy_of_the_key(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is killed there cannot clear away."""
    run: Any = subprocess.run
    seen = []

    def look(*args: Any, env: dict[str, str], **options: Any) -> Any:
        seen.append((Path(env["DATA_DIR"]) / "log.key").is_symlink())
        return run(*args, env=env, **options)

    monkeypatch.setattr(subprocess, "run", look)
    call_command("backup", str(archive.with_name("two")), stdout=io.StringIO())
    restore(archive)
    assert seen == [True, True]


def test_a_file_that_is_erased_while_it_is_packed_stops_no_backup(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_file: Any = tarfile.bltn_open  # type: ignore[attr-defined]

    def erase_first(path: Any, *args: Any) -> Any:
        if Path(path).name == "a.png":
            Path(path).unlink()
        return open_file(path, *args)

    with monkeypatch.context() as patch:
        patch.setattr(tarfile, "bltn_open", erase_first)
        call_command("backup", str(archive.with_name("two")), stdout=io.StringIO())
    with tarfile.open(archive.with_name("two")) as tar:
        assert tar.getnames() == ["connect.sqlite3", "signed_state.json"]
    restore(archive.with_name("two"))


@pytest.mark.parametrize("error", [sqlite3.OperationalError("disk is full"), OSError(errno.ENOSPC, "disk is full")])
def test_a_full_disk_is_one_sentence(archive: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(path: Path) -> Any:
        raise error

    monkeypatch.setattr(backup, "make_backup", fail)
    monkeypatch.setattr(restore_command, "restore_backup", fail)
    for command, said in (
        ("backup", "was not made to the end"),
        ("restore", "not put back to the end .* restore again"),
    ):
        with pytest.raises(CommandError, match=said):
            call_command(command, str(archive))


def test_a_backup_is_not_taken_for_damaged_when_the_disk_is_full(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(source: Any, target: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", fail)
    refused(archive, rf"cannot be unpacked into {settings.DATA_DIR} .*No space left")


def test_an_audit_that_ends_by_itself_is_one_sentence(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = subprocess.CompletedProcess((), 1, "", "Traceback:\n  a line\nOperationalError: disk I/O error\n")
    monkeypatch.setattr(subprocess, "run", lambda *args, **options: done)
    refused(archive, r"^The copy could not be audited \(OperationalError: disk I/O error\)\. Nothing was")


def test_a_file_that_is_not_there_is_no_matter_of_the_key(archive: Path) -> None:
    refused(archive.with_name("two"), "There is no file")


def test_what_is_not_valid_is_no_backup(tmp_path: Path) -> None:
    small_chain()
    set_column(Message, Message.objects.sealed()[3].pk, "sent_ms", 7)
    (folder := tmp_path / "backups").mkdir()
    with pytest.raises(CommandError, match="not valid, 1 findings \\(entry_changed\\)"):
        call_command("backup", str(folder / "one"))
    assert list(folder.iterdir()) == []


def test_another_store_is_told_its_own_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(connection._connections["default"]), "vendor", "other")  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="pg_dump"):
        call_command("backup", str(tmp_path / "one"))


def test_what_was_made_or_put_back_survives_power_loss(archive: Path, tmp_path: Path) -> None:
    rows, state = read_everything(), settings.SIGNED_STATE_FILE.read_bytes()
    with Power(tmp_path) as power:
        call_command("backup", str(archive.with_name("two")), stdout=io.StringIO())
    power.cut()
    empty_house()
    with Power(tmp_path) as power:
        restore(archive.with_name("two"))
    power.cut()
    assert (settings.MEDIA_ROOT / "avatars" / "a.png").read_bytes() == b"a picture"
    assert settings.SIGNED_STATE_FILE.read_bytes() == state
    assert read_everything() == rows
    seal()
    assert_valid()
