"""What the short way to rows finds is what the ORM finds; on the other stores the tests of the recorder show it."""

from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from chat.membership.opening import create_room
from chat.models import Membership, Room
from ledger.selecting import select

pytestmark = pytest.mark.django_db(transaction=True)


def test_rows_are_found_by_any_columns(
    alice: User, bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tea, _ = create_room(alice, "Tea", "", "public"), create_room(bob, "Den", "", "private")
    with django_assert_num_queries(1):
        found = select(Membership, "room", "user", "role", user={alice.pk, bob.pk, uuid4()}, room=[tea.pk])
    assert found == [(tea.pk, alice.pk, "owner")]
    rows = select(Room, "id", "name", "archived", name={"Tea", "Den", "%s'"})
    assert sorted(rows) == sorted(Room.objects.exclude(slug="world").values_list("id", "name", "archived"))


def test_nothing_is_among_nothing(alice: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert select(User, "id", id=[]) == []
        assert select(User, "id", id=[alice.pk], username=()) == []
