"""Pages about rooms, without a script: what one may do works, what one may not is refused, what is hidden is a 404."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from chat.membership.joining import add, join, remove, set_role
from chat.membership.opening import create_room, update_room
from chat.models import Ban, Membership, Room
from chat.pages import details_views, room_views
from chat.rooms import ensure_world
from chat.tests.entries import post
from chat.tests.pages.browsing import act, page
from connect.tests.people import as_, person
from ledger.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tea(bob: User, charlie: User) -> Room:
    """Bob's public room; charlie is not in it."""
    ensure_world()
    return create_room(bob, "Tea", "Leaves", "public")


def test_a_room_is_opened_by_a_form(bob: User) -> None:
    ensure_world()
    browser = as_(bob)
    answer = browser.post("/rooms/new/", {"name": "  Tea \n time ", "topic": "", "access": "private"})
    room = Room.objects.get(access="private")
    assert (answer.status_code, answer["Location"]) == (303, f"/rooms/{room.slug}/")
    assert room.name == "Tea time"
    assert "Tea time" in page(browser, "/")


def test_what_cannot_be_seen_is_left_out_of_a_rooms_name_and_topic(bob: User) -> None:
    form = {"name": "\u202eTea\0 \u200b time 🏳️\u200d🌈", "topic": "Lea\u2066ves", "access": "public"}
    assert as_(bob).post("/rooms/new/", form).status_code == 303
    room = Room.objects.get()
    assert (room.name, room.topic) == ("Tea time 🏳️\u200d🌈", "Leaves")


@pytest.mark.parametrize(
    "form",
    [
        {"name": "", "access": "public"},
        {"name": " \t", "access": "public"},
        {"name": "x" * 81, "access": "public"},
        {"name": "\u200b\u200d \u202e", "access": "public"},
        {"name": "Tea", "access": "everyone"},
        {"name": "Tea", "access": "direct"},
        {"name": "Tea", "topic": "x" * 251, "access": "public"},
    ],
)
def test_a_mistaken_form_says_so_and_opens_nothing(form: dict[str, str], bob: User) -> None:
    answer = as_(bob).post("/rooms/new/", form)
    assert answer.status_code == 400
    assert "errorlist" in answer.content.decode() or "field--invalid" in answer.content.decode()
    assert not Room.objects.exists()


def test_what_may_be_chosen_fits_a_phone_in_every_language(bob: User) -> None:
    browser = as_(bob)
    for language, names in {"en": ["Public", "Private"], "de": ["Öffentlich", "Privat"]}.items():
        browser.cookies["django_language"] = language
        assert re.findall(r"<option[^>]*>([^<]+)<", page(browser, "/rooms/new/")) == names


def test_a_public_room_is_read_before_it_is_joined(tea: Room, bob: User, charlie: User) -> None:
    post("earl grey", bob, tea.pk)
    browser = as_(charlie)
    assert "Tea" not in page(browser, "/")
    assert "Leaves" in page(browser, "/rooms/")
    shown = page(browser, f"/rooms/{tea.slug}/")
    assert "earl grey" in shown
    assert re.search(r"<time data-time [^>]*>\d\d:\d\d UTC</time>", shown), "no script makes it local here"
    assert "data-composer" not in shown
    assert browser.post(f"/rooms/{tea.slug}/", {"text": "hello"}).status_code == 403
    assert act(browser, tea, "join") == 303
    assert "data-composer" in page(browser, f"/rooms/{tea.slug}/")
    assert browser.post(f"/rooms/{tea.slug}/", {"text": "hello"}).status_code == 303
    assert act(browser, tea, "leave") == 303
    assert browser.post(f"/rooms/{tea.slug}/", {"text": "hello"}).status_code == 403


def test_a_conversation_is_started_with_whom_one_finds(bob: User, charlie: User) -> None:
    ensure_world()
    dora = person("dora")
    browser = as_(bob)
    found = browser.post("/direct/new/", {"q": "char", "search": "1", "person": [str(dora.pk)]})
    assert found.context["choice"].chosen == [dora]
    assert found.context["choice"].found == [charlie]
    answer = browser.post("/direct/new/", {"person": [str(dora.pk), str(charlie.pk)]})
    room = Room.objects.get(access="direct")
    assert answer["Location"] == f"/rooms/{room.slug}/"
    assert "charlie, dora" in page(browser, answer["Location"])
    assert "bob, dora" in page(as_(charlie), "/")
    assert as_(person("eve")).get(answer["Location"]).status_code == 404


