from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from chat.delivery import store
from chat.membership.opening import open_direct
from chat.models import ReadPosition, Room
from chat.notifying.unread import count_unread
from chat.rooms import ensure_world
from chat.tests.entries import post
from ledger.blocks.genesis import ensure_genesis
from ledger.models import Block, Message
from ledger.recording.batches import record_batch
from ledger.recording.drafts import Draft
from ledger.sealing import seal

CELLAR = UUID(int=7)


@pytest.fixture
def world(db: None) -> Room:
    return ensure_world()


def test_a_page_after_and_a_page_before_are_in_order(alice: User) -> None:
    for number in range(6):
        post(f"{number}", alice)
    assert [seq for seq, _ in store.read_after(Room.WORLD, 2, 3)] == [3, 4, 5]
    assert [seq for seq, _ in store.read_before(Room.WORLD, 5, 3)] == [2, 3, 4]
    assert [row.room_seq for row in store.find_before(Room.WORLD, None, 2)] == [5, 6]
    assert store.read_after(Room.WORLD, 6, 3) == []


def test_long_entries_fill_a_page_before_its_limit(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "FRAME_BYTES", 3 * store.EVENT_BYTES + 2 * 400)
    for _ in range(6):
        post("x" * 100, alice)
    assert [seq for seq, _ in store.read_after(Room.WORLD, 1, 200)] == [2, 3, 4]
    assert [seq for seq, _ in store.read_before(Room.WORLD, 6, 200)] == [3, 4, 5]
    post("x" * 5000, alice)
    assert [seq for seq, _ in store.read_after(Room.WORLD, 6, 200)] == [7], "one at least"


