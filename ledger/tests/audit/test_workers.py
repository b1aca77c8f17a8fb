"""The audit shared by several processes: what they vouch for, and that the report is the same."""

import multiprocessing
from contextlib import AbstractContextManager

import pytest
from django.conf import settings
from django.db import connection

from ledger.audit import auditing
from ledger.audit.auditing import run_audit
from ledger.audit.workers import Workers, start_workers
from ledger.blocks.genesis import ensure_genesis
from ledger.core.audit_ranges import RANGE
from ledger.models import Block, Message
from ledger.sealing import seal
from ledger.tests.builders import post, room_id
from ledger.tests.tampering import set_column

pytestmark = pytest.mark.django_db(transaction=True)


def posts_only() -> None:
    """Nothing rare, so that workers vouch for all of it."""
    ensure_genesis()
    for _ in range(2):
        for number in range(6):
            post(str(number), room=room_id(number % 2))
        seal()
    post("pending")


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ranges that this process checks itself."""
    numbers: list[int] = []
    check = Workers._check

    def heard(workers: Workers, number: int) -> None:
        numbers.append(number)
        check(workers, number)

    monkeypatch.setattr(Workers, "_check", heard)
    return numbers


def test_workers_vouch_for_what_this_database_holds(here: list[int]) -> None:
    posts_only()
    with start() as ask:
        found = ask(0)
    assert found is not None
    assert found.newest.keys() == {room_id(0).hex, room_id(1).hex}
    assert {block: len(leaves) // 32 for block, (_, leaves) in found.leaves.items()} == {1: 6, 2: 6}
    assert here == [4, 5, 6, 7, 8, 9]  # what was given to nobody, while the worker began


def test_what_was_asked_of_workers_that_are_killed_is_checked_here(
    here: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    posts_only()
    check_next = Workers._check_next
    killed = []

    def kill(workers: Workers) -> bool:
        for process in multiprocessing.active_children():
            process.kill()
            process.join()
            killed.append(process)
        return check_next(workers)

    monkeypatch.setattr(Workers, "_check_next", kill)
    with start() as ask:
        assert ask(0) is not None
    assert len(killed) == 1
    assert 0 in here


def start() -> AbstractContextManager[Workers]:
    """This process and another, asked for more ranges than there are."""
    size = Block.objects.latest("height").tree_size + 9 * RANGE
    return start_workers(2, size, settings.LOG_ORIGIN, connection.settings_dict["NAME"])


def test_with_workers_the_report_is_the_same() -> None:
    posts_only()
    assert run_audit(workers=2) == run_audit(workers=1)
    row = Message.objects.sealed()[8]
    set_column(Message, row.pk, "sent_ms", row.sent_ms + 1)
    report = run_audit(workers=2)
    assert report == run_audit(workers=1)
    assert [finding.pk for finding in report.findings] == [row.pk]


def test_a_long_log_is_shared_by_itself_where_there_are_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    posts_only()
    asked: list[object] = []
    monkeypatch.setattr(auditing, "audit_shared", lambda *_: asked.append(_))
    for leaves, cores, times in ((16, {0, 1}, 0), (15, {0}, 0), (15, {0, 1}, 1)):
        monkeypatch.setattr(auditing, "WORTH_LEAVES", leaves)
        monkeypatch.setattr("os.sched_getaffinity", lambda _, cores=cores: cores)
        assert run_audit().valid
        assert len(asked) == times
