import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.addresses import is_confirmed
from accounts.models import User, UserSession
from accounts.tests.browsing import link_in, log_in, open_reset, outcome
from accounts.tests.conftest import NEW_PASSWORD, is_logged_in, sign_up_form
from connect.tests.people import PASSWORD


@pytest.fixture
def elsewhere(bob: User) -> Client:
    """Bob's session in another browser."""
    client = Client()
    log_in(client, "bob.b")
    assert is_logged_in(client)
    return client


def change(client: Client, old: str, new: str = NEW_PASSWORD) -> Any:
    return client.post("/account/password/", {"oldpassword": old, "password1": new, "password2": new})


def test_a_change_ends_every_session_and_says_so(client: Client, elsewhere: Client) -> None:
    log_in(client, "bob.b")
    answer = change(client, PASSWORD)
    assert answer["Location"] == "/login/"
    assert b"logged out everywhere" in client.get("/login/").content
    assert not is_logged_in(client)
    assert not UserSession.objects.exists()  # gone, so that nothing is pushed to their browsers
    assert not is_logged_in(elsewhere)
    assert log_in(client, "bob.b").status_code == 200
    assert log_in(client, "bob.b", NEW_PASSWORD).status_code == 302
    assert "was changed" in mail.outbox[-1].subject


def test_a_change_needs_the_present_password(elsewhere: Client) -> None:
    answer = change(elsewhere, "wrong-password-1")
    assert answer.context["form"].errors == {"oldpassword": ["This is not your current password."]}
    assert is_logged_in(elsewhere)
    assert log_in(Client(), "bob.b").status_code == 302


def test_a_change_refuses_a_weak_password(elsewhere: Client) -> None:
    assert "password1" in change(elsewhere, PASSWORD, "12345678").context["form"].errors
    assert is_logged_in(elsewhere)


def test_who_has_no_password_sets_one_by_mail(client: Client, bob: User) -> None:
    bob.set_unusable_password()
    bob.save()
    client.force_login(bob)
    page = client.get("/account/password/", follow=True)
    assert (page.status_code, page.request["PATH_INFO"]) == (200, "/password/reset/")
    form = open_reset(client)
    assert client.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})["Location"] == "/login/"
    assert log_in(Client(), "bob.b", NEW_PASSWORD).status_code == 302


def test_strangers_are_sent_to_log_in(client: Client, bob: User) -> None:
    assert change(client, PASSWORD)["Location"] == "/login/?next=/account/password/"
    assert log_in(client, "bob.b").status_code == 302


def test_a_reset_sets_the_password_once_and_ends_every_session(client: Client, elsewhere: Client) -> None:
    form = open_reset(client)
    link = link_in()
    assert client.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})["Location"] == "/login/"
    assert not is_logged_in(client)
    assert not is_logged_in(elsewhere)
    assert log_in(client, "bob@example.com", NEW_PASSWORD).status_code == 302
    assert b"This link does not work" in Client().get(link).content


def test_a_weak_password_does_not_spend_the_link(client: Client, bob: User) -> None:
    form = open_reset(client)
    assert "password1" in client.post(form, {"password1": "12345678", "password2": "12345678"}).context["form"].errors
    assert client.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}).status_code == 302


@pytest.mark.parametrize("key", ["abc-def", "0-set-password", "ffffffffffffffffffffffffffffffff-c0ffee-00"])
def test_a_forged_reset_link_does_not_work(client: Client, bob: User, key: str) -> None:
    assert b"This link does not work" in client.get(f"/password/reset/key/{key}/").content


def test_a_reset_link_ends_when_the_address_changes(client: Client, bob: User) -> None:
    client.post("/password/reset/", {"email": "bob@example.com"})
    User.objects.update(email="bob@example.net")
    assert b"This link does not work" in client.get(link_in()).content


@pytest.mark.parametrize("mode", ["none", "optional", "mandatory"])
def test_a_reset_looks_the_same_whether_the_address_has_an_account(bob: User, settings: Any, mode: str) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = mode
    seen = []
    for email in ("BOB@example.com", "nobody@example.com"):
        client = Client()
        answer = client.post("/password/reset/", {"email": email}, follow=True)
        seen.append((answer.redirect_chain, outcome(client, answer)))
    assert seen[0] == seen[1]
    assert [message.to for message in mail.outbox] == [["bob@example.com"], ["nobody@example.com"]]
    assert "/password/reset/key/" in str(mail.outbox[0].body)
    assert "no account has this address" in str(mail.outbox[1].body)
    assert not re.search("reset/key", str(mail.outbox[1].body))


def test_a_switched_off_account_gets_no_link(client: Client, bob: User) -> None:
    User.objects.update(is_active=False)
    client.post("/password/reset/", {"email": "bob@example.com"})
    assert "no account has this address" in str(mail.outbox[0].body)


def test_a_reset_confirms_the_address(client: Client, db: None, settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    Client().post("/signup/", sign_up_form())
    assert not is_confirmed(User.objects.get())
    form = open_reset(client, "carol@example.com")
    client.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert is_confirmed(User.objects.get())
    assert log_in(client, "carol", NEW_PASSWORD).status_code == 302
    assert is_logged_in(client)
