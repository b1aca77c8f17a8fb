from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.tests.browsing import log_in
from accounts.tests.conftest import is_logged_in, sign_up_form
from connect.tests.people import PASSWORD

WRONG = "wrong-password-1"


@pytest.mark.parametrize("login", ["bob.b", "bob@example.com", "nobody"])
def test_the_sixth_guess_at_one_name_is_not_looked_at(
    client: Client, bob: User, alice: User, hashes: list[str], login: str
) -> None:
    for guess in range(5):
        log_in(Client(REMOTE_ADDR=f"198.51.100.{guess}"), login, WRONG)
    hashes.clear()
    answer = log_in(client, login.upper(), PASSWORD)
    assert answer.context["form"].non_field_errors() == ["Too many attempts. Wait a few minutes, then try again."]
    assert hashes == []
    assert not is_logged_in(client)
    assert log_in(client, "alice").status_code == 302  # others are not held up


def test_the_right_password_uses_up_nothing(client: Client, bob: User) -> None:
    for _ in range(7):
        assert log_in(client, "bob.b").status_code == 302
        client.post("/logout/")


def test_one_address_guesses_at_ten_names_a_minute(alice: User, bob: User) -> None:
    for guess in range(10):
        log_in(Client(), f"nobody{guess}", WRONG)
    assert log_in(Client(), "bob.b").status_code == 200
    assert log_in(Client(REMOTE_ADDR="198.51.100.7"), "bob.b").status_code == 302


def test_the_twenty_first_sign_up_of_a_minute_waits(db: None) -> None:
    empty = [Client().post("/signup/", {}).status_code for _ in range(21)]
    assert empty == [200] * 20 + [429]
    page = Client().post("/signup/", sign_up_form())
    assert page.status_code == 429
    assert b"Slowly, please" in page.content
    assert not User.objects.exists()
    assert Client(REMOTE_ADDR="198.51.100.7").post("/signup/", sign_up_form()).status_code == 302


def test_resets_are_throttled_by_address_whether_it_has_an_account(bob: User) -> None:
    for email in ("bob@example.com", "nobody@example.com"):
        answers = [Client().post("/password/reset/", {"email": email}).status_code for _ in range(6)]
        assert answers == [302] * 5 + [429]


def test_without_a_proxy_nobody_claims_an_address(db: None) -> None:
    answers = [Client(HTTP_X_FORWARDED_FOR=f"203.0.113.{turn}").post("/signup/", {}).status_code for turn in range(21)]
    assert answers[-1] == 429


def test_behind_a_proxy_what_the_proxy_saw_counts(db: None, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    forged = [
        Client(HTTP_X_FORWARDED_FOR=f"203.0.113.{turn}, 198.51.100.1").post("/signup/", {}).status_code
        for turn in range(21)
    ]
    assert forged[-1] == 429
    other = Client(HTTP_X_FORWARDED_FOR="203.0.113.1, 198.51.100.2")
    assert other.post("/signup/", {}).status_code == 200
