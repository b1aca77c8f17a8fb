"""Unread and mentions, counted from rows. That a recount by hand finds the same is for test_random_acts.py."""

from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from chat.delivery.store import find_heads
from chat.models import Room, UnreadMark
from chat.notifying import unread
from chat.notifying.unread import Unread, count_unread
from chat.rooms import ensure_world
from chat.tests.entries import act, post
from ledger.models import Message

pytestmark = pytest.mark.django_db(transaction=True)

CELLAR = UUID(int=7)


@pytest.fixture
def world(db: None) -> Room:
    return ensure_world()


def count(user: User, read: int, head: int, room: UUID = Room.WORLD) -> Unread:
    return count_unread(user.pk, {room: (read, head)}).get(room, Unread())


def test_unread_is_posts_by_others_after_the_position(
    alice: User, bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for author in (alice, bob, bob, alice, bob):
        post("x", author)
    with django_assert_num_queries(4):
        assert count(alice, 1, 5) == (3, 0)
    assert count(alice, 3, 5) == (1, 0)
    assert count(alice, 3, 4) == (0, 0)
    with django_assert_num_queries(1):
        assert count_unread(alice.pk, {Room.WORLD: (5, 5)}) == {}
    with django_assert_num_queries(0):
        assert count_unread(alice.pk, {}) == {}


def test_unread_is_looked_for_among_the_newest_only(alice: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unread, "COUNTED", 2)
    for _ in range(5):
        post("x", bob)
    assert count(alice, 0, 5).unread == 2


def test_who_has_left_many_rooms_unread_is_told_of_the_newest_in_each(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unread, "ROWS", 10)
    lengths = {UUID(int=1): 2, UUID(int=2): 9, UUID(int=3): 7}
    for room, length in lengths.items():
        for number in range(length):
            post("@alice oldest" if number == 0 else "x", bob, room=room)
    spans = {room: (0, length) for room, length in lengths.items()}
    with CaptureQueriesContext(connection) as queries:
        counts = count_unread(alice.pk, spans)
    assert list(counts.values()) == [(2, 1), (4, 0), (4, 0)]
    assert len(queries) == 4
    short = {room: (max(0, length - 3), length) for room, length in lengths.items()}
    assert [told.unread for told in count_unread(alice.pk, short).values()] == [2, 3, 3], "these fit"


def test_what_is_deleted_or_erased_waits_for_nobody(alice: User, bob: User) -> None:
    for text in ("stays", "@alice goes", "@alice is erased"):
        post(text, bob)
    rows = list(Message.objects.order_by("room_seq"))
    act("delete", rows[1], bob)
    Message.objects.filter(pk=rows[2].pk).update(body=None, salt=None)
    assert count(alice, 0, 4) == (1, 0)


@pytest.mark.parametrize(
    ("text", "is_mention"),
    [
        ("@alice look", True),
        ("look, @ALICE.", True),
        ("everybody @room", True),
        ("(@alice)", True),
        ("**@alice**", True),
        ("`@alice`", False),
        ("```\n@alice\n```", False),
        ("me@alice.org", False),
        ("@alicette", False),
        ("@bob", False),
        ("[@alice](https://example.org)", False),
        ("@alice@example.org", False),
    ],
)
def test_a_mention_is_a_name_outside_code(alice: User, bob: User, text: str, is_mention: bool) -> None:
    post(text, bob)
    assert count(alice, 0, 1) == (1, int(is_mention))
    post(text, alice)
    assert count(alice, 1, 2) == (0, 0), "one's own words mention nobody to oneself"


def test_an_edit_may_mention_who_has_read_the_post_before(alice: User, bob: User) -> None:
    row = post("look", bob)
    act("edit", row, bob, text="@alice look")
    act("edit", row, bob, text="@alice, look")
    assert count(alice, 1, 3) == (0, 1)
    assert count(alice, 0, 3) == (1, 1)


def test_a_mark_moves_the_beginning_back_and_never_forward(alice: User, bob: User, world: Room) -> None:
    head = find_heads([Room.WORLD])[Room.WORLD]
    for _ in range(4):
        post("x", bob)
    mark = UnreadMark.objects.create(user=alice, room=world, seq=head + 3)
    assert count(alice, head + 4, head + 4).unread == 2
    assert count(alice, head, head + 4).unread == 4, "what was not read before is no less unread"
    assert count(bob, head + 4, head + 4).unread == 0, "it is nobody else's"
    mark.delete()
    assert count(alice, head + 4, head + 4).unread == 0
