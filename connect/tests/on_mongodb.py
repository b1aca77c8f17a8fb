"""What Django promises of a database, where it is MongoDB. Run by test_mongodb.py alone."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Model

from accounts.models import User, UserSession
from accounts.upsert import upsert
from chat.models import Room
from connect.mongo import collection
from ledger.models import Message

EACH = 8
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room() -> Room:
    return Room.objects.create(slug="here", name="Here")


@pytest.fixture
def elsewhere() -> Iterator[Callable[[Callable[[], Any]], Any]]:
    """Does it in another thread, over another connection, and says what came of it."""
    with ThreadPoolExecutor(1) as thread:
        yield lambda work: thread.submit(work).result()


def test_a_failure_undoes_all_of_a_transaction(room: Room) -> None:
    done: list[str] = []

    @transaction.atomic
    def fail() -> None:
        Room.objects.update(name="There")
        Group.objects.create(name="group")
        transaction.on_commit(lambda: done.append("committed"))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (Room.objects.get().name, Group.objects.count(), done) == ("Here", 0, [])


def test_what_waits_for_a_commit_is_done_after_it(room: Room) -> None:
    done: list[str] = []
    with transaction.atomic():
        Room.objects.update(name="There")
        transaction.on_commit(lambda: done.append(Room.objects.get().name))
        assert done == []
    assert done == ["There"]


def test_others_see_nothing_before_the_commit(room: Room, elsewhere: Callable[..., Any]) -> None:
    with transaction.atomic():
        Room.objects.update(name="There")
        assert elsewhere(lambda: Room.objects.get().name) == "Here"
    assert elsewhere(lambda: Room.objects.get().name) == "There"


def test_a_row_that_was_selected_for_update_changes_for_nobody_else(room: Room, elsewhere: Callable[..., Any]) -> None:
    """Though the first writes it nowhere: what it decides by stands until it commits."""

    def rename() -> str:
        try:
            with transaction.atomic():
                Room.objects.update(name="There")
        except IntegrityError:
            return "refused"
        return "renamed"

    with transaction.atomic():
        Room.objects.select_for_update().get(pk=room.pk)
        assert elsewhere(rename) == "refused"
    assert elsewhere(rename) == "renamed"


def test_who_begins_with_a_row_that_another_holds_waits_for_it(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    met, is_free = Event(), Event()

    def wait() -> None:
        met.set()
        is_free.wait()

    monkeypatch.setattr(collection, "_pause", wait)

    @transaction.atomic
    def rename() -> str:
        Room.objects.update(topic="There")
        return Room.objects.get().name

    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            Room.objects.update(name="There")
            renamed = thread.submit(rename)
            met.wait()
        is_free.set()
        assert renamed.result() == "There"


def test_a_session_that_asks_for_many_pages_at_once_is_noted_by_all(alice: User) -> None:
    together = Barrier(EACH)

    def note(number: int) -> None:
        together.wait()
        upsert(UserSession, {"session_key": "one"}, {"user": alice, "user_agent": str(number)})

    with ThreadPoolExecutor(EACH) as threads:
        assert list(threads.map(note, range(EACH))) == [None] * EACH
    assert UserSession.objects.count() == 1


def test_a_read_without_a_lock_stops_nobody(room: Room, elsewhere: Callable[..., Any]) -> None:
    with transaction.atomic():
        Room.objects.get(pk=room.pk)
        elsewhere(lambda: Room.objects.update(name="There"))
        assert Room.objects.get().name == "Here"  # one moment, as long as it lasts
    assert Room.objects.get().name == "There"


def test_after_a_failure_the_next_transaction_works(room: Room) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Room.objects.create(slug="here", name="Once more")
    with transaction.atomic():
        Room.objects.create(slug="there", name="There")
    assert Room.objects.count() == 2


def test_a_value_that_the_database_refuses_is_an_error_of_djangos() -> None:
    with pytest.raises(DatabaseError):
        Group.objects.create(name="x" * 17_000_000)


def test_keys_of_foreign_tables_are_numbers_that_grow() -> None:
    keys = [Group.objects.create(name=str(number)).pk for number in range(3)]
    keys += [group.pk for group in Group.objects.bulk_create(Group(name=f"more {number}") for number in range(3))]
    assert keys == sorted(set(keys)) == list(Group.objects.order_by("pk").values_list("pk", flat=True))
    assert all(0 < key < 2**63 for key in keys)


@pytest.mark.parametrize(
    ("model", "index", "columns"),
    [
        (Message, "message_room_seq", ["room", "room_seq"]),
        (Message, "message_client_id", ["client_id", "author"]),
        (User, None, ["name_lower"]),
    ],
)
def test_an_index_of_what_is_never_null_has_no_condition(
    model: type[Model], index: str | None, columns: list[str]
) -> None:
    """With one the planner would not take it, and each look-up would read the table."""
    indexes = connection.get_collection(model._meta.db_table).index_information()  # type: ignore[attr-defined]
    found = [each for each in indexes.values() if [column for column, _ in each["key"]] == columns]
    assert ["partialFilterExpression" in each for each in found if each.get("unique")] == [False]
    assert index is None or index in indexes


def test_the_index_of_what_is_rare_in_a_room_holds_nothing_else() -> None:
    rare = connection.get_collection(Message._meta.db_table).index_information()["message_rare"]  # type: ignore[attr-defined]
    kinds = [each["kind"]["$eq"] for each in rare["partialFilterExpression"]["$or"] if "kind" in each]
    assert kinds == ["erase", "member.join", "member.remove", "room.create", "room.update"]


def test_any_number_of_messages_waits_for_its_leaf_and_no_leaf_is_given_twice() -> None:
    indexes = connection.get_collection(Message._meta.db_table).index_information()  # type: ignore[attr-defined]
    (leaves,) = [each for each in indexes.values() if each["key"] == [("leaf_index", 1)]]
    assert (leaves["unique"], leaves["partialFilterExpression"]) == (True, {"leaf_index": {"$type": "long"}})
