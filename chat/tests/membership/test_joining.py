"""Opening, changing, joining, leaving, removing: each is entries and rows together, or neither."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from accounts.models import User
from chat.membership.changing import reason_id
from chat.membership.joining import add, join, leave, remove, set_role
from chat.membership.opening import create_room, open_direct, update_room
from chat.membership.roles import moderates, rank_in
from chat.models import Ban, Membership, Room
from chat.refusals import Refusal
from chat.rooms import ensure_world
from connect.tests.people import person
from ledger.blocks.genesis import ensure_genesis
from ledger.core.records import SYSTEM_AUTHOR
from ledger.models import Message
from ledger.sealing import seal
from ledger.tests.sealed import assert_valid

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(bob: User) -> Room:
    """Bob's."""
    ensure_genesis()
    return create_room(bob, "Tea", "Leaves and water", "public")


def entries(room: Room) -> list[tuple[str, UUID, dict[str, Any]]]:
    rows = Message.objects.in_room(room.pk)
    return [(row.kind, row.author, json.loads(row.body or "null")) for row in rows]


def roles(room: Room) -> dict[str, str]:
    return dict(Membership.objects.filter(room=room).values_list("user__username", "role"))


def test_whoever_opens_a_room_owns_it(room: Room, bob: User) -> None:
    assert entries(room) == [
        ("room.create", bob.pk, {"name": "Tea", "topic": "Leaves and water", "access": "public"}),
        ("member.join", bob.pk, {"member": bob.pk.hex}),
    ]
    assert roles(room) == {"bob": "owner"}
    seal()
    assert_valid()


def test_its_address_does_not_tell_whether_the_name_is_taken(room: Room, charlie: User) -> None:
    other = create_room(charlie, "Tea", "", "private")
    assert room.slug.startswith("tea-")
    assert other.slug.startswith("tea-")
    assert len(room.slug) == len(other.slug)
    assert create_room(charlie, "茶", "", "private").slug.startswith("room-")


@pytest.mark.parametrize("access", ["everyone", "direct", "", "secret"])
def test_a_room_is_public_or_private(access: str, bob: User) -> None:
    with pytest.raises(Refusal):
        create_room(bob, "Tea", "", access)
    assert not Room.objects.exists()


def test_people_join_and_leave(room: Room, charlie: User) -> None:
    join(charlie, room)
    join(charlie, room)
    leave(charlie, room)
    leave(charlie, room)
    body = {"member": charlie.pk.hex}
    assert entries(room)[2:] == [("member.join", charlie.pk, body), ("member.leave", charlie.pk, body)]
    assert roles(room) == {"bob": "owner"}
    seal()
    assert_valid()


def test_a_moderator_adds_and_removes_people_and_says_why(room: Room, bob: User, charlie: User) -> None:
    dora = person("dora")
    add(bob, room, [charlie, dora])
    remove(bob, room, charlie, "asked for it")
    remove(bob, room, charlie, "asked for it")
    joined, left = {"member": dora.pk.hex}, {"member": charlie.pk.hex}
    assert entries(room)[3:] == [
        ("member.join", bob.pk, joined),
        ("member.remove", bob.pk, left),
        ("post", bob.pk, {"text": "asked for it"}),
    ]
    removal = Message.objects.get(kind="member.remove")
    assert Message.objects.get(client_id=reason_id(removal.client_id)).kind == "post"
    assert roles(room) == {"bob": "owner", "dora": "member"}
    join(charlie, room)
    seal()
    assert_valid()


def test_who_is_banned_comes_back_only_when_added(room: Room, bob: User, charlie: User) -> None:
    join(charlie, room)
    remove(bob, room, charlie, "spam", ban=True)
    assert entries(room)[-1] == ("post", bob.pk, {"text": "Banned: spam"})
    with pytest.raises(Refusal):
        join(charlie, room)
    add(bob, room, [charlie])
    assert not Ban.objects.exists()
    assert roles(room) == {"bob": "owner", "charlie": "member"}
    seal()
    assert_valid()


def test_a_role_is_told_in_words_of_the_system(room: Room, bob: User, charlie: User) -> None:
    join(charlie, room)
    assert not moderates(charlie, room)
    set_role(bob, room, charlie, "moderator")
    assert moderates(charlie, room)
    assert entries(room)[-1] == ("post", SYSTEM_AUTHOR, {"text": "bob made charlie a moderator of this room."})
    seal()
    assert_valid()


def test_one_entry_tells_all_that_was_changed(room: Room, bob: User) -> None:
    update_room(bob, room, name="Coffee", topic="", access="private", archived=True)
    update_room(bob, room, name="Coffee")
    assert entries(room)[2:] == [("room.update", bob.pk, {"name": "Coffee", "topic": "", "access": "private archived"})]
    room.refresh_from_db()
    assert (room.name, room.access, room.archived) == ("Coffee", "private", True)
    seal()
    assert_valid()


def test_a_direct_conversation_is_one_whoever_opens_it(bob: User, charlie: User) -> None:
    ensure_genesis()

    def open_it(pair: tuple[User, User]) -> UUID:
        try:
            return open_direct(pair[0], [pair[1]]).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        opened = set(threads.map(open_it, [(bob, charlie), (charlie, bob)] * 3))
    assert len(opened) == 1
    room = Room.objects.get(access="direct")
    assert [kind for kind, _, _ in entries(room)] == ["room.create", "member.join", "member.join"]
    assert roles(room) == {"bob": "member", "charlie": "member"}
    assert open_direct(bob, [charlie, person("dora")]) != room
    seal()
    assert_valid()