def test_heads_are_one_query(alice: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    post("a", alice)
    post("b", alice, room=CELLAR)
    post("c", alice, room=CELLAR)
    with django_assert_num_queries(1):
        assert store.find_heads([Room.WORLD, CELLAR, uuid4()]) == {Room.WORLD: 1, CELLAR: 2}


def test_a_post_is_held_by_its_own_room_alone(alice: User) -> None:
    row = post("a", alice)
    assert store.holds_post(Room.WORLD, bytes(row.hash))
    assert not store.holds_post(CELLAR, bytes(row.hash))
    assert not store.holds_post(Room.WORLD, bytes(32))


def test_what_opens_a_room_cannot_be_replied_to(world: Room) -> None:
    opening = Message.objects.get(kind="room.create")
    assert not store.holds_post(Room.WORLD, bytes(opening.hash))


def test_a_sealing_names_rooms_and_leaves(alice: User) -> None:
    ensure_genesis()
    post("before", alice)
    seal()
    rows = [post("a", alice), post("b", alice), post("c", alice, room=CELLAR)]
    seal()
    post("pending", alice)
    (sealing,) = store.find_sealings(1, {Room.WORLD: 3, CELLAR: 1, uuid4(): 1})
    leaves = {row.room_seq: Message.objects.get(pk=row.pk).leaf_index for row in rows}
    assert sealing.rooms == {Room.WORLD: 3, CELLAR: 1}
    assert sealing.leaves == {Room.WORLD: {3: leaves[3]}, CELLAR: {1: Message.objects.get(pk=rows[2].pk).leaf_index}}
    assert (sealing.height, sealing.block["first_leaf"], sealing.block["tree_size"]) == (2, 3, 7)
    assert sealing.block["previous"] == Block.objects.get(height=1).hash.hex()
    assert store.find_sealed(Room.WORLD) == 3


def test_a_block_without_checkpoint_is_told_to_nobody(alice: User) -> None:
    ensure_genesis()
    post("a", alice)
    seal()
    tip = store.find_tip()
    assert tip is not None
    assert (tip.height, store.find_sealed(Room.WORLD)) == (1, 1)
    Block.objects.filter(height=1).update(checkpoint=None)
    tip = store.find_tip()
    assert tip is not None
    assert (tip.height, store.find_sealed(Room.WORLD)) == (0, 0)
    assert store.find_sealings(0, {Room.WORLD: 1}) == []


def test_a_read_position_never_goes_back_nor_beyond_the_head(
    alice: User, bob: User, world: Room, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(6):
        post("x", bob)  # The head is at 10.
    store.save_read_positions({(alice.pk, Room.WORLD): 5, (bob.pk, Room.WORLD): 7})
    stand = store.save_read_positions({(alice.pk, Room.WORLD): 3, (bob.pk, Room.WORLD): 999})
    assert stand == {(alice.pk, Room.WORLD): 5, (bob.pk, Room.WORLD): 10}
    assert dict(ReadPosition.objects.values_list("user", "seq")) == {alice.pk: 5, bob.pk: 10}
    assert [(room.slug, seq) for room, seq in store.find_rooms(alice)] == [("world", 5)]


def test_of_accounts_nothing_is_read_but_what_conversations_are_called(alice: User, bob: User, world: Room) -> None:
    open_direct(alice, [bob])
    with CaptureQueriesContext(connection) as captured:
        assert [room.name for room, _ in store.find_rooms(alice)] == ["bob", "World"]
    assert "password" not in str(captured.captured_queries)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="a server plans by its statistics")
def test_whether_anybody_came_or_went_is_read_from_an_index_alone(alice: User) -> None:
    with CaptureQueriesContext(connection) as captured:
        store.membership_mark()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {captured.captured_queries[0]['sql']}")
        assert "COVERING INDEX membership_stamp" in str(cursor.fetchall())


def test_the_position_of_one_in_one_room_moves_no_other(
    alice: User, bob: User, world: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "CONDITIONS", 1)
    post("x", bob, room=CELLAR)
    cellar = Room.objects.create(pk=CELLAR, slug="cellar", name="Cellar")
    ReadPosition.objects.create(user=alice, room=cellar, seq=0)
    gone = uuid4()
    store.save_read_positions({(alice.pk, Room.WORLD): 2, (bob.pk, CELLAR): 1, (gone, CELLAR): 1})
    rows = ReadPosition.objects.values_list("user", "room", "seq")
    assert set(rows) == {(alice.pk, Room.WORLD, 2), (bob.pk, CELLAR, 1), (alice.pk, CELLAR, 0)}


def test_places_are_heads_and_how_far_rooms_are_in_blocks(alice: User) -> None:
    ensure_genesis()
    for room in (Room.WORLD, CELLAR):
        post("a", alice, room=room)
    seal()
    post("pending", alice)
    nowhere = uuid4()
    assert store.find_sealed_heads([Room.WORLD, CELLAR, nowhere]) == {
        Room.WORLD: (2, 1),
        CELLAR: (1, 1),
        nowhere: (0, 0),
    }


def test_a_thousand_rooms_with_something_pending_cost_few_queries(
    alice: User, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(store, "REACHES", (2, 4))
    ensure_genesis()
    rooms = [uuid4() for _ in range(1001)]
    record_batch([Draft("post", room, alice.pk, uuid4(), sent_ms=1, body={"text": "a"}) for room in rooms[:6] * 2])
    seal()
    pending = [room for number, room in enumerate(rooms) for _ in range(number + 1 if number < 6 else 1)]
    record_batch([Draft("post", room, alice.pk, uuid4(), sent_ms=1, body={"text": "b"}) for room in pending])
    with django_assert_max_num_queries(20):
        places = store.find_sealed_heads(rooms)
    assert places == {room: (store.find_heads([room])[room], store.find_sealed(room)) for room in rooms}
    assert [places[room] for room in rooms[:7]] == [(3, 2), (4, 2), (5, 2), (6, 2), (7, 2), (8, 2), (1, 0)]


def test_a_thousand_rooms_are_no_more_than_a_query_can_hold(alice: User, bob: User) -> None:
    ensure_genesis()
    rooms = [uuid4() for _ in range(1001)]
    record_batch([Draft("post", room, bob.pk, uuid4(), sent_ms=1, body={"text": "@room"}) for room in rooms])
    seal()
    (sealing,) = store.find_sealings(0, dict.fromkeys(rooms, 1))
    assert sealing.leaves.keys() == set(rooms)
    assert count_unread(alice.pk, dict.fromkeys(rooms, (0, 1))).keys() == set(rooms)


def test_an_inactive_account_has_no_rooms(alice: User, world: Room) -> None:
    assert [room.slug for room, _ in store.find_rooms(alice)] == ["world"]
    alice.is_active = False
    assert store.find_rooms(alice) == []
