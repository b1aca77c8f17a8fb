"""Erasure in the ledger: the words go for good, everything that proves there were words stays."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection

import connect_verify
from ledger.audit.auditing import run_audit
from ledger.blocks.genesis import ensure_genesis
from ledger.core.checkpoints import parse_receipt
from ledger.core.records import SYSTEM_AUTHOR
from ledger.errors import ClientIdReused, NotErasable
from ledger.log.receipts import make_receipt
from ledger.models import Genesis, Message
from ledger.recording.batches import _listeners, add_listener, record
from ledger.recording.erasing import Erasure, erase
from ledger.sealing import seal
from ledger.tests.builders import BOB, draft, post, room_id
from ledger.tests.crashes import Countdown, Crash, raise_crash, steps
from ledger.tests.recording.traces import files_with
from ledger.tests.rooms import assert_rooms_are_whole
from ledger.tests.sealed import assert_valid

SECRET = "the-password-is-0f8b1c"
on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="it looks into SQLite's own files")


@pytest.fixture(autouse=True)
def _genesis(transactional_db: None) -> None:
    ensure_genesis()


def wish(target: Message, **changes: object) -> Erasure:
    plain = Erasure(target, author=BOB, client_id=uuid4(), sent_ms=1, reason="it was a secret")
    return replace(plain, **changes)  # type: ignore[arg-type]


def bodies() -> list[str | None]:
    return list(Message.objects.order_by("id").values_list("body", flat=True))


def found_codes() -> list[str]:
    return [finding.code for finding in run_audit().findings]


def test_body_and_salt_go_and_an_entry_names_what_went() -> None:
    target, other = post(SECRET), post("stays")
    (entry,) = erase(wish(target))
    gone = Message.objects.get(pk=target.pk)
    assert (gone.body, gone.salt) == (None, None)
    assert gone.record(settings.LOG_ORIGIN) == target.record(settings.LOG_ORIGIN)
    assert (entry.kind, entry.ref, entry.author, entry.body) == (
        "erase",
        target.hash,
        BOB,
        '{"reason":"it was a secret"}',
    )
    assert Message.objects.get(pk=other.pk).body == '{"text":"stays"}'
    assert_rooms_are_whole()
    assert_valid()
    seal()
    assert_valid()


def test_each_version_goes_and_has_its_entry() -> None:
    target = post(SECRET)
    edits = [post(f"{SECRET} {n}", kind="edit", ref=target.hash) for n in range(2)]
    reply = post("a reply stays", ref=target.hash)
    other = post("elsewhere", ref=target.hash, room=room_id(1))
    entries = erase(wish(target))
    assert [entry.ref for entry in entries] == [row.hash for row in (target, *edits)]
    assert {row.pk for row in Message.objects.filter(body=None)} == {row.pk for row in (target, *edits)}
    assert Message.objects.filter(pk__in=[reply.pk, other.pk], body__isnull=False).count() == 2
    seal()
    assert_valid()


def test_listeners_hear_of_the_entries() -> None:
    target, heard = post(SECRET), list[Message]()
    add_listener(heard.extend)
    try:
        entries = erase(wish(target))
    finally:
        _listeners.remove(heard.extend)
    assert heard == entries


def test_the_same_wish_twice_is_one_erasure() -> None:
    target = post(SECRET)
    again = wish(target)
    assert len(erase(again)) == 1
    assert erase(again) == []
    assert erase(wish(target)) == []
    assert Message.objects.filter(kind="erase").count() == 1


def test_a_client_id_that_said_something_else_erases_nothing() -> None:
    target = post(SECRET)
    used = post("hello", author=BOB)
    before = bodies()
    with pytest.raises(ClientIdReused):
        erase(wish(target, client_id=used.client_id))
    assert bodies() == before


def test_a_sender_that_missed_its_acknowledgement_does_not_bring_the_words_back() -> None:
    said = draft(SECRET)
    erase(wish(record(said).message))
    assert record(said).duplicate
    assert SECRET not in str(bodies())


@pytest.mark.parametrize("kind", ["erase", "edit", "room.create"])
def test_only_posts_are_erased(kind: str) -> None:
    first = post("first")
    body = {"erase": {"reason": "asked"}, "edit": {"text": "b"}, "room.create": {"name": "", "topic": "", "access": ""}}
    target = post(kind=kind, ref=first.hash if kind != "room.create" else None, body=body[kind], room=first.room)
    with pytest.raises(NotErasable):
        erase(wish(target))
    assert Message.objects.get(pk=target.pk).body is not None


def test_the_systems_words_stay() -> None:
    target = post("welcome", author=SYSTEM_AUTHOR)
    with pytest.raises(NotErasable):
        erase(wish(target))
    assert None not in bodies()


def test_who_says_no_inside_the_transaction_keeps_everything() -> None:
    target = post(SECRET)
    before = bodies()

    def refuse() -> None:
        assert connection.in_atomic_block
        raise PermissionError

    with pytest.raises(PermissionError):
        erase(wish(target, allow=refuse))
    assert bodies() == before


@pytest.mark.parametrize("elsewhere", [True, False], ids=["another room", "a later entry"])
def test_an_entry_erases_nothing_of_another_room_and_nothing_later(elsewhere: bool) -> None:
    target = post(SECRET)
    ref = target.hash if elsewhere else bytes(32)
    post(kind="erase", ref=ref, body={"reason": ""}, room=room_id(1) if elsewhere else target.room)
    assert None not in bodies()


# What an audit says


def forget(target: Message) -> None:
    Message.objects.filter(pk=target.pk).update(body=None, salt=None)


def test_a_body_that_is_gone_without_an_entry_is_found() -> None:
    forget(post(SECRET))
    assert found_codes() == ["body_missing"]
    seal()
    assert found_codes() == ["body_missing"]


@pytest.mark.parametrize("forgery", ["another room", "earlier"])
def test_a_forged_entry_excuses_nothing(forgery: str) -> None:
    """Whether its author might erase is not in the ledger: that is for the server, and for whoever reads the entry."""
    if forgery == "earlier":
        excuse = post(kind="erase", ref=bytes(32), body={"reason": ""})
        target = post(SECRET)
        Message.objects.filter(pk=excuse.pk).update(ref=target.hash)
    else:
        target = post(SECRET)
        post(kind="erase", ref=target.hash, body={"reason": ""}, room=room_id(1))
    forget(target)
    assert "body_missing" in found_codes()


def test_words_put_back_other_than_they_were_are_found() -> None:
    target = post(SECRET)
    erase(wish(target))
    Message.objects.filter(pk=target.pk).update(body='{"text":"invented"}', salt=bytes(32))
    assert found_codes() == ["body_changed"]


# Receipts


def verdict(text: str, folder: Path) -> int:
    path = folder / "message.tlog-proof"
    path.write_text(text)
    return connect_verify.main([str(path), "--key", Genesis.objects.get().key, "--json"])


def test_old_receipts_still_prove_the_words_and_new_ones_that_there_were_some(tmp_path: Path) -> None:
    target = post(SECRET)
    seal()
    sealed = Message.objects.select_related("block").filter(pk=target.pk)
    old = make_receipt(sealed.get())
    erase(wish(target))
    new = make_receipt(sealed.get())
    extra = json.loads(parse_receipt(new).extra)
    assert (extra["erased"], extra["body"], extra["salt"]) == (True, None, None)
    assert json.loads(parse_receipt(old).extra)["body"] == {"text": SECRET}
    assert (verdict(old, tmp_path), verdict(new, tmp_path)) == (0, 0)


# Nothing halfway, nothing left behind


def test_a_crash_between_any_two_steps_leaves_all_or_nothing() -> None:
    crashes = 0
    for step in range(1, 100):
        target = post(SECRET)
        post(f"{SECRET} again", kind="edit", ref=target.hash)
        before = Message.objects.count()
        try:
            with steps(Countdown(step, raise_crash)):
                erase(wish(target))
        except Crash:
            connection.close()
            crashes += 1
        erased, entries = Message.objects.filter(body=None).count(), Message.objects.filter(kind="erase").count()
        assert erased == entries
        assert Message.objects.count() - before in (0, 2)
        if step > crashes:
            break
    assert crashes > 5
    assert_rooms_are_whole()
    assert_valid()


@on_sqlite
def test_the_database_file_holds_the_words_no_more() -> None:
    targets = [post(f"{SECRET} {n} " + "x" * (n * 37 % 9000)) for n in range(60)]
    seal()
    for target in targets[:30]:
        post(f"{SECRET} mended", kind="edit", ref=target.hash)
    assert files_with(SECRET)
    for target in targets:
        erase(wish(target))
    assert files_with(SECRET) == []


@on_sqlite
def test_a_reader_delays_the_end_of_the_write_ahead_log_and_not_the_erasure(reading: Callable[[], None]) -> None:
    target = post(SECRET)
    reading()
    erase(wish(target))
    assert SECRET not in str(bodies())
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone() == (20_000,)


@pytest.fixture
def reading() -> Iterator[Callable[[], None]]:
    """Begins another connection's read transaction; it ends with the test."""
    other = sqlite3.connect(settings.DATABASES["default"]["NAME"])

    def begin() -> None:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM ledger_message").fetchone()

    yield begin
    other.close()


def test_versions_are_found_by_an_index() -> None:
    rows = Message.objects.filter(kind="edit", ref=bytes(32))
    assert "message_refs" in rows.explain()
