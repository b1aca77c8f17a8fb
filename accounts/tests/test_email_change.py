"""A change of address: what happens until the link is opened, and what nobody learns."""

import re
from typing import Any

import pytest
from django.core import mail, signing
from django.test import Client

from accounts import email_change
from accounts.addresses import is_confirmed
from accounts.email_change import sign_change
from accounts.models import User
from accounts.tests.browsing import link_in, log_in, sure
from connect.tests.people import PASSWORD, person

NEW = "robert@example.com"


@pytest.fixture
def _mandatory(settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


def ask(client: Client, address: str = NEW) -> Any:
    return client.post("/account/email/", {"email": address}, follow=True)


def words(page: Any) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value=)"\w+"', r"\1", page.content.decode())


def address_of(user: User) -> str:
    user.refresh_from_db()
    return str(user.email)


@pytest.mark.usefixtures("_mandatory")
def test_nothing_changes_before_the_link_and_then_the_old_address_is_told(client: Client, bob: User) -> None:
    sure(client)
    assert b"sent a link to robert@example.com" in ask(client, " Robert@Example.com ").content
    assert (address_of(bob), [each.to for each in mail.outbox]) == ("bob@example.com", [[NEW]])
    link = link_in()
    assert b"Change your address?" in client.get(link).content
    assert address_of(bob) == "bob@example.com"  # a mail scanner that opens the link changes nothing
    assert client.post(link)["Location"] == "/account/email/"
    assert address_of(bob) == NEW
    assert is_confirmed(bob)
    assert mail.outbox[-1].to == ["bob@example.com"]
    assert NEW in str(mail.outbox[-1].body)
    assert client.post(link).status_code == 404
    assert log_in(Client(), NEW).status_code == 302
    assert log_in(Client(), "bob@example.com").status_code == 200


@pytest.mark.usefixtures("_mandatory")
def test_the_link_works_for_nobody_else(client: Client, bob: User) -> None:
    mallory = person("mallory")
    ask(sure(client))
    link = link_in()
    assert Client().post(link)["Location"].startswith("/login/")
    other = Client()
    log_in(other, "mallory")
    assert other.post(link).status_code == 404
    assert (address_of(bob), address_of(mallory)) == ("bob@example.com", "mallory@example.org")


@pytest.mark.usefixtures("_mandatory")
def test_a_link_that_was_altered_or_is_old_works_not(
    client: Client, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in(client, "bob.b")
    link = f"/account/email/confirm/{sign_change(bob, NEW)}/"
    for wrong in (link[:-3] + "x/", "/account/email/confirm/x/", f"/account/email/confirm/{signing.dumps([1])}/"):
        assert client.post(wrong).status_code == 404
    monkeypatch.setattr(email_change, "LINK_LIFE_S", -1)
    assert client.post(link).status_code == 404
    assert address_of(bob) == "bob@example.com"


@pytest.mark.usefixtures("_mandatory")
def test_a_taken_address_answers_like_a_free_one_and_its_owner_learns_it(client: Client, bob: User) -> None:
    person("alice")
    sure(client)
    free, taken = ask(client), ask(client, "alice@example.org")
    assert (free.redirect_chain, free.status_code) == (taken.redirect_chain, taken.status_code)
    assert words(taken).replace("alice@example.org", NEW) == words(free)
    assert mail.outbox[-1].to == ["alice@example.org"]
    assert "belongs to another account" in str(mail.outbox[-1].body)
    assert "/confirm/" not in str(mail.outbox[-1].body)


@pytest.mark.usefixtures("_mandatory")
def test_of_two_accounts_that_wait_for_one_address_the_first_gets_it(client: Client, bob: User) -> None:
    other = person("other")
    first, second = sign_change(bob, NEW), sign_change(other, NEW)
    log_in(client, "bob.b")
    assert client.post(f"/account/email/confirm/{first}/").status_code == 302
    late = Client()
    log_in(late, "other")
    assert late.post(f"/account/email/confirm/{second}/").status_code == 404
    assert (address_of(bob), address_of(other)) == (NEW, "other@example.org")


def test_without_verification_it_changes_at_once_and_the_old_address_is_told(client: Client, bob: User) -> None:
    assert b"Your address is changed." in ask(sure(client)).content
    assert address_of(bob) == NEW
    assert [each.to for each in mail.outbox] == [["bob@example.com"]]


def test_without_verification_a_taken_address_is_refused_as_at_a_sign_up(client: Client, bob: User) -> None:
    person("alice")
    answer = ask(sure(client), "ALICE@example.org")
    assert "exists already" in answer.context["form"].errors["email"][0]
    assert address_of(bob) == "bob@example.com"


@pytest.mark.parametrize("address", ["bob@example.com", "BOB@example.com", "no address", "a@b", ""])
def test_what_is_no_other_address_is_refused(client: Client, bob: User, address: str) -> None:
    assert ask(sure(client), address).context["form"].errors["email"]
    assert (address_of(bob), mail.outbox) == ("bob@example.com", [])


def test_who_only_found_the_browser_open_changes_nothing_without_the_password(client: Client, bob: User) -> None:
    log_in(client, "bob.b")
    asked = client.post("/account/email/", {"email": NEW})
    assert asked["Location"] == "/account/again/?next=%2Faccount%2Femail%2F"
    assert client.post(asked["Location"], {"password": "wrong-password-1"}).status_code == 200
    assert address_of(bob) == "bob@example.com"
    assert client.post(asked["Location"], {"password": PASSWORD, "next": "/account/email/"}).status_code == 302
    assert address_of(bob) == NEW  # what was asked before is done now, once


@pytest.mark.usefixtures("_mandatory")
def test_mails_to_one_address_are_throttled_whoever_asks(client: Client, bob: User) -> None:
    sure(client)
    for _ in range(5):
        ask(client)
    assert "Too many" in ask(client, "another@example.com").context["form"].errors["email"][0]
    person("other")
    assert "Too many" in ask(sure(Client(), "other")).context["form"].errors["email"][0]
    assert len(mail.outbox) == 5
