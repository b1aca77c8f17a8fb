"""What every test has: files and settings of its own, a database file like the real one, three people."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.contenttypes.management import create_contenttypes
from django.core.cache import cache
from django.core.management.commands import flush
from django.core.management.sql import sql_flush
from django.db import connections
from django.db.models.signals import post_migrate
from pytest_django import Settings

from ledger.recorder import close_recorder

pytest_plugins = ["connect.tests.people"]

KEPT = {"auth_permission", "django_content_type"}
TEST_BITS = 8
"""The least difficulty: a block is found in a millisecond."""


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite in a file, as in production: threads and processes share it, its locks and its WAL are the real ones.

    On a server each process of the tests has a database of its own, by a suffix.
    """
    database = connections["default"]
    if database.vendor == "sqlite":
        database.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
    if database.vendor in ("sqlite", "postgresql"):
        # Each test without a transaction around it is followed by a flush. Permissions and content types stay: making
        # them anew took thirty times as long as emptying all other tables. So did TRUNCATE of tables with a few rows.
        lasting, empty = pytest.MonkeyPatch(), sql_flush
        lasting.setattr(flush, "sql_flush", lambda *args, **options: _only_delete(empty(*args, **options)))
        lasting.setattr(flush, "emit_post_migrate_signal", lambda *args, **options: None)
    if database.vendor == "mongodb":
        # Without transactions around tests each is followed by a flush, and that by making these rows anew.
        post_migrate.disconnect(create_contenttypes)
        post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")


def _only_delete(statements: list[str]) -> list[str]:
    tables = [table for sql in statements for table in re.findall(r'"(\w+)"', sql)]
    return [f'DELETE FROM "{table}"' for table in tables if table not in KEPT]  # noqa: S608  (Django's own names)


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, settings: Settings) -> Path:
    """A DATA_DIR of the test's own, without key and signed state, and settings that mine at once."""
    settings.DATA_DIR = tmp_path
    settings.LOG_KEY_FILE = tmp_path / "log.key"
    settings.SIGNED_STATE_FILE = tmp_path / "signed_state.json"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.LOG_ORIGIN = "connect.test/ledger"
    settings.DIFFICULTY_BITS = TEST_BITS
    return tmp_path


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real cost of a hash is half a second, on purpose."""
    monkeypatch.setattr(Argon2PasswordHasher, "time_cost", 1)
    monkeypatch.setattr(Argon2PasswordHasher, "memory_cost", 64)


@pytest.fixture(autouse=True)
def _nothing_left_over() -> Iterator[None]:
    """Rates counted in the cache and a running recorder would reach into the next test."""
    yield
    close_recorder()
    cache.clear()
