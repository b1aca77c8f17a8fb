from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from chat.models import PushSubscription
from chat.refusals import CloseCode
from chat.sessions import Ticket, clear_expired, find_revoked, open_session


@pytest.fixture
def browser(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


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


def test_logging_out_revokes_this_session_alone(alice: User, browser: Client) -> None:
    other = Client()
    other.force_login(alice)
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
