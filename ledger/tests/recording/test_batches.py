"""What happens to a batch of drafts."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.db import DataError, IntegrityError, OperationalError, connections, transaction
from pytest_django import DjangoAssertNumQueries

from ledger.core.records import NO_ROOM, Seen, TreeHead
from ledger.errors import BadDraft, Busy, ClientIdReused, RecordError
from ledger.models import Message, RoomHead
from ledger.recording import batches
from ledger.recording.batches import Recorded, add_listener, record, record_batch
from ledger.recording.bulk import insert_messages
from ledger.recording.drafts import Draft
from ledger.tests.builders import ALICE, BOB, ROOM, draft, post, room_id
from ledger.tests.crashes import child, ends_well
from ledger.tests.rooms import assert_rooms_are_whole

pytestmark = pytest.mark.django_db(transaction=True)


def stored() -> list[Message]:
    return list(Message.objects.order_by("room", "room_seq"))


def test_an_entry_is_stored_as_it_was_drafted() -> None:
    plain = draft(
        "hällo 👋\x00",
        ref=bytes(range(32)),
        seen=Seen(3, b"s" * 32),
        checkpoint=TreeHead(9, b"r" * 32),
        salt=b"x" * 32,
        device=b"d" * 32,
        signature=b"z" * 64,
    )
    result = record(plain)
    row = Message.objects.get()
    assert not result.duplicate
    for field in Message._meta.concrete_fields:
        assert getattr(result.message, field.attname) == getattr(row, field.attname), field.attname
    assert row.body == '{"text":"hällo 👋\\u0000"}'
    assert (row.kind, row.room, row.author, row.client_id) == ("post", ROOM, ALICE, plain.client_id)
    assert (row.ref, row.salt, row.device, row.signature) == (bytes(range(32)), b"x" * 32, b"d" * 32, b"z" * 64)
    assert (row.seen_seq, row.seen_hash, row.checkpoint_size, row.checkpoint_root) == (3, b"s" * 32, 9, b"r" * 32)
    assert (row.leaf_index, row.block_id) == (None, None)
    assert_rooms_are_whole()


def test_entries_follow_each_other_within_their_room() -> None:
    drafts = [draft(str(n), room=room_id(n % 3)) for n in range(30)]
    results = record_batch(drafts[:20]) + record_batch(drafts[20:])
    assert [result.message.client_id for result in results if isinstance(result, Recorded)] == [
        plain.client_id for plain in drafts
    ]
    assert RoomHead.objects.count() == 3
    assert_rooms_are_whole()


def test_a_salt_is_drawn_for_each_entry_unless_given() -> None:
    first, second = post(), post()
    assert len(first.salt or b"") == 32
    assert first.salt != second.salt
    assert record(draft(kind="delete", body=None, ref=first.hash)).message.salt is None


def test_the_same_again_is_answered_with_the_first_row() -> None:
    plain = draft()
    first = record(plain)
    post("between")
    again = record(replace(plain, sent_ms=plain.sent_ms + 5, salt=b"n" * 32))
    assert (first.duplicate, again.duplicate) == (False, True)
    assert again.message.hash == first.message.hash
    assert len(stored()) == 2


def test_the_same_twice_in_one_batch_is_stored_once() -> None:
    plain = draft()
    results = record_batch([plain, draft("other"), plain])
    assert [isinstance(result, Recorded) and result.duplicate for result in results] == [False, False, True]
    assert len(stored()) == 2
    assert_rooms_are_whole()


@pytest.mark.parametrize(
    "change",
    [
        {"body": {"text": "something else"}},
        {"room": room_id(1)},
        {"ref": bytes(32)},
        {"kind": "edit", "ref": bytes(32)},
    ],
    ids=lambda change: "+".join(change),
)
@pytest.mark.parametrize("together", [True, False])
def test_other_content_under_a_used_client_id_is_refused(change: dict[str, Any], together: bool) -> None:
    plain = draft()
    other = replace(plain, **change)
    batches = [[plain, other]] if together else [[plain], [other]]
    results = [result for batch in batches for result in record_batch(batch)]
    assert isinstance(results[0], Recorded)
    assert isinstance(results[1], ClientIdReused)
    assert (results[1].code, results[1].retry) == ("client_id_reused", "new")
    assert len(stored()) == 1
    assert_rooms_are_whole()


def test_a_client_id_is_used_up_only_for_its_author() -> None:
    plain = draft()
    results = record_batch([plain, replace(plain, author=BOB)])
    assert [isinstance(result, Recorded) and result.duplicate for result in results] == [False, False]


def test_a_client_id_of_an_erased_message_still_answers() -> None:
    plain = draft()
    record(plain)
    Message.objects.update(body=None, salt=None)
    assert record(plain).duplicate
    with pytest.raises(ClientIdReused):
        record(replace(plain, room=room_id(1)))


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "shout"},
        {"body": None},
        {"body": {}},
        {"body": {"text": 1}},
        {"body": {"text": "a", "more": 1}},
        {"body": {"text": "\ud800"}},
        {"sent_ms": -1},
        {"sent_ms": 2**53},
        {"ref": b"short"},
        {"salt": b"short"},
        {"salt": b""},
        {"device": bytes(32)},
        {"signature": bytes(64)},
        {"device": bytes(32), "signature": b"short"},
    ],
    ids=str,
)
def test_a_bad_draft_is_refused_and_takes_no_other_along(change: dict[str, Any]) -> None:
    good = draft()
    results = record_batch([replace(draft(), **change), good])
    assert isinstance(results[0], BadDraft)
    assert (results[0].code, results[0].retry) == ("bad_frame", "no")
    assert [message.client_id for message in stored()] == [good.client_id]
    assert_rooms_are_whole()


def test_a_batch_costs_the_same_queries_however_large(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    post()
    for size in (1, 300):
        # begin, find the signed block, lock the head, look the client ids up, ask who may write, move the head, insert,
        # commit
        with django_assert_num_queries(8):
            record_batch([draft(str(n)) for n in range(size)])


def test_nothing_is_asked_for_an_empty_batch(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert record_batch([]) == []


def test_recording_inside_a_transaction_is_refused() -> None:
    """Its acknowledgement could come before the commit."""
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        record(draft())


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What a listener hears, after one that always fails."""
    heard: list[list[str]] = []
    monkeypatch.setattr(batches, "_listeners", [])

    def fail(rows: list[Message]) -> None:
        raise ZeroDivisionError

    def hear(rows: list[Message]) -> None:
        assert Message.objects.filter(id__in=[row.id for row in rows]).count() == len(rows)
        heard.append([str(row.body) for row in rows])

    add_listener(fail)
    add_listener(hear)
    return heard


