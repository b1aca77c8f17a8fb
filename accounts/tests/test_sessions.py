from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import AsyncClient, Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts import session_views, sessions
from accounts.agents import LONGEST
from accounts.models import User, UserSession
from accounts.sessions import clear_expired, list_sessions, note_sockets
from accounts.tests.browsing import log_in
from accounts.tests.conftest import is_logged_in
from connect.tests.people import PASSWORD, person

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"
LONG_AGO = timezone.now() - timedelta(days=2)


@pytest.fixture(autouse=True)
def _nothing_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_seen_s", {})


def browser(**meta: Any) -> Client:
    client = Client(**meta)
    log_in(client, "bob.b")
    assert is_logged_in(client)
    return client


def key_of(client: Client) -> str:
    key = client.session.session_key
    assert key is not None
    return key


def row_of(client: Client) -> UserSession:
    return UserSession.objects.get(session_key=key_of(client))


def test_the_list_names_device_and_address_with_this_browser_first(bob: User) -> None:
    here, there = browser(HTTP_USER_AGENT=FIREFOX), browser(HTTP_USER_AGENT="curl/8", REMOTE_ADDR="192.0.2.7")
    seats = here.get("/account/sessions/").context["sessions"]
    assert [(seat.device, seat.address, seat.is_current) for seat in seats] == [
        ("Firefox on Linux", "127.0.0.1", True),
        ("curl", "192.0.2.7", False),
    ]
    assert there.get("/account/sessions/").context["sessions"][0].device == "curl"


def test_of_many_sessions_those_that_were_seen_last_are_listed(bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_views, "LISTED", 2)
    old, there, here = browser(), browser(), browser()
    UserSession.objects.filter(session_key=key_of(old)).update(seen_at=LONG_AGO)
    answer = here.get("/account/sessions/")
    assert [seat.pk for seat in answer.context["sessions"]] == [row_of(here).pk, row_of(there).pk]
    assert "And more that were not seen for longer." in answer.content.decode()


def test_a_session_seen_before_the_clock_was_set_back_is_not_in_use_until_then(bob: User) -> None:
    here, there = browser(), browser()
    for ahead_s, is_active in ((30, True), (3600, False)):
        seen_at = timezone.now() + timedelta(seconds=ahead_s)
        UserSession.objects.filter(session_key=key_of(there)).update(seen_at=seen_at)
        seats = here.get("/account/sessions/").context["sessions"]
        assert [seat.is_active for seat in seats if not seat.is_current] == [is_active]


def test_one_session_is_ended_and_the_others_stay(bob: User) -> None:
    here, there, third = browser(), browser(), browser()
    assert here.post(f"/account/sessions/{row_of(there).pk}/end/").status_code == 302
    assert not is_logged_in(there)
    assert is_logged_in(here)
    assert is_logged_in(third)
    assert len(here.get("/account/sessions/").context["sessions"]) == 2


def test_the_session_of_another_person_does_not_exist(bob: User) -> None:
    person("mallory")
    here, mallory = browser(), Client()
    log_in(mallory, "mallory")
    unknown = mallory.post("/account/sessions/00000000-0000-4000-8000-000000000000/end/")
    foreign = mallory.post(f"/account/sessions/{row_of(here).pk}/end/")
    assert (unknown.status_code, foreign.status_code) == (404, 404)
    assert unknown.content == foreign.content
    assert is_logged_in(here)
    assert mallory.post("/account/sessions/end-others/").status_code == 302
    assert is_logged_in(here)


def test_ending_takes_a_post(bob: User) -> None:
    here, there = browser(), browser()
    assert here.get(f"/account/sessions/{row_of(there).pk}/end/").status_code == 405
    assert here.get("/account/sessions/end-others/").status_code == 405
    assert is_logged_in(there)


def test_everywhere_else_is_everywhere_but_here(bob: User) -> None:
    here, others = browser(), [browser(), browser()]
    assert b"2 other sessions" in here.post("/account/sessions/end-others/", follow=True).content
    assert is_logged_in(here)
    assert not any(map(is_logged_in, others))
    assert Session.objects.count() == 1


def test_what_ended_otherwise_is_not_listed(bob: User) -> None:
    here, out, late = browser(), browser(), browser()
    out.post("/logout/")
    Session.objects.filter(pk=key_of(late)).update(expire_date=LONG_AGO)
    assert [seat.is_current for seat in list_sessions(bob, key_of(here))] == [True]
    clear_expired()
    assert [row.session_key for row in UserSession.objects.all()] == [key_of(here)]
    assert [row.pk for row in Session.objects.all()] == [key_of(here)]


def test_a_log_in_that_is_being_answered_keeps_its_row(bob: User) -> None:
    """Its session stands in the database from the start, and says whose it is with the answer."""
    begun = SessionStore()
    begun.create()
    UserSession.objects.create(user=bob, session_key=begun.session_key or "")
    here = browser()
    clear_expired()
    assert [seat.is_current for seat in list_sessions(bob, key_of(here))] == [True]
    assert UserSession.objects.filter(session_key=begun.session_key).exists()


def test_sessions_of_an_old_password_are_not_listed(bob: User) -> None:
    browser()
    bob.set_password("quiet-harbour-9")
    bob.save()
    assert list_sessions(bob, None) == []


def test_pages_note_a_session_once_a_minute(bob: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    here = browser()
    UserSession.objects.update(seen_at=LONG_AGO, user_agent="")
    here.get("/account/appearance/")
    assert row_of(here).seen_at == LONG_AGO
    sessions._seen_s.clear()
    here.get("/account/appearance/", headers={"user-agent": FIREFOX * 9})
    assert row_of(here).seen_at > LONG_AGO
    assert row_of(here).user_agent == (FIREFOX * 9)[:LONGEST]
    with django_assert_num_queries(2):  # session and user
        here.get("/account/appearance/")


async def test_pages_that_are_answered_in_the_event_loop_note_it_too(
    transactional_db: None, settings: Settings
) -> None:
    bob = await sync_to_async(person)("bob")
    client = AsyncClient()
    await client.aforce_login(bob)
    await UserSession.objects.aupdate(seen_at=LONG_AGO)
    sessions._seen_s.clear()
    assert (await client.get(f"/avatars/{bob.pk.hex}")).status_code == 200
    assert (await UserSession.objects.aget()).seen_at > LONG_AGO


def test_a_session_without_a_row_gets_one_with_its_next_page(bob: User) -> None:
    here = browser()
    UserSession.objects.all().delete()
    sessions._seen_s.clear()
    assert is_logged_in(here)
    assert row_of(here).user == bob


def test_who_has_the_chat_open_is_seen(bob: User) -> None:
    here, there = browser(), browser()
    UserSession.objects.update(seen_at=LONG_AGO)
    note_sockets([key_of(here)])
    assert row_of(here).seen_at > LONG_AGO
    assert row_of(there).seen_at == LONG_AGO


def test_strangers_and_made_up_cookies_leave_no_row(client: Client, bob: User) -> None:
    client.cookies["sessionid"] = "made-up"
    client.get("/login/")
    client.post("/login/", {"login": "bob.b", "password": PASSWORD + "!"})
    assert not UserSession.objects.exists()
