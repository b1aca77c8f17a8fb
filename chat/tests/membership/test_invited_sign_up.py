"""Signing up by an invitation: who gets an account, and who is in the room, at once or once their address is sure."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.addresses import confirm_address
from accounts.forms import SignupForm
from accounts.models import Invite, User
from accounts.tests.browsing import link_in, open_reset
from accounts.tests.conftest import NEW_PASSWORD, sign_up_form
from chat.membership.inviting import make_invite
from chat.membership.joining import remove
from chat.models import Room
from chat.tests.membership.invitations import accepts, address, is_in
from connect.tests.people import PASSWORD, as_, person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def by_invite(settings: Settings) -> None:
    settings.SIGN_UP = "invite"


@pytest.fixture
def mandatory(settings: Settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


def sign_up(browser: Client, name: str = "Carol", email: str = "carol@example.com") -> Any:
    return browser.post("/signup/", sign_up_form(name, email))


def arrive(invite: Invite, name: str = "Carol", email: str = "carol@example.com") -> User | None:
    """Somebody follows the link and signs up; their account, where they got one."""
    browser = Client()
    browser.get(address(invite))
    sign_up(browser, name, email)
    return User.objects.filter(username=name).first()


@pytest.mark.parametrize("mode", ["invite", "closed"])
def test_without_an_invitation_nobody_signs_up(mode: str, settings: Settings) -> None:
    settings.SIGN_UP = mode
    browser = Client()
    assert "Nobody can sign up" in browser.get("/signup/").content.decode()
    sign_up(browser)
    assert not User.objects.exists()


def test_with_one_they_sign_up_and_are_in_the_room(by_invite: None, plans: Room, bob: User) -> None:
    invite = make_invite(bob, plans, 7, 1, "")
    carol = arrive(invite)
    assert carol is not None
    assert is_in(carol, plans)
    assert arrive(invite, "Dan", "dan@example.com") is None


def test_whoever_signs_up_by_it_arrives_in_the_room(by_invite: None, plans: Room, bob: User) -> None:
    browser = Client()
    invite = make_invite(bob, plans, 7, 1, "")
    shown = browser.get(address(invite)).content.decode()
    way = f"/signup/?next={address(invite)}"
    assert f'href="{way}"' in shown
    assert 'href="/signup/"' not in shown, "not past the room"
    assert 'href="/login/"' not in shown
    arrived = browser.post(way, sign_up_form("Carol", "carol@example.com"), follow=True)
    assert (arrived.request["PATH_INFO"], arrived.status_code) == (f"/rooms/{plans.slug}/", 200)
    again = as_(User.objects.get(username="Carol")).get(address(invite))
    assert again["Location"] == f"/rooms/{plans.slug}/", "used up, and they are in"


def test_whoever_sees_at_the_sign_up_that_they_have_an_account_is_led_to_the_invitation(
    plans: Room, bob: User, charlie: User
) -> None:
    browser, invite = Client(), make_invite(bob, plans, 7, 1, "")
    way = re.findall(r'href="(/signup/[^"]*)"', browser.get(address(invite)).content.decode())
    logins = set(re.findall(r'href="(/login/[^"]*)"', browser.get(*way).content.decode()))
    assert logins
    for login in logins:
        arrived = browser.post(login, {"login": charlie.username, "password": PASSWORD}, follow=True)
        assert (arrived.request["PATH_INFO"], arrived.status_code) == (address(invite), 200)
        browser.post("/logout/")


def test_each_sign_up_is_a_use_though_the_browser_is_the_same(by_invite: None, plans: Room, bob: User) -> None:
    invite = make_invite(bob, plans, 7, 2, "")
    browser = Client()
    browser.get(address(invite))
    for name in ("Carol", "Dan", "Eve"):
        sign_up(browser, name, f"{name}@example.com")
        browser.post("/logout/")
        browser.get(address(invite))
    assert set(User.objects.exclude(pk=bob.pk).values_list("username", flat=True)) == {"Carol", "Dan"}
    assert Invite.objects.get().uses_left == 0


@pytest.mark.parametrize("mode", ["mandatory", "optional"])
def test_a_made_up_address_at_the_domain_opens_the_room_to_nobody(
    mode: str, plans: Room, bob: User, settings: Settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = mode
    invite = make_invite(bob, plans, 7, 1, "corp.example")
    browser = Client()
    browser.get(address(invite))
    sign_up(browser, "Fake", "made-up@corp.example")
    browser.post("/logout/")
    sign_up(browser, "Carol", "carol@gmail.example")
    browser.post(link_in())
    assert not is_in(User.objects.get(username="Fake"), plans)
    assert not is_in(User.objects.get(username="Carol"), plans)
    assert accepts(User.objects.get(username="Fake"), invite) in (403, 404)
    assert Invite.objects.get().uses_left == 0


@pytest.mark.parametrize(
    ("mode", "domain"), [("mandatory", ""), ("mandatory", "example.com"), ("optional", "example.com")]
)
def test_they_are_in_the_room_once_the_address_is_confirmed_in_whatever_browser(
    mode: str, domain: str, plans: Room, bob: User, settings: Settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = mode
    invite = make_invite(bob, plans, 7, 1, domain)
    carol = arrive(invite)
    assert carol is not None
    assert not is_in(carol, plans)
    Invite.objects.update(ends_at=timezone.now())  # it was good when it was spent
    Client().post(link_in())
    assert is_in(carol, plans)
    remove(bob, plans, carol)
    confirm_address(carol)
    assert not is_in(carol, plans)  # it leads there once


def test_a_new_password_by_mail_confirms_the_address_as_well(mandatory: None, plans: Room, bob: User) -> None:
    carol = arrive(make_invite(bob, plans, 7, 1, ""))
    assert carol is not None
    browser = Client()
    browser.post(open_reset(browser, carol.email), {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert is_in(carol, plans)


def test_an_invitation_that_was_ended_meanwhile_leads_nowhere(mandatory: None, plans: Room, bob: User) -> None:
    carol = arrive(make_invite(bob, plans, 7, 1, ""))
    assert carol is not None
    Invite.objects.all().delete()
    Client().post(link_in())
    assert not is_in(carol, plans)


def test_a_sign_up_that_fails_uses_nothing_up(
    by_invite: None, plans: Room, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    invite = make_invite(bob, plans, 7, 1, "")
    browser = Client()
    browser.get(address(invite))
    hashed = SignupForm.new_user

    def hash_while_a_rival_saves(form: SignupForm, request: Any) -> User:
        User.objects.filter(username="carol").exists() or person("carol")
        return hashed(form, request)

    monkeypatch.setattr(SignupForm, "new_user", hash_while_a_rival_saves)
    assert sign_up(browser).status_code == 200
    assert Invite.objects.get().uses_left == 1
    sign_up(browser, "Dan", "dan@example.com")
    assert is_in(User.objects.get(username="Dan"), plans)
    assert Invite.objects.get().uses_left == 0


def test_a_use_does_not_tell_whether_the_address_had_an_account(
    mandatory: None, by_invite: None, plans: Room, bob: User
) -> None:
    for name, email in (("Known", bob.email), ("Fresh", "fresh@example.com")):
        invite = make_invite(bob, plans, 7, 1, "")
        arrive(invite, name, email)
        invite.refresh_from_db()
        assert (invite.uses_left, plans.memberships.count()) == (0, 1)


def test_an_address_elsewhere_is_told_so_in_the_form(mandatory: None, by_invite: None, plans: Room, bob: User) -> None:
    browser = Client()
    browser.get(address(make_invite(bob, plans, 7, 1, "example.com")))
    refused = sign_up(browser, email="carol@elsewhere.org").content.decode()
    assert "This invitation is for addresses at example.com" in refused
    assert not User.objects.filter(username="Carol").exists()


def test_an_invitation_used_up_between_form_and_sign_up_opens_nothing(by_invite: None, alice: User) -> None:
    invite = make_invite(alice, None, 7, 1, "")
    first, second = Client(), Client()
    for browser in (first, second):
        browser.get(address(invite))
        assert "Create your account" in browser.get("/signup/").content.decode()
    assert sign_up(first).status_code == 302
    sign_up(second, "Dan", "dan@example.com")
    assert not User.objects.filter(username="Dan").exists()


def test_where_sign_up_is_open_an_invitation_only_leads_to_its_room(plans: Room, bob: User, settings: Settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "optional"
    invite = make_invite(bob, plans, 7, None, "example.com")
    browser = Client()
    browser.get(address(invite))
    sign_up(browser, email="carol@elsewhere.org")
    assert not is_in(User.objects.get(username="Carol"), plans)
