"""The audit shared by several processes: what they vouch for, and that the report is the same."""

import multiprocessing

import pytest
from django.conf import settings
from django.db import connection

from ledger import auditing
from ledger.audit_workers import start_workers
from ledger.auditing import run_audit
from ledger.core.audit_ranges import RANGE, Vouched
from ledger.genesis import ensure_genesis
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


def vouched() -> tuple[Vouched | None, Vouched | None]:
    """What a worker says of the only range, before and after it is killed."""
    tip = Block.objects.latest("height")
    with start_workers(1, tip.tree_size + RANGE, settings.LOG_ORIGIN, connection.settings_dict["NAME"]) as ask:
        before = ask(0)
        for process in multiprocessing.active_children():
            process.kill()
            process.join()
        return before, ask(1)


def test_workers_vouch_for_what_this_database_holds_until_they_are_killed() -> None:
    posts_only()
    found, lost = vouched()
    assert found is not None
    assert found.newest.keys() == {room_id(0).hex, room_id(1).hex}
    assert {block: len(leaves) // 32 for block, (_, leaves) in found.leaves.items()} == {1: 6, 2: 6}
    assert lost is None


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
