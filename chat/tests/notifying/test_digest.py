"""The e-mail with what somebody missed: told once, as it is now, to those who want it."""

import time
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from chat.models import Preferences, ReadPosition, Room, RoomPreference
from chat.notifying import digest
from chat.notifying.digest import REST_MS, send_digests
from chat.tests.entries import act, post
from chat.tests.notifying.rooms import direct
from connect.tests.people import PASSWORD
from connect.tests.words import compile_words
from ledger.models import Message

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("world")]


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


def test_a_clock_that_is_set_back_takes_no_letter_along(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came while it was two hours ahead was told, and is not what everything else has to be newer than."""
    room, now_ms = direct(alice, bob), time.time_ns() // 1_000_000
    monkeypatch.setattr("time.time_ns", lambda: (now_ms + 2 * REST_MS) * 1_000_000)
    assert send_digests(later(post("@bob hello", alice))) == 1
    monkeypatch.setattr("time.time_ns", lambda: (now_ms + 60_000) * 1_000_000)
    row = post("and here is more", alice, room.pk)
    assert row.received_ms < now_ms + REST_MS
    assert send_digests(now_ms + REST_MS // 2) == 0
    assert send_digests(later(row)) == 1
    assert "and here is more" in mail.outbox[1].body


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


def test_who_closes_the_account_while_others_are_written_to_gets_no_letter(
    alice: User, bob: User, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = post("@bob @charlie hello", alice)
    told = []

    def deliver(subject: str, body: str, sender: None, to: list[str]) -> None:
        told.extend(to)
        User.objects.filter(pk__in=[bob.pk, charlie.pk]).exclude(email=to[0]).update(is_active=False)

    monkeypatch.setattr(digest, "send_mail", deliver)
    assert send_digests(later(row)) == len(told) == 1


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
