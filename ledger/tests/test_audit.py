"""The audit of a real database: what it reads, while others write; verify_chain; what is kept of it."""

import io
import json
import multiprocessing
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from ledger import auditing
from ledger.audit_results import load_result, result_of, save_result
from ledger.audit_workers import start_workers
from ledger.auditing import run_audit
from ledger.core.audit_ranges import RANGE, Vouched
from ledger.core.audit_rows import Report
from ledger.genesis import ensure_genesis
from ledger.management.commands import verify_chain
from ledger.models import Block, Message
from ledger.sealing import seal
from ledger.snapshots import snapshot
from ledger.tests.builders import ALICE, post, room_id, small_chain
from ledger.tests.tampering import set_column

pytestmark = pytest.mark.django_db(transaction=True)


def in_thread(work: Callable[[], object]) -> None:
    """With a database connection of its own, as another process would."""

    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    thread.join(timeout=10)
    assert not thread.is_alive(), "the writer waits for the reader"


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


def test_a_client_id_used_twice_is_named_where_an_intruder_dropped_the_index(monkeypatch: pytest.MonkeyPatch) -> None:
    small_chain()
    since = run_audit().state
    first, last = Message.objects.filter(author=ALICE).order_by("id")[1], post("since")
    unique = next(item for item in Message._meta.constraints if item.name == "message_client_id")
    others = [item for item in Message._meta.constraints if item is not unique]
    with monkeypatch.context() as patch, connection.schema_editor() as editor:
        patch.setattr(Message._meta, "constraints", others)
        editor.remove_constraint(Message, unique)
    try:
        set_column(Message, last.pk, "client_id", first.client_id)
        for report in (run_audit(), run_audit(since=since)):
            assert ("client_id_reused", last.pk) in {(finding.code, finding.pk) for finding in report.findings}
        set_column(Message, last.pk, "client_id", last.client_id)
    finally:
        with connection.schema_editor() as editor:
            editor.add_constraint(Message, unique)


# With workers


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


# manage.py verify_chain


def verify(*arguments: str) -> tuple[str, int]:
    """What it prints, and its exit code."""
    out = io.StringIO()
    try:
        call_command("verify_chain", *arguments, stdout=out)
    except SystemExit as stop:
        return out.getvalue(), int(stop.code or 0)
    return out.getvalue(), 0


def test_verify_chain_says_that_a_valid_chain_is_valid() -> None:
    small_chain(messages=10, blocks=2, pending=1)
    text, code = verify()
    assert code == 0
    assert text.startswith("Valid: 13 leaves in 3 blocks, 1 pending entries, 3 rooms")


def test_verify_chain_prints_a_line_for_each_finding_and_exits_with_1() -> None:
    small_chain(messages=10, blocks=2)
    row = Message.objects.sealed()[6]
    set_column(Message, row.pk, "received_ms", row.received_ms + 1)
    text, code = verify()
    line, verdict, _ = text.splitlines()
    assert code == 1
    assert line == (
        f"entry_changed Message pk={row.pk} column=received_ms room={row.room.hex} room_seq={row.room_seq} "
        f"leaf_index={row.leaf_index} height={row.block_id} expected={row.received_ms} got={row.received_ms + 1}"
    )
    assert verdict.startswith("NOT VALID, 1 findings")


def test_verify_chain_as_json_says_the_same() -> None:
    small_chain(messages=10, blocks=2)
    assert json.loads(verify("--json")[0])["valid"] is True
    row = Message.objects.sealed()[6]
    set_column(Message, row.pk, "body", '{"text":"forged"}')
    text, code = verify("--json")
    told = json.loads(text)
    assert (code, told["valid"], told["found"]) == (1, False, 1)
    assert (told["findings"][0]["code"], told["findings"][0]["pk"]) == ("body_changed", row.pk)


def test_verify_chain_goes_on_from_where_an_audit_stood(tmp_path: Path) -> None:
    file = tmp_path / "audited.json"
    small_chain(messages=10, blocks=2, pending=0)
    assert "Read from block" not in verify("--since", str(file))[0]
    first = file.read_bytes()
    post()
    seal()
    post()
    text, code = verify("--since", str(file))
    assert code == 0
    assert "Valid: 15 leaves in 4 blocks, 1 pending entries" in text
    assert "; 2 entries in" in text
    assert "Read from block 2 on" in text
    assert file.read_bytes() != first


def test_what_came_since_is_audited_and_a_finding_leaves_the_state_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "audited.json"
    small_chain(messages=10, blocks=2)
    verify("--since", str(file))
    state, before = file.read_bytes(), Message.objects.sealed()[6]
    result = load_result()
    set_column(Message, before.pk, "sent_ms", before.sent_ms + 1)
    assert verify("--since", str(file))[1] == 0  # not read again
    assert load_result() == result
    set_column(Message, before.pk, "sent_ms", before.sent_ms)
    row = post()
    seal()
    set_column(Message, row.pk, "sent_ms", row.sent_ms + 1)
    text, code = verify("--since", str(file))
    assert code == 1
    assert text.startswith(f"entry_changed Message pk={row.pk} ")
    assert file.read_bytes() == state
    kept = load_result()
    assert kept is not None
    assert not kept.valid


@pytest.mark.parametrize("content", ["", "{}", "no state"])
def test_a_file_that_is_no_state_is_left_alone(tmp_path: Path, content: str) -> None:
    ensure_genesis()
    file = tmp_path / "notes.txt"
    file.write_text(content)
    with pytest.raises(CommandError, match=r"notes\.txt: this is no state of an audit"):
        verify("--since", str(file))
    assert file.read_text() == content
    with pytest.raises(CommandError, match="no folder"):
        verify("--since", str(tmp_path / "nowhere" / "state.json"))


def test_verify_chain_shows_its_progress_where_a_person_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    seconds = iter(range(100))
    monkeypatch.setattr("time.monotonic", lambda: float(next(seconds)))
    out = Terminal()
    bar = verify_chain.ProgressBar(200, out)
    bar.show(50)
    bar.show(100)
    bar.clear()
    assert " 50%  100 of 200 entries, 50/s" in out.getvalue()
    assert out.getvalue().endswith("\r\033[K")


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
