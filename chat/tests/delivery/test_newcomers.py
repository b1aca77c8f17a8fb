"""What people see who come at the same time: each what they would see alone."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from chat.delivery import store
from chat.delivery.newcomers import Newcomer, Sight, look
from chat.membership.joining import join
from chat.membership.opening import create_room, open_direct
from chat.models import Room, RoomPreference, UnreadMark
from chat.rooms import ensure_world
from chat.tests.entries import act, post
from connect.tests.people import person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(alice: User, bob: User, charlie: User) -> list[User]:
    """Each has read, joined, muted and marked something else."""
    ensure_world()
    tea = create_room(alice, "Tea", "", "public")
    join(bob, tea)
    open_direct(alice, [charlie])
    open_direct(alice, [bob, charlie])
    for text in ("@alice look", "@bob look", "everybody @room", "@charlie goes"):
        row = post(text, charlie)
    act("delete", row, charlie)
    post("tea?", bob, tea.pk)
    post("tea!", alice, tea.pk)
    head = store.find_heads([Room.WORLD])[Room.WORLD]
    store.save_read_positions({(alice.pk, Room.WORLD): head - 4, (bob.pk, Room.WORLD): head, (bob.pk, tea.pk): 2})
    UnreadMark.objects.create(user=bob, room_id=Room.WORLD, seq=head - 2)
    RoomPreference.objects.create(user=bob, room=tea, level="mute")
    return [alice, bob, charlie]


def newcomer(user: User, **cursors: int) -> Newcomer:
    rooms = store.find_memberships([user.pk])[user.pk]
    return Newcomer(user, store.find_heads(list(rooms)), {UUID(room): seq for room, seq in cursors.items()})


def nothing_noted(user: UUID, room: UUID) -> int:
    return 0


def told(sight: Sight) -> dict[str, tuple[Any, ...]]:
    return {
        place["name"]: (place["read"], place["unread"], place["mentions"], place["level"]) for place in sight.places
    }


def test_each_sees_together_what_they_see_alone(people: list[User]) -> None:
    newcomers = [newcomer(user) for user in (*people, people[0])]
    together = look(nothing_noted, newcomers)
    for each in newcomers:
        assert together[each] == look(nothing_noted, [each])[each]
    alice, bob, charlie, again = (told(together[each]) for each in newcomers)
    assert alice == again
    world = store.find_heads([Room.WORLD])[Room.WORLD]
    assert alice.keys() == {"World", "Tea", "charlie", "bob, charlie"}
    assert bob.keys() == {"World", "Tea", "alice, charlie"}
    assert charlie.keys() == {"World", "alice", "alice, bob"}
    assert alice["World"] == (world - 4, 2, 1, "mentions")
    assert bob["World"] == (world, 1, 1, "mentions")
    assert charlie["World"][1:] == (3, 0, "mentions"), "what the system said when the World was made"
    assert bob["Tea"] == (2, 1, 0, "mute")
    assert [place["person"] for place in together[newcomers[2]].places if place["name"] == "alice"] == [
        people[0].pk.hex
    ]


def test_more_people_cost_no_more_queries(people: list[User]) -> None:
    with CaptureQueriesContext(connection) as few:
        look(nothing_noted, [newcomer(people[0])])
    many = [*people, *(person(f"guest{number}") for number in range(20))]
    guests = [newcomer(user) for user in many]
    with CaptureQueriesContext(connection) as more:
        sights = look(nothing_noted, guests)
    assert len(more) <= len(few)
    assert [told(sights[each])["World"][1:3] for each in guests[3:]] == [(6, 1)] * 20


def test_what_is_noted_but_not_stored_counts(people: list[User]) -> None:
    alice, bob, _ = (newcomer(user) for user in people)
    head = alice.subscribed[Room.WORLD]
    noted = {(people[0].pk, Room.WORLD): head}
    sights = look(lambda user, room: noted.get((user, room), 0), [alice, bob])
    assert told(sights[alice])["World"] == (head, 0, 0, "mentions")
    assert told(sights[bob])["World"][1:] == (1, 1, "mentions")


def test_a_room_that_somebody_left_is_gone_for_them_alone(people: list[User]) -> None:
    alice, bob, _ = (newcomer(user) for user in people)
    tea = Room.objects.get(name="Tea")
    tea.memberships.filter(user=people[1]).delete()
    sights = look(nothing_noted, [alice, bob])
    assert (set(sights[alice].gone), set(sights[bob].gone)) == (set(), {tea.pk})
    assert tea.pk in sights[alice].heads
    assert tea.pk not in sights[bob].heads
    assert "Tea" not in told(sights[bob])


def test_a_client_that_knows_more_is_told_the_head_in_the_database(people: list[User]) -> None:
    alice, bob = newcomer(people[0]), newcomer(people[1])
    head = alice.subscribed[Room.WORLD]
    ahead = Newcomer(people[0], {**alice.subscribed, Room.WORLD: head - 1}, {Room.WORLD: head, uuid4(): 3})
    behind = Newcomer(people[1], {**bob.subscribed, Room.WORLD: head - 1}, {Room.WORLD: head - 1})
    sights = look(nothing_noted, [ahead, behind])
    assert (sights[ahead].heads[Room.WORLD], sights[behind].heads[Room.WORLD]) == (head, head - 1)
    assert sights[ahead].heads.keys() == alice.subscribed.keys()


def test_an_account_that_is_closed_sees_nothing(people: list[User]) -> None:
    alice, bob, _ = (newcomer(user) for user in people)
    people[0].is_active = False
    sights = look(nothing_noted, [alice, bob])
    assert (sights[alice].places, set(sights[alice].gone)) == ([], set(alice.subscribed))
    assert sights[bob].places
