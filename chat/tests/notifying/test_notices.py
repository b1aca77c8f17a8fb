"""Whom a message is told to: levels, quiet hours, the page of choices, and the e-mail with what was missed."""

from datetime import UTC, datetime, time
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from chat.models import Membership, Preferences, ReadPosition, Room, RoomPreference
from chat.notifying import digest
from chat.notifying.digest import REST_MS, send_digests
from chat.notifying.notices import describe_choices, find_levels, find_own_levels, is_quiet, is_wanted
from chat.notifying.pushing import choose_people
from chat.pages.sidebar import build_sidebar
from chat.rooms import ensure_world
from chat.tests.entries import act, post
from connect.tests.people import PASSWORD, as_
from connect.tests.words import compile_words
from ledger.blocks.genesis import ensure_genesis
from ledger.models import Message

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _world(alice: User, bob: User, charlie: User) -> None:
    ensure_genesis()
    ensure_world()


@pytest.fixture
def world() -> Room:
    return Room.objects.get(pk=Room.WORLD)


def direct(*people: User, slug: str = "direct") -> Room:
    room = Room.objects.create(slug=slug, name="", access=Room.Access.DIRECT)
    Membership.objects.bulk_create(Membership(room=room, user=user) for user in people)
    return room


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


def test_a_level_of_a_room_that_one_is_not_in_and_one_that_does_not_exist_are_ignored(bob: User, alice: User) -> None:
    room = direct(alice)
    world = Room.WORLD.hex
    as_(bob).post("/account/notifications/", form() | {f"level-{room.pk.hex}": "all", f"level-{world}": "loud"})
    assert not RoomPreference.objects.exists()


def test_nobody_who_is_not_logged_in_gets_there() -> None:
    for path in ("/account/notifications/", "/push/", "/push/remove/"):
        assert Client().post(path).status_code == 302


# The e-mail


def later(row: Message) -> int:
    return row.received_ms + REST_MS + 1


def test_who_missed_a_mention_is_told_once(alice: User, bob: User) -> None:
    post("nothing for anybody", alice)
    row = post("**hello** @bob, look at this", alice)
    assert send_digests(row.received_ms + REST_MS - 60_000) == 0
    assert send_digests(later(row)) == 1
    (letter,) = mail.outbox
    assert letter.to == ["bob@example.org"]
    assert letter.subject == "1 message for you in Connect"
    assert "hello @bob, look at this" in letter.body
    assert f"/rooms/world/?at={row.room_seq}" in letter.body
    assert "nothing for anybody" not in letter.body
    assert send_digests(later(row) + REST_MS) == 0
    row = post("@bob again", alice)
    assert send_digests(later(row)) == 1
    assert "look at this" not in mail.outbox[1].body


def test_a_letter_holds_what_a_message_says_now(alice: User, bob: User) -> None:
    row = post("@bob the password is hunter2", alice)
    act("edit", row, alice, text="@bob (taken back)")
    assert send_digests(later(row)) == 1
    assert "hunter2" not in mail.outbox[0].body
    assert "(taken back)" in mail.outbox[0].body


def test_a_mention_that_an_edit_adds_is_told_once(alice: User, bob: User) -> None:
    row = post("can somebody look at this?", alice)
    both = post("@bob and this", alice)
    gone = post("never mind", alice)
    assert send_digests(later(gone)) == 1
    act("edit", row, alice, text="can @charlie look at this?")
    act("edit", both, alice, text="@bob and that")
    act("edit", gone, alice, text="@bob never mind")
    act("delete", gone, alice)
    added = act("edit", row, alice, text="can @charlie or @bob look at this?")
    assert send_digests(later(added)) == 2
    (letter,) = [each for each in mail.outbox[1:] if each.to == ["bob@example.org"]]
    assert letter.subject == "1 message for you in Connect"
    assert "or @bob look at this?" in letter.body
    assert f"/rooms/world/?at={row.room_seq}" in letter.body
    again = act("edit", row, alice, text="@bob or @charlie, please")
    assert send_digests(later(again)) == 0


