import re

import pytest
from django.test import Client

from accounts.models import User
from accounts.tests.browsing import log_in
from accounts.tests.conftest import is_logged_in, sign_up_form
from connect.tests.people import PASSWORD


@pytest.mark.parametrize("login", ["Bob.B", "bob.b", "BOB.B", "bob@example.com", "Bob@Example.COM", "  bob.b "])
def test_name_or_address_in_any_case_logs_in(client: Client, bob: User, login: str) -> None:
    answer = log_in(client, login)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_logged_in(client)


@pytest.mark.parametrize("login", ["Bob.B", "bob@example.com", "nobody", "nobody@example.com"])
def test_a_wrong_log_in_answers_alike_and_costs_one_hash_whoever_exists(
    client: Client, bob: User, hashes: list[str], login: str
) -> None:
    answer = log_in(client, login, "wrong-password-1")
    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors() == ["This name and password do not belong together."]
    assert len(hashes) == 1
    assert not is_logged_in(client)


def test_after_a_wrong_password_it_is_typed_again_and_the_name_is_there(client: Client, bob: User) -> None:
    shown = log_in(client, "bob.b", "wrong-password-1").content.decode()
    fields = dict(re.findall(r'<input type="\w+" name="(login|password)"([^>]*)>', shown))
    assert 'value="bob.b"' in fields["login"]
    assert (" autofocus" in fields["login"], " autofocus" in fields["password"]) == (False, True)


def test_a_switched_off_account_is_told_only_to_who_knows_its_password(
    client: Client, bob: User, hashes: list[str]
) -> None:
    User.objects.update(is_active=False)
    assert log_in(client, "bob.b", "wrong-password-1").status_code == 200
    assert len(hashes) == 1
    assert log_in(client, "bob.b")["Location"] == "/inactive/"
    assert not is_logged_in(client)
    assert b"switched off" in client.get("/inactive/").content


def test_switching_off_ends_the_session(client: Client, bob: User) -> None:
    log_in(client, "bob.b")
    assert is_logged_in(client)
    User.objects.update(is_active=False)
    assert not is_logged_in(client)


@pytest.mark.parametrize(
    ("target", "lands"),
    [
        ("/rooms/world/?from=7", "/rooms/world/?from=7"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("\t//evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("http://testserver.evil.example/", "/"),
        ("http://localhost/", "/"),
    ],
)
def test_next_leads_nowhere_but_here(client: Client, bob: User, target: str, lands: str) -> None:
    assert client.post("/login/", {"login": "bob.b", "password": PASSWORD, "next": target})["Location"] == lands
    assert client.post("/logout/", {"next": target})["Location"] == lands
    newcomer = Client()
    assert newcomer.post("/signup/", {**sign_up_form(), "next": target})["Location"] == lands


def test_a_form_carries_next_as_text(client: Client, db: None) -> None:
    page = client.get("/login/", {"next": '/"><script>'}).content.decode()
    assert "<script>" not in page.replace('<script src="', "")


def test_log_out_takes_a_post(client: Client, bob: User) -> None:
    log_in(client, "bob.b")
    assert client.get("/logout/").status_code == 405
    assert is_logged_in(client)
    assert client.post("/logout/")["Location"] == "/"
    assert not is_logged_in(client)


@pytest.mark.parametrize("path", ["/login/", "/logout/", "/password/reset/"])
def test_a_page_of_another_site_cannot_post(bob: User, path: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    fields = {"login": "bob.b", "password": PASSWORD, "email": "bob@example.com"}
    assert strict.post(path, fields).status_code == 403
    token = strict.get("/login/").cookies["csrftoken"].value
    assert strict.post(path, {**fields, "csrfmiddlewaretoken": token}).status_code == 302


def test_who_is_logged_in_is_sent_on(client: Client, bob: User) -> None:
    log_in(client, "bob.b")
    assert client.get("/login/")["Location"] == "/"
    assert client.get("/signup/")["Location"] == "/"


def test_asking_for_json_gives_the_same_page(client: Client, bob: User) -> None:
    answer = client.post(
        "/login/", {"login": "bob.b", "password": "wrong-password-1"}, headers={"x-requested-with": "XMLHttpRequest"}
    )
    assert answer["Content-Type"].startswith("text/html")


def test_the_admin_has_no_door_of_its_own(client: Client, bob: User) -> None:
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/login/?next=%2Fadmin%2F"
    answer = client.post("/admin/login/", {"username": "bob.b", "password": PASSWORD})
    assert answer["Location"].startswith("/login/")
    assert not is_logged_in(client)
