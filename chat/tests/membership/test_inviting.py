"""Invitations: good for whom they say, as often and as long as they say, and only while their maker may invite."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Invite, User
from chat.membership import inviting
from chat.membership.inviting import make_invite
from chat.membership.joining import join, remove
from chat.membership.opening import create_room, update_room
from chat.models import Membership, Room
from chat.refusals import Refusal
from chat.rooms import ensure_world
from chat.tests.membership.invitations import accepts, address, is_in
from connect.tests.people import as_, person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def optional(settings: Settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "optional"


def test_who_follows_it_joins(plans: Room, bob: User, charlie: User) -> None:
    invite = make_invite(bob, plans, 7, None, "")
    assert "Plans" in as_(charlie).get(address(invite)).content.decode()
    answer = as_(charlie).post(address(invite))
    assert (answer.status_code, answer["Location"]) == (303, f"/rooms/{plans.slug}/")
    assert is_in(charlie, plans)
    again = as_(charlie).get(address(invite))
    assert (again.status_code, again["Location"]) == (303, f"/rooms/{plans.slug}/"), "there already"


def test_whoever_invites_is_called_as_others_know_them(plans: Room, bob: User, charlie: User) -> None:
    bob.first_name = "Bob Brown"
    bob.save()
    invite = make_invite(bob, plans, 7, None, "")
    assert "<bdi>Bob Brown</bdi> invites you." in as_(charlie).get(address(invite)).content.decode()
    assert "made by <bdi>Bob Brown</bdi>" in as_(bob).get(f"/rooms/{plans.slug}/invites/").content.decode()


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
    assert f'src="{address(invite)}code.svg" loading="lazy"' in shown
    code = browser.get(f"{address(invite)}code.svg")
    assert (code["Content-Type"], b"<svg" in code.content) == ("image/svg+xml", True)
    assert browser.post(path, {"act": "end", "invite": str(invite.pk)}).status_code == 303
    assert accepts(charlie, invite) == 404
    assert browser.get(f"{address(invite)}code.svg").status_code == 404
    assert as_(charlie).get(path).status_code == 404


@pytest.mark.parametrize("form", [{"days": "365"}, {"days": "1", "uses": "0"}, {"days": "1", "domain": "a b"}])
def test_a_mistaken_form_makes_none(form: dict[str, str], plans: Room, bob: User, optional: None) -> None:
    assert as_(bob).post(f"/rooms/{plans.slug}/invites/", {"act": "make", **form}).status_code == 400
    assert not Invite.objects.exists()


def test_good_invitations_are_bounded(plans: Room, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inviting, "INVITES_LIMIT", 1)
    path = f"/rooms/{plans.slug}/invites/"
    assert [as_(bob).post(path, {"act": "make", "days": "1"}).status_code for _ in range(2)] == [303, 403]


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


def test_a_public_room_may_be_invited_to_as_well(bob: User, charlie: User) -> None:
    ensure_world()
    room = create_room(bob, "Tea", "", "public")
    join(charlie, room)
    with pytest.raises(Refusal):
        make_invite(charlie, room, 7, None, "")
    assert accepts(person("eve"), make_invite(bob, room, 7, None, "")) == 303
