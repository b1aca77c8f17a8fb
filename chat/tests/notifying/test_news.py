"""The pages of what is new in all rooms: mentions, and what is unread."""

import re
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from chat.models import Membership, ReadPosition, Room, RoomPreference, UnreadMark
from chat.notifying import news
from chat.rates import Rates
from chat.rooms import ensure_world
from chat.search import views
from chat.search.indexing import catch_up
from chat.tests.entries import act, post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _plain_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_rates", Rates(5, 40))


@pytest.fixture
def world(db: None) -> Room:
    return ensure_world()


@pytest.fixture
def browser(client: Client, alice: User, world: Room) -> Client:
    """Alice's, who has read what the World began with."""
    ReadPosition.objects.create(user=alice, room=world, seq=4)
    client.force_login(alice)
    return client


def room_of(name: str, *members: User, access: Room.Access = Room.Access.PRIVATE) -> Room:
    room = Room.objects.create(slug=name.lower(), name=name, access=access)
    Membership.objects.bulk_create(Membership(room=room, user=member) for member in members)
    return room


def read(browser: Client, path: str) -> str:
    catch_up()
    answer = browser.get(path)
    assert answer.status_code == 200
    return re.sub(r"</?mark>", "", answer.content.decode())


def test_mentions_are_those_that_the_pill_counts_newest_first(browser: Client, alice: User, bob: User) -> None:
    public = room_of("Tea", bob, access=Room.Access.PUBLIC)
    cellar = room_of("Cellar", bob)
    for text in ("@alice first", "@alicette", "`@alice`", "@room second", "@bob"):
        post(text, bob)
    post("@alice to myself", alice)
    for room in (public, cellar):
        post(f"@alice @room from {room.name}", bob, room=room.pk)
    page = read(browser, "/mentions/")
    assert re.findall(r'class="hit__text" dir="auto">([^<]*)', page) == ["@room second", "@alice first"]
    assert 'href="/rooms/world/?at=8#m8"' in page
    assert re.search(r"data-mentions>2<", read(browser, "/rooms/world/"))
    assert re.search(r"data-all-unread>5<", read(browser, "/rooms/world/"))
    assert 'href="/mentions/"' in read(browser, "/rooms/world/")


def test_mentions_go_on_page_by_page_and_say_when_there_are_none(browser: Client, bob: User) -> None:
    assert "Nobody has mentioned you here" in read(browser, "/mentions/")
    for number in range(25):
        post(f"@alice {number}", bob)
    page = read(browser, "/mentions/")
    (older,) = re.findall(r'href="(\?before=\d+)" rel="next"', page)
    assert "@alice 0<" not in page
    assert "@alice 0<" in read(browser, f"/mentions/{older}")
    assert browser.get("/mentions/?before=x").status_code == 404


def test_unread_is_told_room_by_room_and_where_one_wants_to_hear_nothing_last(
    browser: Client, alice: User, bob: User, world: Room
) -> None:
    plans, quiet, foreign = room_of("Plans", alice, bob), room_of("A quiet one", alice, bob), room_of("Cellar", bob)
    RoomPreference.objects.create(user=alice, room=quiet, level=RoomPreference.Level.MUTE)
    rows = [post(f"in the world {number}", bob) for number in range(3)]
    act("delete", rows[0], bob)
    act("edit", rows[1], bob, text="mended <b>")
    post("mine", alice)
    for room in (quiet, plans, foreign):
        post(f"@alice in {room.name}", bob, room=room.pk)
    page = read(browser, "/unread/")
    names = re.findall(r'dir="auto">([^<]*)</a>\s*<span class="muted">([^<]*)<', page)
    assert names == [("Plans", "1 unread · 1 mention"), ("World", "2 unread"), ("A quiet one", "1 unread · 1 mention")]
    said = re.findall(r'class="hit__text" dir="auto">([^<]*)', page)
    assert said == ["@alice in Plans", "mended &lt;b&gt;", "in the world 2", "@alice in A quiet one"]
    assert "Cellar" not in page
    assert 'href="/unread/"' in read(browser, "/rooms/world/")
    assert re.search(r"data-all-unread>3<", read(browser, "/rooms/world/")), "nothing of what is muted"


def test_a_long_room_shows_its_first_and_the_work_is_bounded(
    browser: Client, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "SHOWN", 2)
    monkeypatch.setattr(news, "ROOMS_SHOWN", 2)
    for name in ("A", "B"):
        post("x", bob, room=room_of(name, alice, bob).pk)
    for number in range(5):
        post(f"number {number}", bob)
    with CaptureQueriesContext(connection) as queries:
        page = read(browser, "/unread/")
    assert re.findall(r'class="hit__text" dir="auto">([^<]*)', page) == ["x", "x"]
    assert page.count('name="read"') == 3, "what is only named is marked with the rest"
    browser.post("/unread/", {"read": [f"{room.pk.hex}:1" for room in Room.objects.exclude(pk=Room.WORLD)]})
    page = read(browser, "/unread/")
    assert re.findall(r'class="hit__text" dir="auto">([^<]*)', page) == ["number 0", "number 1"]
    assert "3 more in this room" in page
    for name in "CDEFG":
        post("x", bob, room=room_of(name, alice, bob).pk)
    with CaptureQueriesContext(connection) as more:
        read(browser, "/unread/")
    assert len(more) <= len(queries)


def test_all_is_marked_as_read_as_far_as_it_was_shown(browser: Client, alice: User, bob: User, world: Room) -> None:
    plans, foreign = room_of("Plans", alice, bob), room_of("Cellar", bob)
    for room in (world, plans, foreign):
        post("new", bob, room=room.pk)
    UnreadMark.objects.create(user=alice, room=world, seq=2)
    UnreadMark.objects.create(user=bob, room=world, seq=2)
    heads = re.findall(r'name="read" value="([^"]+)"', read(browser, "/unread/"))
    post("meanwhile", bob, room=plans.pk)
    answer = browser.post("/unread/", {"read": [*heads, f"{foreign.pk.hex}:1", "x", f"{UUID(int=0).hex}:1", "a:b"]})
    assert (answer.status_code, answer["Location"]) == (303, "/unread/")
    page = read(browser, "/unread/")
    assert re.findall(r'class="hit__text" dir="auto">([^<]*)', page) == ["meanwhile"]
    assert list(UnreadMark.objects.values_list("user", flat=True)) == [bob.pk]
    assert not ReadPosition.objects.filter(room=foreign).exists()
    browser.post("/unread/", {"read": re.findall(r'name="read" value="([^"]+)"', page)})
    assert "Everything is read" in read(browser, "/unread/")


def test_thousands_of_rooms_are_marked_as_read_by_one_form(browser: Client, alice: User, bob: User) -> None:
    seq = post("x", bob).room_seq
    others = (f"{UUID(int=number).hex}:1" for number in range(5000))
    assert browser.post("/unread/", {"read": [*others, f"{Room.WORLD.hex}:{seq}"]}).status_code == 303
    assert ReadPosition.objects.get(user=alice).seq == seq


@pytest.mark.parametrize("path", ["/mentions/", "/unread/"])
def test_who_is_not_logged_in_is_asked_to(client: Client, path: str) -> None:
    assert client.get(path)["Location"].startswith("/login/")


def test_a_seq_that_is_none_is_left_out(browser: Client, alice: User) -> None:
    browser.post("/unread/", {"read": [f"{Room.WORLD.hex}:-1", f"{Room.WORLD.hex}:", f"{Room.WORLD.hex}:{10**30}"]})
    assert ReadPosition.objects.get(user=alice).seq == 4
