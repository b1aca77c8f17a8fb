"""A room costs the same however long it is."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from chat.delivery import store
from chat.erasing import erase_message
from chat.models import Pin, ReadPosition, Room
from chat.notifying.unread import count_unread
from chat.rooms import ensure_world
from chat.tests.entries import post
from ledger.models import RoomHead
from ledger.recording.batches import record_batch
from ledger.recording.drafts import Draft

BATCH = 1000


def fill(author: User, length: int) -> None:
    """Posts, recorded as all are, until the World has so many entries."""
    head = RoomHead.objects.get(pk=Room.WORLD).seq
    drafts = [
        Draft("post", Room.WORLD, author.pk, uuid4(), sent_ms=1, body={"text": f"{seq}"})
        for seq in range(head + 1, length + 1)
    ]
    for start in range(0, len(drafts), BATCH):
        record_batch(drafts[start : start + BATCH])


def queries(function: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        function()
    return len(captured)


@pytest.mark.django_db(transaction=True)
def test_opening_a_room_of_100000_messages_costs_as_many_queries_as_one_of_100(
    alice: User, bob: User, client: Client
) -> None:
    ensure_world()
    client.force_login(bob)
    ReadPosition.objects.create(user=bob, room_id=Room.WORLD, seq=50)
    found = []
    for length in (100, 100_000):
        fill(alice, length)
        client.get("/rooms/world/")  # writes down that the session is in use; not each one does
        found.append([queries(step) for step in openings(client, bob, length)])
    assert found[0] == found[1]
    assert 0 < sum(found[0]) < 60


def openings(client: Client, user: User, length: int) -> list[Callable[[], object]]:
    """What a page, a socket and its pages of history ask for."""
    return [
        lambda: client.get("/rooms/world/"),
        lambda: store.find_rooms(user),
        lambda: store.find_heads([Room.WORLD]),
        lambda: store.find_sealed(Room.WORLD),
        lambda: count_unread(user.pk, {Room.WORLD: (50, length)}),
        lambda: store.read_after(Room.WORLD, length // 2, 200),
        lambda: store.read_before(Room.WORLD, length // 2, 200),
    ]


@pytest.mark.django_db(transaction=True)
def test_no_entries_are_read_but_those_that_are_asked_for(alice: User, client: Client) -> None:
    """SQLite, asked for a room and for hashes, takes the room where there are two hashes or more."""
    ensure_world()
    client.force_login(alice)
    rows = [post(f"{number}", alice) for number in range(3)]
    Pin.objects.bulk_create(Pin(room_id=Room.WORLD, seq=row.room_seq, by=alice, pinned_ms=1) for row in rows)
    plans: list[str] = []

    def explain(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        if 'FROM "ledger_message"' in sql and "LIMIT" not in sql:
            execute(f"EXPLAIN QUERY PLAN {sql}", values, many, context)
            plans.extend(detail for *_, detail in context["cursor"].fetchall())
        return execute(sql, values, many, context)

    with connection.execute_wrapper(explain):
        page = client.get("/rooms/world/").content.decode()
        erase_message(alice, rows[0], uuid4(), "asked")
    assert "data-pin-count>3<" in page
    assert any("message_refs" in plan for plan in plans)
    assert not [plan for plan in plans if plan.endswith("(room=?)") or plan.startswith("SCAN ledger_message")]
