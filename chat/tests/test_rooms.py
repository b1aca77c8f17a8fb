import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from chat.models import Room
from chat.rooms import LESSONS, ensure_world
from ledger.core.records import SYSTEM_AUTHOR
from ledger.models import Message


def entries() -> list[tuple[str, dict[str, str]]]:
    rows = Message.objects.in_room(Room.WORLD)
    assert {row.author for row in rows} == {SYSTEM_AUTHOR}
    return [(row.kind, json.loads(row.body or "null")) for row in rows]


EXPECTED = [("room.create", {"name": "World", "topic": "Everybody is here", "access": "everyone"})] + [
    ("post", {"text": text}) for text in LESSONS
]


@pytest.mark.django_db
def test_the_world_begins_with_its_own_entry_and_three_lessons(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("ensure_world")
    assert entries() == EXPECTED
    assert "/rooms/world/" in capsys.readouterr().out


@pytest.mark.django_db
def test_making_it_again_changes_nothing() -> None:
    ensure_world()
    Room.objects.update(name="Everywhere")
    room = ensure_world()
    assert (room.name, Room.objects.count()) == ("Everywhere", 1)
    assert entries() == EXPECTED


@pytest.mark.django_db(transaction=True)
def test_several_that_make_it_at_once_make_one() -> None:
    def make(number: int) -> None:
        try:
            ensure_world()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(make, range(4)))
    assert entries() == EXPECTED
    assert Room.objects.count() == 1


def test_everybody_with_an_account_sees_it(alice: User, charlie: User) -> None:
    ensure_world()
    assert [room.pk for room in Room.objects.visible_to(charlie)] == [Room.WORLD]
    charlie.is_active = False
    assert not Room.objects.visible_to(charlie).exists()


def test_a_conversation_has_something_to_be_called_by_in_the_admin() -> None:
    assert str(Room(id=Room.WORLD, access=Room.Access.DIRECT)) == "A direct conversation c0117ec7"
