import re
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, connection
from django.test import Client

from accounts.forms import SignupForm
from accounts.models import User
from accounts.tests.conftest import is_logged_in, sign_up_form
from connect.tests.people import PASSWORD


def errors_of(page: str, field: str) -> str:
    found = re.search(rf'<ul class="field__error" id="id_{field}_error">(.*?)</ul>', page, re.S)
    return found.group(1) if found else ""


def test_a_sign_up_makes_an_ordinary_account_and_logs_in(client: Client, db: None) -> None:
    answer = client.post("/signup/", sign_up_form("Carol.X", "Carol@Example.com"))
    assert (answer.status_code, answer["Location"]) == (302, "/")
    carol = User.objects.get()
    assert (carol.username, carol.email) == ("Carol.X", "carol@example.com")
    assert carol.password.startswith("argon2$argon2id$")
    assert not carol.is_staff
    assert not carol.is_superuser  # the first to come is not the owner
    assert is_logged_in(client)
    assert mail.outbox == []


@pytest.mark.parametrize("username", ["alice", "ALICE", "aLiCe", "A1ice", "AIice"])
def test_a_name_that_exists_or_looks_like_one_is_refused_in_the_form(
    client: Client, alice: User, username: str
) -> None:
    page = client.post("/signup/", sign_up_form(username)).content.decode()
    assert "This name is taken" in errors_of(page, "username")
    assert User.objects.count() == 1


@pytest.mark.parametrize("email", ["alice@example.org", "ALICE@EXAMPLE.ORG", " alice@Example.org "])
def test_an_address_that_exists_is_refused_in_the_form_when_nothing_can_hide_it(
    client: Client, alice: User, email: str
) -> None:
    page = client.post("/signup/", sign_up_form(email=email)).content.decode()
    assert "An account with this address exists already" in errors_of(page, "email")
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("username", "everyone", "reserved"),
        ("username", "jürgen", "Use 2 to 32 letters"),
        ("username", "", "required"),
        ("email", "carol@example", "should have a period"),
        ("email", "", "required"),
        ("password1", "12345678901", "entirely numeric"),
        ("password1", "password1", "too common"),
        ("password1", "carol@example.com", "too similar"),
        ("password2", "something else", "same password"),
    ],
)
def test_a_wrong_field_says_so_beside_it(client: Client, db: None, field: str, value: str, error: str) -> None:
    page = client.post("/signup/", sign_up_form(**{field: value})).content.decode()
    assert error in errors_of(page, field)
    control = re.search(rf'<input[^>]*name="{field}"[^>]*>', page)
    assert control is not None
    assert 'aria-invalid="true"' in control[0]
    assert f"id_{field}_error" in control[0].split('aria-describedby="')[1]
    assert " autofocus" in control[0]
    assert "<title>Error: Sign up" in page
    assert PASSWORD not in page
    assert not User.objects.exists()


@pytest.mark.parametrize(("mode", "is_offered"), [("open", True), ("invite", False), ("closed", False)])
def test_signing_up_is_offered_where_one_may(
    client: Client, db: None, settings: Any, mode: str, is_offered: bool
) -> None:
    settings.SIGN_UP = mode
    for path in ("/", "/login/", "/chain/"):
        assert ("/signup/" in client.get(path).content.decode()) is is_offered, path


def test_the_fields_have_the_names_of_the_protocol(client: Client, db: None) -> None:
    page = client.get("/signup/").content.decode()
    names = re.findall(r'<input[^>]*name="(\w+)"', page)
    assert names == ["csrfmiddlewaretoken", "username", "email", "password1", "password2"]


def test_a_page_of_another_site_cannot_sign_up(db: None) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/signup/", sign_up_form()).status_code == 403
    token = strict.get("/signup/").cookies["csrftoken"].value
    assert strict.post("/signup/", sign_up_form(csrfmiddlewaretoken=token)).status_code == 302


@pytest.mark.parametrize(
    ("rival", "field"),
    [
        (("CAROL", "c@example.com"), "username"),
        (("caro1", "c@example.com"), "username"),
        (("carl", "carol@example.com"), "email"),
    ],
)
def test_of_two_who_choose_the_same_at_once_the_second_is_told(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch, rival: tuple[str, str], field: str
) -> None:
    hashed = SignupForm.new_user

    def hash_while_the_rival_saves(form: SignupForm, request: Any) -> User:
        User.objects.filter(username=rival[0]).exists() or User.objects.create_user(*rival)
        return hashed(form, request)

    monkeypatch.setattr(SignupForm, "new_user", hash_while_the_rival_saves)
    answer = client.post("/signup/", sign_up_form())
    assert answer.status_code == 200
    assert errors_of(answer.content.decode(), field)
    assert User.objects.count() == 1


def test_no_transaction_is_open_while_the_password_is_hashed(
    client: Client, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    hashed = SignupForm.new_user

    def watched(form: SignupForm, request: Any) -> User:
        user = hashed(form, request)
        seen.append(connection.in_atomic_block)
        return user

    monkeypatch.setattr(SignupForm, "new_user", watched)
    client.post("/signup/", sign_up_form())
    assert seen == [False]
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("username", "email"),
    [
        ("ALICE", "a@example.com"),
        ("a1ice", "a@example.com"),
        ("other", "ALICE@example.org"),
        ("other", "alice@example.org"),
    ],
)
def test_the_database_itself_refuses_doubles(alice: User, username: str, email: str) -> None:
    with pytest.raises(IntegrityError):
        User(username=username, email=email).save()


def test_dns_is_asked_at_sign_up_alone(
    client: Client, db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def normalize(address: str, *, check_dns: bool = False) -> str:
        asked.append(check_dns)
        return address

    monkeypatch.setattr("accounts.forms.normalize_address", normalize)
    settings.EMAIL_CHECK_DNS = True
    client.post("/signup/", sign_up_form())
    settings.EMAIL_CHECK_DNS = False
    Client().post("/signup/", sign_up_form("dora", "dora@example.com"))
    assert asked == [True, False]
