"""What the first start lays into DATA_DIR: whole, durable, and nobody else's to read."""

from pathlib import Path

import pytest

from connect import env
from connect.tests.environment import manage
from ledger.tests.power import Power

ASK_SQLITE = """
import sqlite3
from django.db import connection, transaction
with transaction.atomic(), connection.cursor() as cursor:
    for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete"):
        print(name, *cursor.execute(f"PRAGMA {name}").fetchone())
    try:
        sqlite3.connect(connection.settings_dict["NAME"], timeout=0).execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        print(error)
"""
LOOK_AT_FILES = """
from django.conf import settings
from django.db import connection
connection.cursor().execute("CREATE TABLE something (x)")
print(*(f"{path.name} {path.stat().st_mode & 0o777:o}" for path in sorted(settings.DATA_DIR.iterdir())), sep=chr(10))
"""


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    manage(tmp_path, "check")
    path = tmp_path / "data" / "secret_key"
    first = path.read_text()
    manage(tmp_path, "check")
    assert path.read_text() == first
    assert len(first) >= 50
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_data_dir_survives_power_loss_before_anything_in_it_is_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "deep" / "data"))
    monkeypatch.delenv("SECRET_KEY", raising=False)
    with Power(tmp_path) as power:
        key = env.secret_key(env.folder("DATA_DIR", tmp_path))
    power.cut()
    assert (tmp_path / "deep" / "data" / "secret_key").read_text() == key


def test_a_database_that_cannot_be_used_is_one_clear_sentence(tmp_path: Path) -> None:
    done = manage(tmp_path, "mine_block")
    assert (done.returncode, done.stderr) == (1, "The database cannot be used (no such table: ledger_block).\n")
    assert "Traceback" in manage(tmp_path, "mine_block", "--traceback").stderr


def test_a_secret_key_that_a_crash_left_empty_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret_key").touch()
    done = manage(tmp_path, "check")
    assert done.returncode == 1
    assert "secret_key is empty. Remove it, and another key is made" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_embedded_database_survives_power_loss_and_lets_writers_queue(tmp_path: Path) -> None:
    said = manage(tmp_path, "shell", "-v", "0", "-c", ASK_SQLITE).stdout.splitlines()
    full = "synchronous 2"
    assert said == ["journal_mode wal", full, "foreign_keys 1", "secure_delete 1", "database is locked"]


def test_nobody_else_reads_the_database(tmp_path: Path) -> None:
    done = manage(tmp_path, "shell", "-v", "0", "-c", LOOK_AT_FILES)
    names = ("connect.sqlite3", "connect.sqlite3-shm", "connect.sqlite3-wal", "secret_key")
    assert done.stdout.splitlines() == [f"{name} 600" for name in names]
