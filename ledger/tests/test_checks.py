"""The system checks of the ledger's set-up."""

import pytest
from django.db import connection
from pytest_django import Settings

from ledger.blocks.genesis import ensure_genesis
from ledger.checks import key_file, log
from ledger.models import Genesis

pytestmark = pytest.mark.django_db(transaction=True)


def found() -> list[str | None]:
    return [problem.id for problem in [*key_file(None), *log(None, ["default"])]]


def test_a_log_that_fits_its_settings_passes() -> None:
    assert found() == []  # before it begins
    ensure_genesis()
    assert found() == []


def test_a_key_that_others_can_read_is_an_error(settings: Settings) -> None:
    ensure_genesis()
    settings.LOG_KEY_FILE.chmod(0o640)
    assert found() == ["ledger.E001"]


def test_a_key_that_is_missing_damaged_or_another_logs_is_an_error(settings: Settings) -> None:
    ensure_genesis()
    key = settings.LOG_KEY_FILE.read_text()
    settings.LOG_KEY_FILE.write_text("damaged")
    assert found() == ["ledger.E002", "ledger.E004"]
    settings.LOG_KEY_FILE.unlink()
    assert found() == ["ledger.E004"]
    settings.MINER = False
    assert found() == []  # a machine without the miner holds no key
    settings.MINER = True
    settings.LOG_KEY_FILE.write_text(key)
    settings.LOG_KEY_FILE.chmod(0o600)
    Genesis.objects.update(key="another")
    assert found() == ["ledger.E005"]


def test_another_name_is_an_error(settings: Settings) -> None:
    ensure_genesis()
    settings.LOG_ORIGIN = "other.test/ledger"
    assert found() == ["ledger.E002", "ledger.E003"]


def test_less_difficulty_than_promised_is_an_error(settings: Settings) -> None:
    settings.DIFFICULTY_BITS = 10
    ensure_genesis()
    settings.DIFFICULTY_BITS = 11
    assert found() == []
    settings.DIFFICULTY_BITS = 9
    assert found() == ["ledger.E006"]


def test_the_database_is_not_asked_without_need_or_before_it_is_migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    ensure_genesis()
    Genesis.objects.update(origin="other.test/ledger")
    assert log(None, None) == []
    assert log(None, ["default"])
    monkeypatch.setattr(connection.introspection, "table_names", lambda: ["auth_user"])
    assert log(None, ["default"]) == []
