"""The audit of a real database: what it reads, while others write; verify_chain; what is kept of it."""

import time
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from ledger.audit.auditing import run_audit
from ledger.audit.results import load_result, result_of, save_result
from ledger.audit.snapshots import snapshot
from ledger.audit.tip import check_tip
from ledger.core.audit_rows import Report
from ledger.core.notes import LOG_KEY_TYPE, format_note, format_vkey, make_vkey, parse_note
from ledger.models import Block, Genesis, Message, Tile
from ledger.sealing import seal
from ledger.tests.builders import ALICE, post, room_id, small_chain
from ledger.tests.manage import verify
from ledger.tests.tampering import set_column
from ledger.tests.threads import in_thread

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_chain_of_everything_is_valid_and_counted() -> None:
    chain = small_chain(messages=12, rooms=2, blocks=3, pending=2)
    report = run_audit()
    assert report.findings == []
    assert (report.sealed, report.pending, report.rooms) == (12, 2, 3)
    assert (report.height, report.size, report.root) == (3, 16, chain.blocks[-1].root)


def test_a_ledger_without_a_single_row_says_so() -> None:
    assert "genesis_missing" in {finding.code for finding in run_audit().findings}


def test_the_audit_costs_the_same_few_queries_however_many_blocks_there_are() -> None:
    counts = []
    small_chain(messages=6, blocks=3)
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert run_audit().valid
        counts.append(len(queries))
        for _ in range(3):
            post()
            seal()
    assert counts[0] == counts[1] <= 16


def test_a_reader_sees_one_state_and_no_writer_waits_for_it() -> None:
    small_chain()
    with snapshot():
        before = Message.objects.count()
        in_thread(lambda: post("meanwhile"))
        assert Message.objects.count() == before
    assert Message.objects.count() == before + 1


def test_an_audit_is_not_misled_by_what_is_recorded_and_sealed_meanwhile() -> None:
    small_chain(messages=12, blocks=3)
    written = []

    def write(done: int) -> None:
        in_thread(lambda: post(f"meanwhile {done}"))
        in_thread(seal)
        written.append(done)

    report = run_audit(write)
    assert len(written) > 2
    assert (report.findings, report.height) == ([], 3)
    assert run_audit().valid


def test_after_a_snapshot_transactions_write_again() -> None:
    mode = getattr(connection, "transaction_mode", None)
    with snapshot():
        pass
    assert getattr(connection, "transaction_mode", None) == mode
    small_chain()


@pytest.mark.parametrize("set_back_s", [0, 3600])
def test_a_client_id_used_twice_is_named_where_an_intruder_dropped_the_index(
    monkeypatch: pytest.MonkeyPatch, set_back_s: int
) -> None:
    small_chain()
    since = run_audit().state
    now_ns = time.time_ns() - set_back_s * 10**9
    with monkeypatch.context() as patch:
        patch.setattr("time.time_ns", lambda: now_ns)
        first, last = Message.objects.filter(author=ALICE).order_by("id")[1], post("since", room=room_id(99))
    newer_key = max(first.pk, last.pk)
    unique = next(item for item in Message._meta.constraints if item.name == "message_client_id")
    others = [item for item in Message._meta.constraints if item is not unique]
    with monkeypatch.context() as patch, connection.schema_editor() as editor:
        patch.setattr(Message._meta, "constraints", others)
        editor.remove_constraint(Message, unique)
    try:
        set_column(Message, last.pk, "client_id", first.client_id)
        for report in (run_audit(), run_audit(since=since)):
            assert ("client_id_reused", newer_key) in {(finding.code, finding.pk) for finding in report.findings}
        set_column(Message, last.pk, "client_id", last.client_id)
    finally:
        with connection.schema_editor() as editor:
            editor.add_constraint(Message, unique)


