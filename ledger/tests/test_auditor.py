"""The audit that the miner has made now and then: a process of its own, started when it is due and not before."""

import time
from collections.abc import Iterator

import psutil
import pytest
from pytest_django import Settings

from ledger.audit.results import load_result, result_of, save_result
from ledger.blocks.genesis import ensure_genesis
from ledger.core.audit_rows import Report
from ledger.management.auditor import Auditor
from ledger.tests.builders import small_chain
from ledger.tests.manage import environment

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_S = 60


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Auditor]:
    """Auditors each time they would start a process."""
    calls: list[Auditor] = []

    def start(self: Auditor) -> None:
        calls.append(self)

    monkeypatch.setattr(Auditor, "_start", start)
    return calls


def audited(seconds_ago: float) -> None:
    save_result(result_of(Report(), int((time.time() - seconds_ago) * 1000)))


def test_a_ledger_is_audited_when_the_last_audit_is_old_or_of_the_future_and_not_before(
    started: list[Auditor],
) -> None:
    ensure_genesis()
    for age, times in ((None, 1), (50, 0), (150, 1), (-3600, 1)):
        if age is not None:
            audited(age)
        started.clear()
        Auditor(100, more_leaves_than=0).tick()
        assert len(started) == times


def test_a_short_ledger_and_one_that_has_not_begun_are_left_to_whoever_asks(started: list[Auditor]) -> None:
    Auditor(100, more_leaves_than=0).tick()
    ensure_genesis()
    Auditor(100).tick()
    Auditor(100, more_leaves_than=1).tick()
    assert started == []


def test_an_audit_that_fails_is_not_started_again_at_once(
    started: list[Auditor], monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_genesis()
    clock: Iterator[float] = iter((1000.0, 1099.0, 1100.0, 1101.0))
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    auditor = Auditor(100, more_leaves_than=0)
    for _ in range(3):
        auditor.tick()
    assert len(started) == 2


def test_a_real_audit_runs_at_the_lowest_priority_and_leaves_its_result(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_chain()
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    auditor = Auditor(100, more_leaves_than=0)
    auditor.tick()
    process = auditor._process
    assert process is not None
    assert psutil.Process(process.pid).nice() == 19
    auditor.tick()
    assert auditor._process is process
    assert process.wait(PATIENCE_S) == 0
    result = load_result()
    assert result is not None
    assert result.valid
    auditor.stop()


def test_a_running_audit_is_stopped_at_once(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    small_chain()
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    auditor = Auditor(100, more_leaves_than=0)
    auditor.tick()
    auditor.stop()
    assert auditor._process is not None
    assert auditor._process.returncode == -9
    assert load_result() is None
