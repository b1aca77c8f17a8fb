import json
import stat
import threading
import time
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from accounts import owner
from accounts.addresses import is_confirmed
from accounts.models import User
from accounts.tests.conftest import is_logged_in, sign_up_form
from connect.tests.people import PASSWORD

CLOSED = b"This link does not work"


@pytest.fixture
def link(db: None) -> str:
    out = StringIO()
    call_command("owner_link", stdout=out)
    return out.getvalue().strip().removeprefix("http://127.0.0.1:8000")


def token_of(link: str) -> str:
    return link.removeprefix("/owner/").strip("/")


def test_the_link_makes_the_owner_once_and_logs_them_in(client: Client, link: str) -> None:
    page = client.get(link)
    assert page.status_code == 200
    # The address is the key, so no other site hears it. Not "no-referrer": browsers then post with `Origin: null`,
    # which the CSRF check refuses.
    assert page["Referrer-Policy"] == "same-origin"
    assert "no-store" in page["Cache-Control"]
    answer = client.post(link, sign_up_form("admin", "Admin@Example.com"))
    assert (answer.status_code, answer["Location"]) == (302, "/")
    first = User.objects.get()
    assert (first.username, first.email, first.is_superuser, first.is_staff) == (
        "admin",
        "admin@example.com",
        True,
        True,
    )
    assert first.check_password(PASSWORD)
    assert is_confirmed(first)
    assert is_logged_in(client)
    for answer in (Client().get(link), Client().post(link, sign_up_form())):
        assert answer.status_code == 404
        assert CLOSED in answer.content
    assert User.objects.count() == 1


def test_the_owner_is_confirmed_when_that_is_mandatory(client: Client, link: str, settings: Settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    client.post(link, sign_up_form())
    assert is_logged_in(client)
    assert Client().post("/login/", {"login": "carol", "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize(
    "changes",
    [{"password2": "another"}, {"username": "everyone"}, {"username": "ö"}, {"email": "x"}, {"password1": "1"}],
)
def test_a_form_with_a_mistake_does_not_spend_the_link(client: Client, link: str, changes: dict[str, str]) -> None:
    answer = client.post(link, sign_up_form(**changes))
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not User.objects.exists()
    assert client.post(link, sign_up_form()).status_code == 302


@pytest.mark.parametrize(("token", "status"), [("x", 404), ("a" * 43, 404), ("%00", 400), ("ü", 404)])
def test_another_token_opens_nothing(client: Client, link: str, token: str, status: int) -> None:
    for answer in (client.get(f"/owner/{token}/"), client.post(f"/owner/{token}/", sign_up_form())):
        assert answer.status_code == status
    assert not User.objects.exists()
    assert client.get(link).status_code == 200


def test_a_page_of_another_site_cannot_use_the_link(link: str) -> None:
    assert Client(enforce_csrf_checks=True).post(link, sign_up_form()).status_code == 403


def test_an_ordinary_sign_up_closes_the_link(client: Client, link: str) -> None:
    Client().post("/signup/", sign_up_form())
    assert client.get(link).status_code == 404
    assert client.post(link, sign_up_form("dora", "dora@example.com")).status_code == 404
    assert not User.objects.filter(is_superuser=True).exists()
    with pytest.raises(CommandError, match="createsuperuser"):
        call_command("owner_link")


def test_an_account_made_while_the_form_was_filled_in_closes_the_link(
    link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owner, "owner_link_is_open", lambda token: True)  # looked before the other account came
    User.objects.create_user("dora", "dora@example.com")
    with pytest.raises(owner.OwnerLinkClosed):
        owner.make_owner(token_of(link), User(username="carol", email="carol@example.com"))
    assert not User.objects.filter(is_superuser=True).exists()


def test_a_new_link_replaces_the_one_before(client: Client, link: str) -> None:
    newer = owner.owner_link_token()
    assert client.get(link).status_code == 404
    assert client.get(f"/owner/{newer}/").status_code == 200


def test_a_link_lives_for_a_day(client: Client, db: None) -> None:
    live = owner.owner_link_token(now_s=time.time() - owner.LIFE_S + 600)
    assert client.get(f"/owner/{live}/").status_code == 200
    dead = owner.owner_link_token(now_s=time.time() - owner.LIFE_S)
    assert client.get(f"/owner/{dead}/").status_code == 404


def test_the_disk_holds_a_hash_that_only_its_user_reads(link: str, settings: Settings) -> None:
    (file,) = Path(settings.DATA_DIR).glob("owner_link*")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert set(json.loads(file.read_text())) == {"sha256", "ends_s"}
    assert token_of(link) not in file.read_text()


def test_of_many_who_use_the_link_at_once_one_becomes_the_owner(link: str, monkeypatch: pytest.MonkeyPatch) -> None:
    barrier = threading.Barrier(8)
    made: list[str] = []
    refused: list[str] = []

    def looked(token: str) -> bool:
        barrier.wait(timeout=30)  # all of them have seen the link open
        return True

    def save(user: User) -> User:
        made.append(user.username)
        return user

    monkeypatch.setattr(owner, "owner_link_is_open", looked)
    monkeypatch.setattr(owner, "_save_owner", save)

    def use(name: str) -> None:
        try:
            owner.make_owner(token_of(link), User(username=name, email=f"{name}@example.com"))
        except owner.OwnerLinkClosed:
            refused.append(name)

    threads = [threading.Thread(target=use, args=(f"person{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(made) == 1
    assert len(refused) == 7


def test_a_failure_while_saving_leaves_the_link_open(link: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(user: User) -> User:
        raise RuntimeError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(owner, "_save_owner", fail)
        with pytest.raises(RuntimeError):
            owner.make_owner(token_of(link), User(username="carol", email="carol@example.com"))
    assert owner.owner_link_is_open(token_of(link))


def test_the_command_prints_an_address_that_people_can_open(db: None, settings: Settings) -> None:
    settings.SITE_URL = "https://chat.example.org"
    out = StringIO()
    call_command("owner_link", stdout=out)
    assert out.getvalue().startswith("https://chat.example.org/owner/")
