"""The demo: told whole, by the ways of everybody, once, and valid."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from chat.models import Pin, Room
from chat.rooms import ensure_world
from connect.demo.story import PEOPLE, ROOMS, STORY
from ledger.blocks.genesis import ensure_genesis
from ledger.models import Message
from ledger.tests.sealed import assert_valid

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _world() -> None:
    ensure_genesis()
    ensure_world()


def told() -> str:
    out = io.StringIO()
    call_command("demo", stdout=out)
    return out.getvalue()


def test_the_story_is_told_and_all_of_it_is_in_a_valid_ledger() -> None:
    words = told()
    assert User.objects.count() == len(PEOPLE)
    assert Room.objects.count() == len(ROOMS) + 1
    bodies = [row.body for row in Message.objects.filter(kind="post")]
    assert bodies.count(None) == 1  # the one that was erased
    for kind in ("edit", "delete", "react", "erase", "member.join", "room.create"):
        assert Message.objects.filter(kind=kind).exists(), kind
    assert Pin.objects.count() == sum(line.pin for line in STORY)
    assert_valid()

    password = words.split("Password: ")[1].strip()
    client = Client()
    assert client.login(username="mara", password=password)
    for room in Room.objects.all():
        answer = client.get(f"/rooms/{room.slug}/")
        hidden = room.access == Room.Access.DIRECT and not room.memberships.filter(user__username="mara").exists()
        assert answer.status_code == (404 if hidden else 200)


def test_a_server_that_people_use_is_left_alone() -> None:
    told()
    count = Message.objects.count()
    with pytest.raises(CommandError, match="People have accounts here"):
        told()
    assert Message.objects.count() == count
