import pytest
from django.test import Client

from accounts.models import User
from accounts.profile import ProfileForm
from connect.tests.people import as_, person


@pytest.fixture
def browser(bob: User) -> Client:
    return as_(bob)


def test_a_name_is_kept_and_told_and_the_username_stays(browser: Client, bob: User, told: list[str]) -> None:
    assert browser.post("/account/", {"name": " Bob  Builder ", "username": "root"})["Location"] == "/account/"
    bob.refresh_from_db()
    assert (bob.get_full_name(), bob.username) == ("Bob Builder", "Bob.B")
    assert told == ["Bob Builder"]
    assert b"Bob Builder" in browser.get("/account/").content


def test_an_empty_name_is_the_username_again(browser: Client, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(first_name="Bob", last_name="Builder")
    browser.post("/account/", {"name": ""})
    bob.refresh_from_db()
    assert bob.get_full_name() == ""


@pytest.mark.parametrize(
    "name",
    [
        *("alice", "ALICE", "AIice", "al\u200dice", "alice\ufe0f", "ａｌｉｃｅ", "ⓐlice", "Ada\u202e"),
        *("admin", "ADMIN", "Adm1n", "ad.min", "Ádmin", "OFFICIAL", "Every one"),
    ],
)
def test_a_name_that_passes_for_another_is_refused(browser: Client, bob: User, told: list[str], name: str) -> None:
    person("alice")
    answer = browser.post("/account/", {"name": name})
    assert answer.status_code == 200
    assert "name" in answer.context["form"].errors
    bob.refresh_from_db()
    assert (bob.get_full_name(), told) == ("", [])


def test_ones_own_username_and_other_peoples_display_names_are_free(bob: User) -> None:
    other = person("alice")
    other.first_name = "Chris"
    other.save()
    assert ProfileForm(bob, {"name": "bob.b"}).is_valid()
    assert ProfileForm(bob, {"name": "Chris"}).is_valid()


def test_a_name_is_shown_as_text(browser: Client, bob: User) -> None:
    browser.post("/account/", {"name": "<b>Bob</b>"})
    assert b"<b>Bob" not in browser.get("/account/").content


@pytest.mark.parametrize("path", ["/account/", "/account/sessions/", "/account/appearance/", "/account/password/"])
def test_the_settings_are_for_who_is_logged_in(client: Client, browser: Client, path: str) -> None:
    assert client.get(path)["Location"] == f"/login/?next={path}"
    assert client.post(path, {"name": "x"})["Location"].startswith("/login/") or path == "/account/appearance/"
    page = browser.get(path)
    assert page.status_code == 200
    assert f'href="{path}" aria-current="page"' in page.content.decode()
    assert page.content.decode().count('aria-current="page"') == 1


def test_every_form_refuses_a_post_from_elsewhere(bob: User) -> None:
    strict = as_(bob, enforce_csrf_checks=True)
    for path in ("/account/", "/account/sessions/end-others/", "/account/password/"):
        assert strict.post(path, {"name": "Mallory"}).status_code == 403
    bob.refresh_from_db()
    assert bob.get_full_name() == ""
