"""What may be done to a post: every allow beside its deny, alone, in one batch, and after the words are gone."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models import Count

from ledger.blocks.genesis import ensure_genesis
from ledger.core.records import SYSTEM_AUTHOR
from ledger.errors import RecordError
from ledger.models import Message
from ledger.recording import acts
from ledger.recording.batches import Recorded, record, record_batch
from ledger.recording.drafts import Draft
from ledger.recording.erasing import Erasure, erase
from ledger.sealing import seal
from ledger.tests.builders import ALICE, BOB, draft, post, room_id
from ledger.tests.rooms import assert_rooms_are_whole
from ledger.tests.sealed import assert_valid

pytestmark = pytest.mark.django_db(transaction=True)

THUMB = {"emoji": "👍"}
BODIES: dict[str, Any] = {"edit": {"text": "mended"}, "delete": None, "react": THUMB, "unreact": THUMB}


def act(kind: str, target: Message, **more: Any) -> Draft:
    return draft(kind=kind, ref=bytes(target.hash), body=BODIES[kind], **{"room": target.room, "author": ALICE} | more)


def refusal(refused: Draft) -> str:
    before = Message.objects.count()
    with pytest.raises(RecordError) as caught:
        record(refused)
    assert Message.objects.count() == before
    return caught.value.code


def wipe(target: Message) -> None:
    erase(Erasure(post=target, author=ALICE, client_id=uuid4(), sent_ms=1, reason="asked"))


@pytest.mark.parametrize("kind", ["edit", "delete"])
def test_only_its_author_changes_or_deletes_a_post(kind: str) -> None:
    target = post("first")
    assert refusal(act(kind, target, author=BOB)) == "forbidden"
    assert refusal(act(kind, post("the system", author=SYSTEM_AUTHOR))) == "forbidden"
    assert not record(act(kind, target)).duplicate


@pytest.mark.parametrize("kind", ["react", "unreact"])
def test_everybody_reacts(kind: str) -> None:
    target = post("first", author=SYSTEM_AUTHOR)
    for author in (ALICE, BOB):
        assert not record(act(kind, target, author=author)).duplicate


@pytest.mark.parametrize("kind", BODIES)
def test_an_act_points_at_a_post_of_its_own_room(kind: str) -> None:
    target = post("first")
    edit = record(act("edit", target)).message
    assert refusal(act(kind, edit)) == "not_found"
    assert refusal(act(kind, target, room=room_id(1))) == "not_found"
    assert refusal(draft(kind=kind, ref=bytes(32), body=BODIES[kind])) == "not_found"
    assert refusal(draft(kind=kind, ref=None, body=BODIES[kind])) == "not_found"
    assert not record(act(kind, target)).duplicate


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize("gone", ["deleted", "erased"])
def test_nothing_is_done_to_a_post_whose_words_are_gone(kind: str, gone: str) -> None:
    target = post("first")
    before = act(kind, target)
    if kind != "delete" or gone == "erased":
        record(before)
    wipe(target) if gone == "erased" else record(act("delete", target))
    assert refusal(act(kind, target)) == "not_found"
    if kind != "delete" or gone == "erased":
        assert record(before).duplicate, "an acknowledgement that was missed is given again, whatever came since"


def test_within_one_batch_the_order_decides() -> None:
    target = post("first")
    done = [act("edit", target), act("delete", target), act("edit", target), act("react", target, author=BOB)]
    results = record_batch([*done, draft("another")])
    assert [getattr(result, "code", "recorded") for result in results] == [
        *("recorded", "recorded", "not_found", "not_found", "recorded")
    ]
    assert [result.message.room_seq for result in results if isinstance(result, Recorded)] == [2, 3, 4]


def test_one_person_does_no_more_than_so_much_to_one_post(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever shows the post reads all of it."""
    monkeypatch.setattr(acts, "MOST_EACH", {"edit": 3, "react": 3, "unreact": 6})
    target = post("first")
    for kind in ("react", "unreact", "react"):
        record(act(kind, target))
    assert refusal(act("react", target)) == refusal(act("edit", target)) == "forbidden"
    assert not record(act("react", target, author=BOB)).duplicate
    assert not record(act("react", post("another"))).duplicate
    for _ in range(3):
        record(act("unreact", target))
    assert refusal(act("unreact", target)) == "forbidden"
    assert not record(act("delete", target)).duplicate


def test_within_one_batch_too_and_of_all_people_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "MOST_EACH", {"edit": 2, "react": 2, "unreact": 4})
    monkeypatch.setattr(acts, "MOST_REACTIONS", 3)
    target = post("first")
    batch = [act("react", target, author=author) for author in (ALICE, ALICE, ALICE, BOB, BOB)]
    codes = [getattr(result, "code", "recorded") for result in record_batch(batch)]
    assert codes == ["recorded", "recorded", "forbidden", "recorded", "forbidden"]
    assert refusal(act("react", target, author=BOB)) == "forbidden"
    assert not record(act("unreact", target, author=BOB)).duplicate


@pytest.mark.skipif("connection.vendor == 'mongodb'", reason="it looks into SQL")
def test_of_a_post_that_many_reacted_to_few_rows_are_read() -> None:
    rows: list[int] = []

    def count(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        if "GROUP BY" in sql:
            execute(f"SELECT count(*) FROM ({sql}) AS asked", values, many, context)
            rows.append(context["cursor"].fetchone()[0])
        return execute(sql, values, many, context)

    target = post("first")
    record_batch([act("react", target, author=UUID(int=number)) for number in range(1, 50)])
    record(act("edit", target))
    with connection.execute_wrapper(count):
        record(act("react", target))
    assert rows == [1, 1]  # her own edit, and how many reactions there are


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="a server plans by its statistics")
def test_what_was_done_to_a_post_is_found_by_its_kind_and_counted_in_the_index() -> None:
    done = Message.objects.filter(ref=bytes(32), kind="react")
    assert "USING INDEX message_refs (ref=? AND kind=?)" in done.explain()
    assert "COVERING INDEX message_refs" in done.values_list("ref").annotate(count=Count("*")).explain()


def test_what_was_deleted_can_still_be_erased_and_the_log_stays_valid() -> None:
    ensure_genesis()
    target = post("first")
    for kind in ("react", "edit", "unreact", "delete"):
        record(act(kind, target))
    wipe(target)
    seal()
    assert Message.objects.filter(kind="erase").count() == 2
    assert_rooms_are_whole()
    assert_valid()
