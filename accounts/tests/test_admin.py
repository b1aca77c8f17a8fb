from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User, UserSession
from accounts.tests.conftest import is_logged_in
from connect.tests.people import PASSWORD, as_

PEOPLE = "/admin/accounts/user/"


@pytest.fixture
def helper(db: None) -> User:
    """On the staff, may change people, is no superuser."""
    user = User.objects.create_user("helper", "helper@example.com", PASSWORD, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user", "delete_user"]))
    return user


def edit(client: Client, person: User, **changes: str) -> Any:
    fields = {"username": person.username, "email": person.email, "is_active": "on"}
    return client.post(f"{PEOPLE}{person.pk}/change/", {**fields, **changes})


def act(client: Client, action: str, *people: User) -> Any:
    return client.post(PEOPLE, {"action": action, "_selected_action": [str(person.pk) for person in people]})


def test_members_and_strangers_are_kept_out(bob: User) -> None:
    assert as_(bob).get(PEOPLE, follow=True).status_code == 403
    assert Client().get(PEOPLE, follow=True).redirect_chain[-1][0].startswith("/login/?next=")


def test_the_owner_finds_people(alice: User, bob: User) -> None:
    client = as_(alice)
    for term in ("bob", "bob@example", str(bob.pk)):
        page = client.get(PEOPLE, {"q": term}).content.decode()
        assert "Bob.B" in page
        assert "alice@example.org" not in page
    assert client.get(f"{PEOPLE}{bob.pk}/change/").status_code == 200


def test_no_account_is_closed_here_for_that_is_an_entry(alice: User, bob: User) -> None:
    owner, member = as_(alice), as_(bob)
    owner.post(f"{PEOPLE}{bob.pk}/change/", {"username": bob.username, "email": bob.email})  # without the checkbox
    act(owner, "switch_off", bob)
    assert is_logged_in(member)


def test_nobody_is_deleted(alice: User, helper: User, bob: User) -> None:
    for client in (as_(alice), as_(helper)):
        assert client.post(f"{PEOPLE}{bob.pk}/delete/", {"post": "yes"}).status_code == 403
        act(client, "delete_selected", bob)
    assert User.objects.filter(pk=bob.pk).exists()


def test_only_a_superuser_hands_out_powers(alice: User, helper: User, bob: User) -> None:
    edit(as_(helper), bob, is_superuser="on", is_staff="on")
    edit(as_(helper), helper, is_superuser="on")
    assert set(User.objects.filter(is_superuser=True)) == {alice}
    assert not User.objects.get(pk=bob.pk).is_staff
    edit(as_(alice), bob, is_superuser="on", is_staff="on")
    assert User.objects.get(pk=bob.pk).is_superuser


def test_the_staff_cannot_touch_a_superuser(alice: User, helper: User, bob: User) -> None:
    client = as_(helper)
    edit(client, alice, email="mine@example.com")
    client.post(f"{PEOPLE}{alice.pk}/password/", {"password1": "taken-over-77", "password2": "taken-over-77"})
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"
    assert alice.check_password(PASSWORD)


def test_a_new_address_takes_the_place_of_the_old_one(alice: User, bob: User) -> None:
    assert edit(as_(alice), bob, email="Robert@Example.com").status_code == 302
    assert [(row.email, row.verified) for row in EmailAddress.objects.filter(user=bob)] == [
        ("robert@example.com", True)
    ]
    assert Client().post("/login/", {"login": "bob@example.com", "password": PASSWORD}).status_code == 200
    assert Client().post("/login/", {"login": "robert@example.com", "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize("email", ["ALICE@example.org", "alice@example.org"])
def test_an_address_of_somebody_else_is_refused(alice: User, bob: User, email: str) -> None:
    assert edit(as_(alice), bob, email=email).status_code == 200
    assert User.objects.get(pk=bob.pk).email == "bob@example.com"


def test_the_owner_adds_a_person(alice: User) -> None:
    fields = {"username": "erin", "email": "erin@example.com", "usable_password": "true"}
    passwords = {"password1": PASSWORD, "password2": PASSWORD}
    assert as_(alice).post(f"{PEOPLE}add/", {**fields, **passwords}).status_code == 302
    assert Client().post("/login/", {"login": "erin", "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize("username", ["er in", "e", "ALICE", "aIice"])
def test_the_admin_keeps_the_rules_of_names(alice: User, username: str) -> None:
    fields = {"username": username, "email": "erin@example.com", "usable_password": "true"}
    passwords = {"password1": PASSWORD, "password2": PASSWORD}
    assert as_(alice).post(f"{PEOPLE}add/", {**fields, **passwords}).status_code == 200
    assert not User.objects.filter(email="erin@example.com").exists()


def test_a_password_set_in_the_admin_ends_the_sessions(alice: User, bob: User) -> None:
    member = as_(bob)
    fields = {"usable_password": "true", "password1": "set-by-the-owner-1", "password2": "set-by-the-owner-1"}
    assert as_(alice).post(f"{PEOPLE}{bob.pk}/password/", fields).status_code == 302
    assert not UserSession.objects.filter(user=bob).exists()
    assert not is_logged_in(member)


def test_who_sets_their_own_password_in_the_admin_stays(alice: User) -> None:
    here, there = as_(alice), as_(alice)
    fields = {"usable_password": "true", "password1": "set-by-the-owner-1", "password2": "set-by-the-owner-1"}
    assert here.post(f"{PEOPLE}{alice.pk}/password/", fields).status_code == 302
    assert is_logged_in(here)
    assert not is_logged_in(there)


@pytest.mark.parametrize("table", ["account/emailaddress/add/", "account/emailaddress/", "mfa/authenticator/"])
def test_addresses_and_secrets_have_no_table_of_their_own(alice: User, table: str) -> None:
    assert as_(alice).get(f"/admin/{table}").status_code == 404


def test_another_name_is_told_to_who_shows_names(
    alice: User, bob: User, told: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        edit(as_(alice), bob, email="robert@example.com")
    assert told == []
    with django_capture_on_commit_callbacks(execute=True):
        assert edit(as_(alice), bob, username="Robert").status_code == 302
    assert told == ["Robert"]