def test_nobody_talks_directly_to_nobody_or_to_a_closed_account(bob: User, charlie: User) -> None:
    charlie.is_active = False
    for others in ([], [bob], [charlie], [person(f"p{n}") for n in range(10)]):
        with pytest.raises(Refusal):
            open_direct(bob, others)
    assert not Room.objects.exists()


class Team:
    """A room with somebody in every role, a site admin who is not in it, and the site's owner."""

    def __init__(self, access: str) -> None:
        self.owner, self.admin, self.moderator, self.member = (person(name) for name in ("olga", "ada", "mo", "mia"))
        self.rookie = person("rosa")
        self.staff = person("steve", is_staff=True)
        self.outsider = person("otto")
        self.room = create_room(self.owner, "Tea", "", access)
        add(self.owner, self.room, [self.admin, self.moderator, self.member, self.rookie])
        set_role(self.owner, self.room, self.admin, "admin")
        set_role(self.owner, self.room, self.moderator, "moderator")


ACTS: dict[str, Callable[[Team, User], None]] = {
    "add": lambda team, by: add(by, team.room, [person("new")]),
    "remove a member": lambda team, by: remove(by, team.room, team.member),
    "remove a moderator": lambda team, by: remove(by, team.room, team.moderator),
    "remove an admin": lambda team, by: remove(by, team.room, team.admin),
    "remove an owner": lambda team, by: remove(by, team.room, team.owner),
    "rename": lambda team, by: update_room(by, team.room, name="Coffee"),
    "make a moderator": lambda team, by: set_role(by, team.room, team.rookie, "moderator"),
    "make an admin": lambda team, by: set_role(by, team.room, team.rookie, "admin"),
    "make an owner": lambda team, by: set_role(by, team.room, team.rookie, "owner"),
}
MODERATOR = {"add", "remove a member"}
ADMIN = MODERATOR | {"remove a moderator", "rename", "make a moderator", "make an admin"}
OWNER = ADMIN | {"remove an admin", "make an owner"}
MAY = {
    ("public", "outsider"): set(),
    ("public", "member"): set(),
    ("public", "moderator"): MODERATOR,
    ("public", "admin"): ADMIN,
    ("public", "owner"): OWNER,
    ("public", "staff"): ADMIN,
    ("private", "staff"): set(),
    ("private", "moderator"): MODERATOR,
}


@pytest.mark.parametrize(("place", "may"), MAY.items(), ids=[" ".join(place) for place in MAY])
def test_each_role_may_do_its_acts_and_no_others(place: tuple[str, str], may: set[str]) -> None:
    team = Team(place[0])
    by = getattr(team, place[1])
    for name, do in ACTS.items():
        before = Message.objects.count(), roles(team.room)
        if name in may:
            continue
        with pytest.raises(Refusal):
            do(team, by)
        assert (Message.objects.count(), roles(team.room)) == before, name
        User.objects.filter(username="new").delete()
    for name in [name for name in ACTS if name in may]:
        entries_before = Message.objects.count()
        ACTS[name](team, by)
        assert Message.objects.count() > entries_before, name


def test_the_sites_owner_is_an_owner_where_they_see(alice: User) -> None:
    team = Team("public")
    remove(alice, team.room, team.owner)
    assert "olga" not in roles(team.room)
    hidden = create_room(team.member, "Plans", "", "private")
    assert not moderates(alice, hidden)


def test_a_room_keeps_an_owner(room: Room, bob: User, charlie: User) -> None:
    join(charlie, room)
    with pytest.raises(Refusal, match="owner"):
        leave(bob, room)
    with pytest.raises(Refusal, match="owner"):
        set_role(bob, room, bob, "member")
    set_role(bob, room, charlie, "owner")
    leave(bob, room)
    leave(charlie, room)
    assert roles(room) == {}


def test_a_closed_account_is_neither_an_owner_nor_somebody_who_is_there(room: Room, bob: User, charlie: User) -> None:
    dora = person("dora")
    for each in (charlie, dora):
        join(each, room)
    set_role(bob, room, charlie, "owner")
    User.objects.filter(pk=charlie.pk).update(is_active=False)
    with pytest.raises(Refusal, match="owner"):
        leave(bob, room)
    leave(dora, room)
    leave(bob, room)


def test_nobody_comes_or_goes_in_the_world_or_a_conversation(alice: User, bob: User, charlie: User) -> None:
    world, direct = ensure_world(), open_direct(alice, [bob])
    for room in (world, direct):
        with pytest.raises(Refusal):
            join(charlie, room)
        with pytest.raises(Refusal):
            add(alice, room, [charlie])
        with pytest.raises(Refusal):
            leave(alice, room)
        with pytest.raises(Refusal):
            remove(alice, room, bob)
        with pytest.raises(Refusal):
            set_role(alice, room, bob, "moderator")
        with pytest.raises(Refusal):
            update_room(alice, room, archived=True)
    assert rank_in(alice, direct) == rank_in(bob, direct)
    with pytest.raises(Refusal):
        update_room(alice, direct, name="Us")


def test_nobody_comes_into_an_archived_room(room: Room, bob: User, charlie: User) -> None:
    update_room(bob, room, archived=True)
    with pytest.raises(Refusal, match="archived"):
        join(charlie, room)
    with pytest.raises(Refusal, match="archived"):
        add(bob, room, [charlie])
