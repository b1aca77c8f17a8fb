"""Which rooms exist for whom, and who may write in them. Every yes beside its no."""

from threading import Event, Thread
from typing import NamedTuple

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from accounts.models import User
from chat.access import refused_writers
from chat.membership.changing import act, member_entry
from chat.membership.joining import add, join, remove
from chat.membership.opening import create_room, open_direct, update_room
from chat.models import Membership, Room
from chat.rooms import ensure_world
from chat.tests.entries import post
from connect.tests.people import person
from ledger.errors import NoSuchRoom, NotAllowed, RecordError
from ledger.models import Message
from ledger.recording.drafts import Draft
from ledger.tests.rooms import assert_rooms_are_whole

pytestmark = pytest.mark.django_db(transaction=True)


class Rooms(NamedTuple):
    world: Room
    public: Room
    private: Room
    direct: Room


@pytest.fixture
def rooms(alice: User, bob: User, charlie: User) -> Rooms:
    """Bob has opened all of them; dora is in the private and the direct one. Alice owns the place."""
    dora = person("dora")
    private = create_room(bob, "Plans", "", "private")
    add(bob, private, [dora])
    return Rooms(ensure_world(), create_room(bob, "Tea", "", "public"), private, open_direct(bob, [dora]))


def named(rooms: Rooms, found: object) -> set[str]:
    ids = {room.pk for room in found}  # type: ignore[attr-defined]
    return {name for name, room in rooms._asdict().items() if room.pk in ids}


@pytest.mark.parametrize(
    ("name", "visible", "joined"),
    [
        ("bob", {"world", "public", "private", "direct"}, {"world", "public", "private", "direct"}),
        ("dora", {"world", "public", "private", "direct"}, {"world", "private", "direct"}),
        ("charlie", {"world", "public"}, {"world"}),
        ("alice", {"world", "public"}, {"world"}),
    ],
    ids=["in all", "in two", "an outsider", "the site's owner"],
)
def test_what_exists_for(name: str, visible: set[str], joined: set[str], rooms: Rooms) -> None:
    user = User.objects.get(username=name)
    assert named(rooms, Room.objects.visible_to(user)) == visible
    assert named(rooms, Room.objects.joined_by(user)) == joined


def test_nothing_exists_for_strangers_and_closed_accounts(rooms: Rooms, bob: User) -> None:
    bob.is_active = False
    for user in (bob, AnonymousUser()):
        assert not Room.objects.visible_to(user).exists()
        assert not Room.objects.joined_by(user).exists()


def test_who_is_removed_sees_what_others_see(rooms: Rooms, bob: User) -> None:
    dora = User.objects.get(username="dora")
    remove(bob, rooms.private, dora)
    assert named(rooms, Room.objects.visible_to(dora)) == {"world", "public", "direct"}


def test_a_public_room_does_not_exist_for_who_is_banned_from_it(rooms: Rooms, bob: User, charlie: User) -> None:
    join(charlie, rooms.public)
    remove(bob, rooms.public, charlie, "spam", ban=True)
    assert named(rooms, Room.objects.visible_to(charlie)) == {"world"}
    assert named(rooms, Room.objects.visible_to(person("eve"))) == {"world", "public"}


@pytest.mark.parametrize(
    ("name", "room", "refusal"),
    [
        ("charlie", "world", None),
        ("bob", "public", None),
        ("charlie", "public", NotAllowed),
        ("dora", "private", None),
        ("charlie", "private", NoSuchRoom),
        ("alice", "private", NoSuchRoom),
        ("dora", "direct", None),
        ("charlie", "direct", NoSuchRoom),
    ],
)
def test_who_writes_where(name: str, room: str, refusal: type[RecordError] | None, rooms: Rooms) -> None:
    author, place = User.objects.get(username=name), getattr(rooms, room)
    if refusal is None:
        assert post("hello", author, place.pk).room_seq
        return
    with pytest.raises(refusal):
        post("hello", author, place.pk)
    assert not Message.objects.filter(room=place.pk, kind="post").exists()


def test_nobody_writes_in_an_archived_room_until_it_is_opened_again(rooms: Rooms, bob: User) -> None:
    update_room(bob, rooms.public, archived=True)
    with pytest.raises(NotAllowed, match="archived"):
        post("hello", bob, rooms.public.pk)
    assert named(rooms, Room.objects.visible_to(bob)) == {"world", "public", "private", "direct"}
    update_room(bob, rooms.public, archived=False)
    assert post("hello", bob, rooms.public.pk)


def test_a_closed_account_writes_nowhere(rooms: Rooms, charlie: User) -> None:
    User.objects.filter(pk=charlie.pk).update(is_active=False)
    with pytest.raises(NotAllowed, match="closed"):
        post("hello", charlie)


def test_words_that_race_with_the_removal_of_their_author_are_refused(rooms: Rooms, bob: User) -> None:
    """The removal holds the room's head when the words come; they wait, and find their author gone."""
    dora = User.objects.get(username="dora")
    is_removing, comes = Event(), Event()
    outcome: list[object] = []

    def say() -> None:
        is_removing.wait()
        comes.set()
        try:
            outcome.append(post("one more thing", dora, rooms.private.pk))
        except RecordError as error:
            outcome.append(type(error))
        finally:
            connection.close()

    def plan(room: Room) -> list[Draft]:
        Membership.objects.filter(room=room, user=dora).delete()
        is_removing.set()
        comes.wait()
        return [member_entry("remove", room, bob, dora)]

    thread = Thread(target=say)
    thread.start()
    act(rooms.private.pk, plan)
    thread.join()
    assert outcome == [NoSuchRoom]
    assert_rooms_are_whole()


def test_however_many_write_it_costs_three_queries(rooms: Rooms, django_assert_num_queries: object) -> None:
    people = [person(f"p{n}") for n in range(5)]
    places = {(room.pk, user.pk) for user in people for room in rooms}
    with django_assert_num_queries(3):  # type: ignore[operator]
        assert len(refused_writers(places)) == 3 * len(people)