def test_where_nobody_can_be_chosen_nothing_is_offered_but_an_invitation(tea: Room, bob: User, charlie: User) -> None:
    assert "button--primary" in page(as_(bob), f"/rooms/{tea.slug}/add/")
    add(bob, tea, [charlie])
    assert "button--primary" not in page(as_(bob), f"/rooms/{tea.slug}/add/")
    assert "button--primary" in page(as_(bob), "/direct/new/")
    charlie.delete()
    alone = page(as_(bob), "/direct/new/")
    assert "button--primary" not in alone
    assert "/invites/" not in alone
    bob.is_staff = True
    bob.save()
    assert 'href="/invites/"' in page(as_(bob), "/direct/new/")


def test_who_is_in_a_room_finds_its_notifications_from_its_details(tea: Room, bob: User, charlie: User) -> None:
    place = f"level-{tea.pk.hex}"
    assert f'href="/account/notifications/#{place}"' in page(as_(bob), f"/rooms/{tea.slug}/details/")
    assert f'id="{place}"' in page(as_(bob), "/account/notifications/")
    assert "/account/notifications/#" not in page(as_(charlie), f"/rooms/{tea.slug}/details/")


def test_a_private_room_is_marked(tea: Room, plans: Room, bob: User) -> None:
    for room, mark in ((tea, r"data-private title=\S+ hidden>"), (plans, r"data-private title=\S+>")):
        assert re.search(mark, page(as_(bob), f"/rooms/{room.slug}/"))


@pytest.mark.parametrize("people", [[], ["nonsense"], ["00000000-0000-0000-0000-000000000000"]])
def test_a_conversation_needs_somebody(people: list[str], bob: User) -> None:
    ensure_world()
    assert as_(bob).post("/direct/new/", {"person": people}).status_code == 403
    assert not Room.objects.filter(access="direct").exists()


def test_an_owner_does_all_that_there_is_to_do(plans: Room, bob: User, charlie: User) -> None:
    browser = as_(bob)
    assert browser.post(f"/rooms/{plans.slug}/add/", {"person": [str(charlie.pk)]}).status_code == 303
    assert act(browser, plans, "role", person=charlie.pk, role="admin") == 303
    assert Membership.objects.get(user=charlie).role == "admin"
    assert act(browser, plans, "update", name="Deeds", topic="Done", access="public") == 303
    assert act(browser, plans, "archive") == 303
    assert "archived" in page(browser, f"/rooms/{plans.slug}/")
    assert act(browser, plans, "unarchive") == 303
    assert act(browser, plans, "remove", person=charlie.pk, reason="enough", ban="on") == 303
    assert Ban.objects.get().user == charlie
    assert "Let back in: charlie" in page(browser, f"/rooms/{plans.slug}/details/")
    plans.refresh_from_db()
    assert (plans.name, plans.topic, plans.access, plans.archived) == ("Deeds", "Done", "public", False)
    assert act(as_(charlie), plans, "let_back", person=charlie.pk) == 404  # does not see it
    assert act(browser, plans, "let_back", person=charlie.pk) == 303
    assert not Ban.objects.exists()
    assert act(browser, plans, "update", name="", topic="", access="public") == 400
    assert act(browser, plans, "nonsense") == 404


def test_a_member_is_offered_nothing_that_is_refused(plans: Room, bob: User, charlie: User) -> None:
    add(bob, plans, [charlie])
    dora = person("dora")
    remove(bob, plans, dora, ban=True)
    browser = as_(charlie)
    shown = page(browser, f"/rooms/{plans.slug}/details/")
    for offered in ("Manage", "Add people", "Change the room", "Archive", "Let back in: dora"):
        assert offered not in shown
    assert "Leave the room" in shown
    before = Message.objects.count()
    for refused in ("update", "archive", "remove", "role", "let_back"):
        form = {"person": bob.pk, "role": "member", "name": "Mine", "access": "public"}
        assert act(browser, plans, refused, **form) == 403
    assert browser.post(f"/rooms/{plans.slug}/add/", {"person": [str(dora.pk)]}).status_code == 403
    assert Message.objects.count() == before
    set_role(bob, plans, charlie, "moderator")
    assert "Add people" in page(browser, f"/rooms/{plans.slug}/details/")


