import pytest
from django.test import Client

from accounts.leaving import close_account
from accounts.models import User
from accounts.tests.conftest import is_logged_in
from accounts.tests.test_email_change import sure
from accounts.tests.test_login import log_in
from connect.tests.people import PASSWORD

LEAVE = "/account/leave/"


def test_a_closed_account_is_out_everywhere_and_lets_nobody_in(client: Client, bob: User) -> None:
    elsewhere = Client()
    log_in(elsewhere, "bob.b")
    sure(client)
    assert b"the ledger forgets nothing" in client.get(LEAVE).content
    assert client.post(LEAVE)["Location"] == "/inactive/"
    assert not is_logged_in(client)
    assert not is_logged_in(elsewhere)
    assert log_in(client, "bob.b")["Location"] == "/inactive/"
    User.objects.update(is_active=True)
    assert not is_logged_in(elsewhere)  # the sessions are gone, not only asleep


def test_it_takes_a_post_with_token_and_the_password(client: Client, bob: User) -> None:
    log_in(client, "bob.b")
    assert client.post(LEAVE)["Location"].startswith("/account/again/")
    client.post("/account/again/", {"password": PASSWORD})
    assert client.get(LEAVE).status_code == 200
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(bob)
    assert strict.post(LEAVE).status_code == 403
    assert Client().post(LEAVE)["Location"].startswith("/login/")
    assert User.objects.get(pk=bob.pk).is_active


@pytest.mark.parametrize(("other_is_active", "closes"), [(True, True), (False, False)])
def test_the_last_owner_stays(bob: User, alice: User, other_is_active: bool, closes: bool) -> None:
    User.objects.update(is_superuser=True)
    User.objects.filter(pk=alice.pk).update(is_active=other_is_active)
    bob.refresh_from_db()
    assert close_account(bob) is closes
    assert User.objects.get(pk=bob.pk).is_active is not closes
