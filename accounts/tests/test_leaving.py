from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import connection
from django.test import Client

from accounts import leaving
from accounts.leaving import close_own_account, is_last_owner
from accounts.models import User
from accounts.tests.browsing import log_in, sure
from accounts.tests.conftest import is_logged_in
from connect.tests.people import PASSWORD, as_, person

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
    strict = as_(bob, enforce_csrf_checks=True)
    assert strict.post(LEAVE).status_code == 403
    assert Client().post(LEAVE)["Location"].startswith("/login/")
    assert User.objects.get(pk=bob.pk).is_active


@pytest.mark.parametrize(("other_is_active", "closes"), [(True, True), (False, False)])
def test_the_last_owner_stays(bob: User, alice: User, other_is_active: bool, closes: bool) -> None:
    User.objects.update(is_superuser=True)
    User.objects.filter(pk=alice.pk).update(is_active=other_is_active)
    bob.refresh_from_db()
    assert close_own_account(bob) is closes
    assert User.objects.get(pk=bob.pk).is_active is not closes


def test_of_two_owners_who_close_at_once_one_stays(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    owners = [person(name, is_superuser=True) for name in ("olga", "otto")]
    both = Barrier(2)

    def ask_together(user: User) -> bool:
        answer = is_last_owner(user)
        with suppress(BrokenBarrierError):
            both.wait(0.3)  # whoever waits for the other's answer gets none while that one waits for the lock
        return answer

    def close(user: User) -> bool:
        try:
            return close_own_account(user)
        finally:
            connection.close()

    monkeypatch.setattr(leaving, "is_last_owner", ask_together)
    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(close, owners)) == [False, True]
    assert User.objects.filter(is_active=True).count() == 1