def test_of_many_people_those_with_a_role_come_first_and_the_rest_is_found_by_name(
    plans: Room, bob: User, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(details_views, "PEOPLE_SHOWN", 2)
    add(bob, plans, [charlie, person("anna"), person("dora")])

    def look(query: str = "") -> tuple[list[str], str]:
        shown = page(as_(charlie), f"/rooms/{plans.slug}/details/{query}")
        assert "4 people" in shown
        return re.findall(r"@(\w+)</p>", shown), shown

    names, shown = look()
    assert names == ["bob", "anna"]
    assert "And more: search for a name." in shown
    assert look("?q=@DOR")[0] == ["dora"]
    assert "Nobody of that name." in look("?q=erna")[1]


def test_whose_account_is_closed_is_marked_among_the_people(bob: User, charlie: User, plans: Room) -> None:
    add(bob, plans, [charlie])
    assert "Account closed" not in page(as_(bob), f"/rooms/{plans.slug}/details/")
    User.objects.filter(pk=charlie.pk).update(is_active=False)
    assert page(as_(bob), f"/rooms/{plans.slug}/details/").count("Account closed") == 1


def test_of_many_who_may_not_come_back_some_are_shown_and_any_is_found_by_name(
    bob: User, plans: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(details_views, "PEOPLE_SHOWN", 2)
    Ban.objects.bulk_create(Ban(room=plans, user=person(name)) for name in ("dora", "erna", "finn"))

    def look(query: str = "") -> str:
        return page(as_(bob), f"/rooms/{plans.slug}/details/{query}").split('id="banned"')[1]

    assert re.findall(r"@(\w+)</p>", look()) == ["dora", "erna"]
    assert "And more: search for a name." in look()
    assert re.findall(r"@(\w+)</p>", look("?q=finn")) == ["finn"]


def test_of_a_crowd_in_a_room_no_ids_are_read_to_choose_whom_to_add(bob: User, plans: Room) -> None:
    add(bob, plans, [person(f"member{number}") for number in range(5)])
    person("dora")
    with CaptureQueriesContext(connection) as queries:
        shown = page(as_(bob), f"/rooms/{plans.slug}/add/")
    assert "@dora" in shown
    assert "@member" not in shown
    inside = Membership.objects.filter(room=plans).values_list("user", flat=True)
    assert not [query for query in queries if all(id.hex in query["sql"] for id in inside)]


def test_a_visitor_is_sent_to_log_in(tea: Room, client: Client) -> None:
    for path in ("/rooms/", "/rooms/new/", "/direct/new/", f"/rooms/{tea.slug}/details/", f"/rooms/{tea.slug}/add/"):
        assert client.get(path)["Location"].startswith("/login/")


def test_banned_people_find_a_public_room_nowhere(tea: Room, bob: User, charlie: User) -> None:
    join(charlie, tea)
    act(as_(bob), tea, "remove", person=charlie.pk, ban="on")
    browser = as_(charlie)
    assert browser.get(f"/rooms/{tea.slug}/").status_code == 404
    assert act(browser, tea, "join") == 404
    assert "Tea" not in page(browser, "/rooms/")


def test_of_many_rooms_some_are_shown_and_any_is_found_by_name(
    tea: Room, bob: User, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_views, "ROOMS_SHOWN", 3)
    browser = as_(charlie)
    assert "Search by name" not in page(browser, "/rooms/")
    Room.objects.bulk_create(Room(slug=f"room-{n}", name=f"Café {n}", access="public") for n in range(9))
    assert "search for a name" in page(browser, "/rooms/")
    assert len(browser.get("/rooms/").context["open"]) == 3
    found = browser.get("/rooms/?q=8 CAFÉ").context
    assert ([row["room"].name for row in found["open"]], found["has_more"]) == (["Café 8"], False)
    update_room(bob, tea, archived=True)
    assert [row["people"] for row in browser.get("/rooms/?q=tea").context["archived"]] == [1]
    assert "There is no such room" in page(browser, "/rooms/?q=tee")


def test_an_archived_room_is_listed_apart(tea: Room, bob: User, charlie: User) -> None:
    update_room(bob, tea, archived=True)
    browser = as_(charlie)
    assert [row["room"] for row in browser.get("/rooms/").context["archived"]] == [tea]
    assert act(browser, tea, "join") == 403
    told = browser.post(f"/rooms/{tea.slug}/details/", {"act": "join"}, headers={"accept": "application/json"})
    assert (told.status_code, told.json()["code"]) == (403, "forbidden")