def test_who_waits_is_answered_before_the_listeners_hear(told: list[list[str]]) -> None:
    heard_before: list[int] = []
    record_batch([draft("first"), draft("second")], lambda results: heard_before.append(len(told)))
    assert heard_before == [0]
    assert len(told) == 1


def test_listeners_hear_of_new_rows_once_they_are_committed(told: list[list[str]]) -> None:
    again = draft("a")
    assert record(again)
    record_batch([again, draft("b"), draft("c", room=room_id(1)), draft(kind="shout")])
    assert record(again).duplicate
    assert told == [['{"text":"a"}'], ['{"text":"b"}', '{"text":"c"}']]


Failure = Callable[[list[Message]], Exception | None]
Install = Callable[[Failure], None]


@pytest.fixture
def fail_insert(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Lets inserting fail with what the given function returns for a batch."""

    def install(failure: Failure) -> None:
        def attempt(rows: list[Message]) -> None:
            error = failure(rows)
            if error is not None:
                raise error
            insert_messages(rows)

        monkeypatch.setattr(batches, "insert_messages", attempt)

    return install


def test_a_batch_that_another_process_overtook_is_tried_again(fail_insert: Install) -> None:
    failures = iter([IntegrityError(), IntegrityError()])
    fail_insert(lambda rows: next(failures, None))
    results = record_batch([draft(), draft()])
    assert all(isinstance(result, Recorded) and not result.duplicate for result in results)
    assert_rooms_are_whole()


@pytest.mark.parametrize(("error", "refusal"), [(DataError(), BadDraft), (IntegrityError(), Busy)])
def test_one_poisoned_entry_does_not_take_the_others_along(
    fail_insert: Install, error: Exception, refusal: type[RecordError]
) -> None:
    fail_insert(lambda rows: error if any("poison" in str(row.body) for row in rows) else None)
    results = record_batch([draft("a"), draft("poison"), draft("b")])
    assert [type(result) for result in results] == [Recorded, refusal, Recorded]
    assert [row.body for row in stored()] == ['{"text":"a"}', '{"text":"b"}']
    assert_rooms_are_whole()


def test_a_database_that_fails_leaves_every_draft_to_be_sent_again(fail_insert: Install) -> None:
    fail_insert(lambda rows: OperationalError("disk full"))
    drafts = [draft(), draft()]
    results = record_batch(drafts)
    assert [type(result) for result in results] == [Busy, Busy]
    assert {result.retry for result in results if isinstance(result, RecordError)} == {"same"}
    assert stored() == []
    fail_insert(lambda rows: None)
    assert all(isinstance(result, Recorded) for result in record_batch(drafts))
    assert_rooms_are_whole()


def test_a_key_entry_lives_in_no_room() -> None:
    message = record(draft(kind="key.revoke", room=NO_ROOM, body={"device": "00" * 32, "reason": "lost"})).message
    assert (message.room, message.room_seq) == (NO_ROOM, 1)


def test_a_room_has_no_gap_and_no_fork_with_many_writers_at_once() -> None:
    """Two processes of four threads each; half of their drafts are the same in both processes."""
    shared = [draft(f"shared {n}", room=room_id(n % 2)) for n in range(40)]

    def thread(drafts: list[Draft]) -> None:
        for start in range(0, len(drafts), 5):
            assert all(isinstance(result, Recorded) for result in record_batch(drafts[start : start + 5]))
        connections.close_all()

    def process() -> None:
        own = [draft(f"own {n}", room=room_id(n % 2), client_id=uuid4()) for n in range(40)]
        mixed = [plain for pair in zip(shared, own, strict=True) for plain in pair]
        threads = [threading.Thread(target=thread, args=(mixed[n::4],)) for n in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()

    for pid in [child(process), child(process)]:
        assert ends_well(pid)
    assert len(stored()) == 40 + 2 * 40
    assert_rooms_are_whole()
