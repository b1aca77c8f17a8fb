"""Random acts: who is in which room, and what each room is called, follow from the entries alone, at every moment."""

import json
import random
from collections.abc import Callable
from uuid import UUID

import pytest

from accounts.models import User
from chat.membership.closing import close_account, open_account
from chat.membership.joining import add, join, leave, remove, set_role
from chat.membership.opening import create_room, open_direct, update_room
from chat.models import Ban, Membership, Room
from chat.refusals import Refusal
from chat.rooms import ensure_world
from chat.tests.entries import post
from connect.tests.people import person
from ledger.blocks.genesis import ensure_genesis
from ledger.errors import RecordError
from ledger.models import Message
from ledger.sealing import seal
from ledger.tests.rooms import assert_rooms_are_whole
from ledger.tests.sealed import assert_valid

STEPS = 300

Told = dict[UUID, tuple[str, str, str, frozenset[UUID]]]
"""Room → name, topic, access, members."""


class Team:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.owner = person("alice", is_staff=True, is_superuser=True)
        self.people = [self.owner, *(person(name) for name in ("bob", "charlie", "dora", "erin"))]
        self.rooms = [create_room(self.one(), f"Room {n}", "", ("public", "private")[n % 2]) for n in range(4)]
        self.said = 0
        self.refused = 0

    def one(self) -> User:
        return User.objects.get(pk=self.chance.choice(self.people).pk)

    def step(self) -> None:
        by, other, room = self.one(), self.one(), Room.objects.get(pk=self.chance.choice(self.rooms).pk)
        acts: list[Callable[[], object]] = [
            lambda: join(by, room),
            lambda: leave(by, room),
            lambda: add(by, room, [other]),
            lambda: remove(by, room, other, "because", ban=self.chance.random() < 0.3),
            lambda: set_role(by, room, other, self.chance.choice(Membership.Role.values)),
            lambda: update_room(
                by, room, name=f"Room {self.chance.randrange(9)}", topic="t" * self.chance.randrange(3)
            ),
            lambda: update_room(by, room, archived=self.chance.random() < 0.3),
            lambda: update_room(by, room, access=self.chance.choice(["public", "private", "everyone"])),
            lambda: open_direct(by, [other]),
            lambda: close_account(self.owner, other, "") if self.chance.random() < 0.3 else None,
            lambda: open_account(self.owner, other),
        ]
        try:
            self.chance.choice(acts)()
        except Refusal:
            self.refused += 1
        self._say(by, room)

    def _say(self, by: User, room: Room) -> None:
        """Whoever is in the room writes there, and nobody else."""
        room, by = Room.objects.get(pk=room.pk), User.objects.get(pk=by.pk)
        may = by.is_active and not room.archived and Membership.objects.filter(room=room, user=by).exists()
        try:
            post("hello", by, room.pk)
        except RecordError:
            assert not may
        else:
            assert may
            self.said += 1


def replay() -> Told:
    """What the entries say."""
    rooms: dict[UUID, list[str]] = {}
    members: dict[UUID, set[UUID]] = {}
    for row in Message.objects.exclude(room=Room.WORLD).order_by("room", "room_seq"):
        body = json.loads(row.body or "null")
        if row.kind in ("room.create", "room.update"):
            rooms[row.room] = [body["name"], body["topic"], body["access"]]
        elif row.kind == "member.join":
            members.setdefault(row.room, set()).add(UUID(body["member"]))
        elif row.kind in ("member.leave", "member.remove"):
            members[row.room].remove(UUID(body["member"]))
    return {room: (*words, frozenset(members[room])) for room, words in rooms.items()}  # type: ignore[misc]


def projected() -> Told:
    told: Told = {}
    for room in Room.objects.exclude(pk=Room.WORLD):
        access = f"{room.access} archived" if room.archived else str(room.access)
        people = Membership.objects.filter(room=room).values_list("user", flat=True)
        told[room.pk] = room.name, room.topic, access, frozenset(people)
    return told


def assert_seen(people: list[User]) -> None:
    """Every room of every person, by the rule as it is written down."""
    for user in User.objects.filter(pk__in=[each.pk for each in people]):
        mine = set(Membership.objects.filter(user=user).values_list("room", flat=True))
        banned = set(Ban.objects.filter(user=user).values_list("room", flat=True))
        seen = {
            room.pk
            for room in Room.objects.all()
            if user.is_active
            and (room.access == "everyone" or room.pk in mine or (room.access == "public" and room.pk not in banned))
        }
        assert set(Room.objects.visible_to(user).values_list("pk", flat=True)) == seen
        joined = mine | {Room.WORLD} if user.is_active else set()
        assert set(Room.objects.joined_by(user).values_list("pk", flat=True)) == joined


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", [1, 2])
def test_rows_follow_from_entries_whatever_people_do(seed: int) -> None:
    ensure_genesis()
    ensure_world()
    team = Team(random.Random(seed))
    for number in range(STEPS):
        team.step()
        if number % 10 == 0:
            assert projected() == replay()
            assert_seen(team.people)
    assert team.said > STEPS / 20
    assert team.refused > STEPS / 20
    assert_rooms_are_whole()
    seal()
    assert_valid()