@pytest.mark.parametrize("level", [None, "x", 0.5, -1, 1 << 40])
def test_a_tile_of_no_level_is_found_where_an_intruder_dropped_the_constraints(level: Any) -> None:
    if connection.vendor != "sqlite":  # the only one that takes any value in any column
        return
    small_chain()
    table = Tile._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO kept")
        cursor.execute(f"CREATE TABLE {table} AS SELECT * FROM kept")
        try:
            assert run_audit().valid
            cursor.execute(f'INSERT INTO {table} (id, level, "index", hashes) VALUES (7, %s, 0, %s)', [level, b""])
            (finding,) = run_audit().findings
            assert (finding.code, finding.pk) == ("tile_surplus", 7)
        finally:
            cursor.execute(f"DROP TABLE {table}")
            cursor.execute(f"ALTER TABLE kept RENAME TO {table}")


# Beside the miner's machine


@pytest.fixture
def beside(settings: Settings) -> None:
    """A machine with MINER=off: it holds neither key nor signed state."""
    small_chain(messages=12, blocks=3)
    settings.LOG_KEY_FILE.unlink()
    settings.SIGNED_STATE_FILE.unlink()
    settings.MINER = False


def codes() -> set[str]:
    return {finding.code for finding in run_audit().findings}


def test_a_machine_beside_the_miners_takes_the_key_that_the_log_began_with(beside: None) -> None:
    assert run_audit().findings == check_tip(None).findings == []
    assert run_audit(workers=2) == run_audit(workers=1)
    Block.objects.filter(height=3).update(checkpoint=Block.objects.get(height=2).checkpoint)
    assert codes() == {finding.code for finding in check_tip(None).findings} == {"checkpoint_changed"}


def test_a_machine_beside_the_miners_knows_a_history_that_the_log_did_not_sign(beside: None) -> None:
    stolen = Block.objects.get(height=3)
    note = parse_note(stolen.checkpoint or "")
    signature = replace(note.signatures[0], data=bytes(64))
    Block.objects.filter(height=3).update(checkpoint=format_note(replace(note, signatures=(signature,))))
    assert codes() == {finding.code for finding in check_tip(None).findings} == {"checkpoint_signature"}


@pytest.mark.parametrize("key", ["", "x", "other.test/ledger"])
def test_a_machine_beside_the_miners_takes_no_key_of_another_log(beside: None, key: str) -> None:
    if key == "other.test/ledger":
        key = format_vkey(make_vkey(key, LOG_KEY_TYPE, bytes(range(32))))
    set_column(Genesis, 0, "key", key)
    assert codes() > {"checkpoint_signature"}
    assert ("key_file" in codes()) is key.startswith("other")
    assert not check_tip(None).valid


def test_a_signed_state_is_compared_with_wherever_it_is(beside: None, settings: Settings) -> None:
    settings.SIGNED_STATE_FILE.write_text(
        f'{{"height":9,"origin":"{settings.LOG_ORIGIN}","root":"{"0" * 64}","size":99}}'
    )
    assert codes() == {"behind_signed_state"}


def test_the_miners_machine_must_hold_its_key_and_signed_state(beside: None, settings: Settings) -> None:
    settings.MINER = True
    assert codes() == {"key_file", "signed_state_missing"}


# What is kept


def test_the_last_result_is_kept_whole_and_read_again() -> None:
    assert load_result() is None
    small_chain(messages=10, blocks=2)
    verify()
    kept = load_result()
    assert kept is not None
    assert kept.valid
    assert (kept.size, kept.height) == (13, 2)
    set_column(Message, Message.objects.sealed()[6].pk, "sent_ms", 7)
    verify()
    kept = load_result()
    assert kept is not None
    assert [finding["code"] for finding in kept.findings] == ["entry_changed"]


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"found": 0}', b"\xff"])
def test_a_damaged_result_counts_as_none(content: bytes, data_dir: Any) -> None:
    save_result(result_of(Report(), 1))
    assert load_result() == result_of(Report(), 1)
    (data_dir / "audit.json").write_bytes(content)
    assert load_result() is None


def test_many_findings_are_counted_and_the_first_kept() -> None:
    report = Report()
    for number in range(1_200):
        report.add("entry_missing", "Message", None, None, leaf_index=number)
    assert (report.found, len(report.findings), len(result_of(report, 1).findings)) == (1_200, 1_000, 100)
