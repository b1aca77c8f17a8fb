"""Whom a message is told to: levels, quiet hours, the page of choices, and the e-mail with what was missed."""

from datetime import UTC, datetime, time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from chat.models import Preferences, Room, RoomPreference
from chat.notifying.notices import describe_choices, find_levels, find_own_levels, is_quiet, is_wanted
from chat.notifying.pushing import choose_people
from chat.pages.sidebar import build_sidebar
from chat.tests.notifying.rooms import direct
from connect.tests.people import as_

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("world")]

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


# Levels and hours


@pytest.mark.parametrize(
    ("level", "mentioned", "wanted"),
    [
        *(("all", False, True), ("all", True, True)),
        *(("mentions", False, False), ("mentions", True, True)),
        *(("mute", False, False), ("mute", True, False)),
    ],
)
def test_a_level_lets_through_what_it_says(level: str, mentioned: bool, wanted: bool) -> None:
    assert is_wanted(level, mentioned=mentioned) == wanted


def test_without_a_choice_direct_messages_are_told_and_elsewhere_mentions(alice: User, bob: User, world: Room) -> None:
    room = direct(alice, bob)
    assert find_levels(room, [alice.pk]) == {alice.pk: "all"}
    assert find_levels(world, [alice.pk]) == {alice.pk: "mentions"}
    RoomPreference.objects.create(user=alice, room=world, level="mute")
    assert find_levels(world, [alice.pk, bob.pk]) == {alice.pk: "mute", bob.pk: "mentions"}


@pytest.mark.parametrize(
    ("start", "end", "zone", "quiet"),
    [
        (time(11), time(13), "UTC", True),
        (time(12), time(13), "UTC", True),
        (time(11), time(12), "UTC", False),
        (time(22), time(7), "UTC", False),
        (time(22), time(7), "Asia/Tokyo", False),  # 21:00 there
        (time(20), time(7), "Asia/Tokyo", True),
        (time(11), time(13), "Nowhere/Land", True),  # as in UTC
        (None, time(13), "UTC", False),
    ],
)
def test_hours_are_quiet_where_the_person_lives(start: time | None, end: time, zone: str, quiet: bool) -> None:
    preferences = Preferences(quiet_from=start, quiet_until=end, time_zone=zone)
    assert is_quiet(preferences, NOON) == quiet
    assert not is_quiet(None, NOON)


def test_only_people_of_the_room_who_want_it_are_chosen(alice: User, bob: User, charlie: User, world: Room) -> None:
    everybody = {alice.pk, bob.pk, charlie.pk}
    assert choose_people(world, "hello @bob", everybody, NOON) == {bob.pk}
    assert choose_people(world, "hello `@bob` and bob@example.org", everybody, NOON) == set()
    assert choose_people(world, "hello @room", everybody, NOON) == everybody
    Preferences.objects.create(user=bob, quiet_from=time(11), quiet_until=time(13))
    RoomPreference.objects.create(user=charlie, room=world, level="mute")
    assert choose_people(world, "hello @room", everybody, NOON) == {alice.pk}
    assert choose_people(direct(alice, charlie), "hello", everybody, NOON) == {alice.pk, charlie.pk}
    alice.is_active = False
    alice.save()
    assert choose_people(world, "hello @room", everybody, NOON) == set()


# The page


def form(**changes: Any) -> dict[str, Any]:
    return {"is_shown": "on", "digest": "on", "time_zone": "Europe/Berlin"} | changes


def test_choices_are_saved_and_shown_to_the_browser(bob: User, world: Room) -> None:
    data = form(quiet_from="22:00", quiet_until="07:00", sound="on") | {f"level-{world.pk.hex}": "all"}
    answer = as_(bob).post("/account/notifications/", data)
    assert answer.status_code == 302
    assert find_own_levels(bob, [world]) == {world.pk: "all"}
    assert describe_choices(bob) == {
        "sound": True,
        "quiet": {"from": "22:00", "until": "07:00", "zone": "Europe/Berlin"},
    }
    page = as_(bob).get("/account/notifications/").content.decode()
    assert '<option value="all" selected>' in page
    assert 'value="22:00"' in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"time_zone": "Mars/Olympus"}, "There is no such time zone"),
        ({"time_zone": "../../etc/passwd"}, "There is no such time zone"),
        ({"quiet_from": "22:00"}, "Quiet hours need a beginning and an end"),
        ({"quiet_from": "25:00", "quiet_until": "07:00"}, "Enter a valid time"),
    ],
)
def test_what_makes_no_sense_is_said_and_nothing_is_saved(bob: User, changes: dict[str, str], words: str) -> None:
    answer = as_(bob).post("/account/notifications/", form(**changes))
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not Preferences.objects.exists()


def test_only_what_was_changed_is_written(bob: User, world: Room) -> None:
    name = f"level-{world.pk.hex}"
    as_(bob).post("/account/notifications/", form() | {name: "mentions"})
    assert not RoomPreference.objects.exists(), "it is so by itself"
    for level in ("mute", "mentions"):
        as_(bob).post("/account/notifications/", form() | {name: level})
        assert RoomPreference.objects.get().level == level


@pytest.mark.skipif("connection.vendor == 'mongodb'", reason="it takes them one by one")
def test_levels_of_many_rooms_cost_no_more_queries(bob: User, world: Room) -> None:
    def save(level: str) -> int:
        chosen = {f"level-{room.pk.hex}": level for room in Room.objects.all()}
        with CaptureQueriesContext(connection) as queries:
            as_(bob).post("/account/notifications/", form() | chosen)
        assert set(RoomPreference.objects.values_list("level", flat=True)) == {level}
        return len(queries)

    few = save("all")
    Room.objects.bulk_create(Room(slug=f"room-{n}", name=f"Room {n}") for n in range(20))
    assert save("mute") <= few
    assert RoomPreference.objects.count() == 21


def test_a_level_of_a_room_that_one_is_not_in_and_one_that_does_not_exist_are_ignored(bob: User, alice: User) -> None:
    room = direct(alice)
    world = Room.WORLD.hex
    as_(bob).post("/account/notifications/", form() | {f"level-{room.pk.hex}": "all", f"level-{world}": "loud"})
    assert not RoomPreference.objects.exists()


def test_nobody_who_is_not_logged_in_gets_there() -> None:
    for path in ("/account/notifications/", "/push/", "/push/remove/"):
        assert Client().post(path).status_code == 302


def test_a_room_of_which_one_wants_to_hear_nothing_is_marked_in_the_sidebar(bob: User, world: Room) -> None:
    assert [row["muted"] for row in build_sidebar(bob)["rooms"]] == [False]
    RoomPreference.objects.create(user=bob, room=world, level="mute")
    assert [row["muted"] for row in build_sidebar(bob)["rooms"]] == [True]
    page = as_(bob).get("/").content.decode()
    assert f'data-room-id="{world.pk.hex}" data-muted>' in page.replace(" data-unread", "")
