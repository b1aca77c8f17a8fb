from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from chat.models import PushSubscription
from chat.refusals import CloseCode
from chat.sessions import Ticket, clear_expired, find_revoked, open_session, open_sessions
from connect.tests.people import as_


@pytest.fixture
def browser(alice: User) -> Client:
    return as_(alice)


def ticket_of(client: Client) -> Ticket:
    opened = open_session(client.session.session_key)
    assert opened is not None
    return opened[1]


def test_a_session_opens_for_its_user(alice: User, browser: Client) -> None:
    opened = open_session(browser.session.session_key)
    assert opened is not None
    assert opened[0] == alice
    assert find_revoked({opened[1]}) == {}


@pytest.mark.parametrize("key", [None, "", "unknown", "x" * 500, "a'b"])
@pytest.mark.django_db
def test_no_session_opens_for_nobody(key: str | None) -> None:
    assert open_session(key) is None


def test_a_session_without_a_log_in_opens_for_nobody(db: None) -> None:
    session = Client().session
    session["basket"] = 1
    session.save()
    assert open_session(session.session_key) is None


def test_any_number_of_sessions_opens_by_two_queries(
    alice: User, bob: User, charlie: User, browser: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Each as it would alone: what is wrong with one lets it in by nobody else's."""
    other, third, stale, closed, foreign = (Client() for _ in range(5))
    for client, user in ((other, alice), (third, bob), (stale, bob), (closed, charlie), (foreign, bob)):
        client.force_login(user)
    for client, key, value in ((stale, HASH_SESSION_KEY, "another"), (foreign, BACKEND_SESSION_KEY, "no.such.Backend")):
        session = client.session
        session[key] = value
        session.save()
    User.objects.filter(pk=charlie.pk).update(is_active=False)
    keys = [client.session.session_key or "" for client in (browser, other, third, stale, closed, foreign)]
    with django_assert_num_queries(2):
        opened = open_sessions([*keys, "", "unknown"])
    assert [each and each[0] for each in opened.values()] == [alice, alice, bob, None, None, None, None, None]
    assert [each[1].session for each in opened.values() if each] == keys[:3]


def test_a_session_under_a_secret_of_before_opens(alice: User, browser: Client, settings: Settings) -> None:
    key = browser.session.session_key
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    assert open_session(key)
    settings.SECRET_KEY_FALLBACKS = []
    assert open_session(key) is None


def test_logging_out_revokes_this_session_alone(alice: User, browser: Client) -> None:
    other = as_(alice)
    here, there = ticket_of(browser), ticket_of(other)
    browser.logout()
    assert find_revoked({here, there}) == {here: CloseCode.NOT_LOGGED_IN}
    assert open_session(here.session) is None


def test_an_expired_session_is_revoked(browser: Client) -> None:
    ticket = ticket_of(browser)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert find_revoked({ticket}) == {ticket: CloseCode.NOT_LOGGED_IN}


def test_a_new_password_revokes_every_session(alice: User, browser: Client) -> None:
    ticket = ticket_of(browser)
    alice.set_password("another horse entirely")
    alice.save()
    assert find_revoked({ticket}) == {ticket: CloseCode.NOT_LOGGED_IN}
    assert open_session(ticket.session) is None


def test_a_deactivated_account_is_no_longer_allowed(alice: User, browser: Client) -> None:
    ticket = ticket_of(browser)
    alice.is_active = False
    alice.save()
    assert find_revoked({ticket}) == {ticket: CloseCode.NOT_ALLOWED}


def test_a_deleted_account_is_no_longer_allowed(alice: User, browser: Client) -> None:
    ticket = ticket_of(browser)
    alice.delete()
    assert find_revoked({ticket}) == {ticket: CloseCode.NOT_ALLOWED}


def test_any_number_of_connections_costs_two_queries(
    browser: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    mine = ticket_of(browser)
    strangers = {Ticket(f"session {number}", UUID(int=number), "hash") for number in range(4000)}
    with django_assert_num_queries(2):
        revoked = find_revoked({*strangers, mine})
    assert revoked.keys() == strangers


def test_what_was_subscribed_in_a_session_goes_with_it(alice: User, browser: Client) -> None:
    for key in (ticket_of(browser).session, "ended"):
        PushSubscription.objects.create(user=alice, session=key, endpoint=f"https://push.example/{key}")
    clear_expired()
    assert PushSubscription.objects.get().session == ticket_of(browser).session
