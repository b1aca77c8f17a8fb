"""Invitations: good for whom they say, as often and as long as they say, and only while their maker may invite."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.addresses import confirm_address
from accounts.forms import SignupForm
from accounts.models import Invite, User
from accounts.tests.conftest import NEW_PASSWORD, sign_up_form
from accounts.tests.test_passwords import open_reset
from accounts.tests.test_verification import link_in
from chat.inviting import make_invite
from chat.joining import join, remove
from chat.models import Membership, Room
from chat.opening import create_room, update_room
from chat.refusals import Refusal
from chat.rooms import ensure_world
from connect.tests.people import person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def plans(bob: User) -> Room:
    """Bob's private room."""
    ensure_world()
    return create_room(bob, "Plans", "", "private")


def as_(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def address(invite: Invite) -> str:
    return f"/join/{invite.token}/"


def is_in(user: User, room: Room) -> bool:
    return Membership.objects.filter(user=user, room=room).exists()


def accepts(user: User, invite: Invite) -> int:
    return as_(user).post(address(invite)).status_code


def test_who_follows_it_joins(plans: Room, bob: User, charlie: User) -> None:
    invite = make_invite(bob, plans, 7, None, "")
    assert "Plans" in as_(charlie).get(address(invite)).content.decode()
    answer = as_(charlie).post(address(invite))
    assert (answer.status_code, answer["Location"]) == (303, f"/rooms/{plans.slug}/")
    assert is_in(charlie, plans)


def test_it_is_made_and_ended_on_a_page_and_shows_a_code(
    plans: Room, bob: User, charlie: User, settings: Settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "optional"
    browser, path = as_(bob), f"/rooms/{plans.slug}/invites/"
    assert browser.post(path, {"act": "make", "days": "1", "uses": "2", "domain": "@Example.ORG"}).status_code == 303
    invite = Invite.objects.get()
    assert (invite.uses_left, invite.domain) == (2, "example.org")
    assert timedelta(hours=23) < invite.ends_at - timezone.now() < timedelta(hours=25)
    shown = browser.get(path).content.decode()
    assert invite.token in shown
    assert "data:image/svg+xml;base64," in shown
    assert browser.post(path, {"act": "end", "invite": str(invite.pk)}).status_code == 303
    assert accepts(charlie, invite) == 404
    assert as_(charlie).get(path).status_code == 404


@pytest.mark.parametrize("form", [{"days": "365"}, {"days": "1", "uses": "0"}, {"days": "1", "domain": "a b"}])
def test_a_mistaken_form_makes_none(form: dict[str, str], plans: Room, bob: User, optional: None) -> None:
    assert as_(bob).post(f"/rooms/{plans.slug}/invites/", {"act": "make", **form}).status_code == 400
    assert not Invite.objects.exists()


def test_who_does_not_moderate_invites_nobody(plans: Room, bob: User, charlie: User, alice: User) -> None:
    for user in (charlie, alice):
        assert as_(user).post(f"/rooms/{plans.slug}/invites/", {"act": "make", "days": "1"}).status_code == 404
        with pytest.raises(Refusal):
            make_invite(user, plans, 1, None, "")
    assert as_(bob).get("/invites/").status_code == 404
    assert as_(alice).get("/invites/").status_code == 200


def spoil(name: str, invite: Invite, room: Room, bob: User, charlie: User) -> None:
    if name == "run out":
        Invite.objects.update(ends_at=timezone.now())
    elif name == "used up":
        Invite.objects.update(uses_left=0)
    elif name == "maker gone":
        User.objects.filter(pk=bob.pk).update(is_active=False)
    elif name == "maker removed":
        Membership.objects.filter(user=bob).delete()
    elif name == "archived":
        update_room(bob, room, archived=True)
    elif name == "banned":
        remove(bob, room, charlie, ban=True)
    elif name == "other address":
        Invite.objects.update(domain="elsewhere.example")


@pytest.mark.parametrize(
    "name", ["run out", "used up", "maker gone", "maker removed", "archived", "banned", "other address"]
)
def test_it_is_worth_nothing_when(name: str, plans: Room, bob: User, charlie: User) -> None:
    invite = make_invite(bob, plans, 7, None, "")
    spoil(name, invite, plans, bob, charlie)
    assert accepts(charlie, invite) in (403, 404)
    assert not is_in(charlie, plans)


def test_only_who_comes_in_uses_it_up(plans: Room, bob: User, charlie: User) -> None:
    invite = make_invite(bob, plans, 7, 2, "")
    remove(bob, plans, charlie, ban=True)
    assert accepts(charlie, invite) == 404
    assert accepts(bob, invite) == 303  # is in the room already
    assert Invite.objects.get().uses_left == 2
    dora = person("dora")
    assert accepts(dora, invite) == accepts(dora, invite) == 303
    assert Invite.objects.get().uses_left == 1


def test_a_token_that_never_was_is_answered_like_one_that_has_run_out(plans: Room, bob: User, charlie: User) -> None:
    invite = make_invite(bob, plans, 7, None, "")
    Invite.objects.update(ends_at=timezone.now())
    gone, never = as_(charlie).get(address(invite)), as_(charlie).get("/join/nonsense/")
    assert gone.status_code == never.status_code == 404
    assert gone.content.decode().replace(invite.token, "nonsense") == never.content.decode()


def test_of_two_who_come_at_once_one_gets_the_last_use(plans: Room, bob: User) -> None:
    invite = make_invite(bob, plans, 7, 1, "")
    people = [person("eve"), person("finn")]

    def come(user: User) -> int:
        try:
            return accepts(user, invite)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(come, people)) == [303, 404]
    assert sum(is_in(user, plans) for user in people) == 1


@pytest.fixture
def by_invite(settings: Settings) -> None:
    settings.SIGN_UP = "invite"


@pytest.fixture
def mandatory(settings: Settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


@pytest.fixture
def optional(settings: Settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "optional"


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


def test_no_domain_is_asked_for_where_nobody_confirms_an_address(plans: Room, bob: User, alice: User) -> None:
    path = f"/rooms/{plans.slug}/invites/"
    assert "Only addresses at" not in as_(bob).get(path).content.decode()
    assert as_(bob).post(path, {"act": "make", "days": "1", "domain": "example.org"}).status_code == 403
    assert not Invite.objects.exists()
    with pytest.raises(Refusal):
        make_invite(bob, plans, 7, None, "example.org")


def test_under_optional_verification_a_room_may_ask_for_a_domain_and_the_site_may_not(
    optional: None, plans: Room, bob: User, alice: User
) -> None:
    assert "Only addresses at" in as_(bob).get(f"/rooms/{plans.slug}/invites/").content.decode()
    assert "Only addresses at" not in as_(alice).get("/invites/").content.decode()


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


def test_where_sign_up_is_open_an_invitation_only_leads_to_its_room(optional: None, plans: Room, bob: User) -> None:
    invite = make_invite(bob, plans, 7, None, "example.com")
    browser = Client()
    browser.get(address(invite))
    sign_up(browser, email="carol@elsewhere.org")
    assert not is_in(User.objects.get(username="Carol"), plans)


def test_a_public_room_may_be_invited_to_as_well(bob: User, charlie: User) -> None:
    ensure_world()
    room = create_room(bob, "Tea", "", "public")
    join(charlie, room)
    with pytest.raises(Refusal):
        make_invite(charlie, room, 7, None, "")
    assert accepts(person("eve"), make_invite(bob, room, 7, None, "")) == 303
