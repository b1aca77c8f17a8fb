"""Whom one finds, in every place that suggests people: nobody whose account may not be one."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.addresses import confirm_address
from accounts.models import User
from accounts.profile import ProfileForm
from accounts.tests.conftest import sign_up_form
from chat.people import find_mentionable
from chat.rooms import ensure_world
from connect.tests.people import as_

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mandatory(settings: Settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


def seen(user: User, name: str) -> list[Any]:
    """All that somebody with an account can ask about a name."""
    browser = as_(user)
    form = ProfileForm(user, {"name": name})
    return [
        browser.get("/rooms/world/people", {"q": name}).json(),
        browser.get("/search/suggest/", {"q": name}).json()["people"],
        browser.post("/direct/new/", {"q": name, "search": "1"}).context["choice"].found,
        find_mentionable([name]),
        form.is_valid(),
        form.errors,
    ]


def test_nobody_finds_out_by_a_sign_up_whether_its_address_had_an_account(
    mandatory: None, bob: User, charlie: User
) -> None:
    ensure_world()
    Client().post("/signup/", sign_up_form("probe", charlie.email))
    Client().post("/signup/", sign_up_form("tried", "new@example.com"))
    assert User.objects.filter(username="tried").exists()
    assert not User.objects.filter(username="probe").exists()
    assert seen(bob, "tried") == seen(bob, "probe")


def test_who_has_confirmed_the_address_is_found_everywhere(mandatory: None, bob: User) -> None:
    ensure_world()
    Client().post("/signup/", sign_up_form("tried", "new@example.com"))
    tried = User.objects.get(username="tried")
    confirm_address(tried)
    people, suggested, choice, mentionable, *_ = seen(bob, "tried")
    assert [each["username"] for each in people["people"]] == ["tried"]
    assert [each["username"] for each in suggested] == ["tried"]
    assert choice == [tried]
    assert mentionable == {"tried"}


def test_without_verification_everybody_is_found(bob: User, settings: Settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"
    ensure_world()
    Client().post("/signup/", sign_up_form("tried", "new@example.com"))
    assert seen(bob, "tried")[2] == [User.objects.get(username="tried")]