def test_an_address_that_is_refused_stops_no_other_letter(
    alice: User, bob: User, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, refused = post("@bob @charlie hello", alice), {"bob@example.org"}
    told: list[str] = []

    def deliver(subject: str, body: str, sender: None, to: list[str]) -> None:
        if refused & set(to):
            raise SMTPRecipientsRefused({to[0]: (550, b"no such user")})
        told.extend(to)

    monkeypatch.setattr(digest, "send_mail", deliver)
    assert send_digests(later(row)) == 1
    assert told == ["charlie@example.org"]


def test_where_no_letter_goes_out_the_next_run_tells_everybody(
    alice: User, bob: User, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = post("@bob @charlie hello", alice)
    with monkeypatch.context() as patch:
        patch.setattr(digest, "send_mail", lambda *args: (_ for _ in ()).throw(ConnectionRefusedError()))
        with pytest.raises(ConnectionRefusedError):
            send_digests(later(row))
    assert send_digests(later(row)) == 2


def test_who_was_away_for_long_costs_no_more_than_who_was_not(
    alice: User, bob: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Of each room as many entries are looked at as unread ones are counted."""
    rooms = [direct(alice, bob, slug=f"direct-{number}") for number in range(20)]
    rows = [post(f"hello {number}", alice, room=room.pk) for number, room in enumerate(rooms)]
    act("delete", rows[0], alice)
    User.objects.exclude(pk=bob.pk).update(is_active=False)
    with django_assert_max_num_queries(22):
        assert send_digests(later(rows[-1])) == 1
    assert "hello 19" in mail.outbox[0].body
    assert mail.outbox[0].subject == "19 messages for you in Connect"


def test_rooms_in_which_nothing_came_since_the_last_letter_are_not_read_again(alice: User, bob: User) -> None:
    Preferences.objects.create(user=alice, digest=False)
    quiet = direct(alice, bob)
    row = post("hello", alice, room=quiet.pk)
    assert send_digests(later(row)) == 1
    with CaptureQueriesContext(connection) as queries:
        assert send_digests(later(row) + REST_MS) == 0
    read = [query["sql"] for query in queries if 'FROM "ledger_message"' in query["sql"]]
    assert not [sql for sql in read if quiet.pk.hex in sql]
    row = post("are you there?", alice, room=quiet.pk)
    assert send_digests(later(row)) == 1


def test_a_letter_is_in_the_language_that_its_reader_logged_in_with_or_chose_since(alice: User, bob: User) -> None:
    compile_words("de")
    browser = Client(HTTP_ACCEPT_LANGUAGE="de")
    browser.post("/login/", {"login": "bob", "password": PASSWORD})
    assert send_digests(later(post("@bob, guten Tag", alice))) == 1
    assert mail.outbox[-1].subject == "1 Nachricht für dich in Connect"
    browser.post("/language/", {"language": "en"})
    row = post("@bob, good day", alice)
    assert send_digests(later(row)) == 1
    assert mail.outbox[-1].subject == "1 message for you in Connect"


def test_nobody_is_written_to_about_what_they_read_wrote_muted_or_do_not_want(
    alice: User, bob: User, charlie: User, world: Room
) -> None:
    row = post("@room everybody", alice)
    ReadPosition.objects.create(user=bob, room=world, seq=row.room_seq)
    RoomPreference.objects.create(user=charlie, room=world, level="mute")
    assert send_digests(later(row)) == 0
    RoomPreference.objects.all().delete()
    Preferences.objects.filter(user=charlie).update(digest=False)
    assert send_digests(later(row)) == 0
    Preferences.objects.all().delete()
    charlie.emailaddress_set.update(verified=False)  # type: ignore[attr-defined]
    assert send_digests(later(row)) == 0
    charlie.emailaddress_set.update(verified=True)  # type: ignore[attr-defined]
    assert send_digests(later(row)) == 1


def test_direct_messages_are_told_to_those_in_them_alone_and_the_command_says_how_many(
    alice: User, bob: User, charlie: User, capsys: pytest.CaptureFixture[str]
) -> None:
    room = direct(alice, bob)
    row = post("between us", alice, room=room.pk)
    Message.objects.filter(pk=row.pk).update(received_ms=row.received_ms - 2 * REST_MS)
    call_command("send_digest")
    assert capsys.readouterr().out == "1 e-mails sent.\n"
    assert mail.outbox[0].to == ["bob@example.org"]


def test_a_room_of_which_one_wants_to_hear_nothing_is_marked_in_the_sidebar(bob: User, world: Room) -> None:
    assert [row["muted"] for row in build_sidebar(bob)["rooms"]] == [False]
    RoomPreference.objects.create(user=bob, room=world, level="mute")
    assert [row["muted"] for row in build_sidebar(bob)["rooms"]] == [True]
    page = as_(bob).get("/").content.decode()
    assert f'data-room-id="{world.pk.hex}" data-muted>' in page.replace(" data-unread", "")
