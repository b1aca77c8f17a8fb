"""The search page and the palette's answers: what they show, whom, and how they refuse."""

import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from accounts.models import User
from chat.models import Membership, Room
from chat.rates import Rates
from chat.search import hits, views
from chat.search.excerpts import excerpt
from chat.search.indexing import catch_up
from chat.search.query import parse
from chat.tests.entries import post
from connect.tests.people import as_, person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _plain_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_rates", Rates(5, 40))


@pytest.fixture
def bob() -> User:
    Room.objects.create(pk=Room.WORLD, slug="world", name="World")
    return person("bob")


@pytest.fixture
def client(bob: User) -> Client:
    return as_(bob)


def page(client: Client, typed: str, **more: str) -> str:
    catch_up()
    return client.get("/search/", {"q": typed, **more}).content.decode()


def marked(text: str, typed: str) -> str:
    return "".join(f"[{p.text}]" if p.is_hit else p.text for p in excerpt(text, parse(typed).wanted.words))


def test_the_page_shows_who_said_it_where_and_links_there(bob: User, client: Client) -> None:
    row = post("the *quick* brown fox", bob)
    text = page(client, "QUICK")
    assert f'href="/rooms/world/?at={row.room_seq}#m{row.room_seq}"' in text
    assert "the <mark>quick</mark> brown fox" in text
    assert ">bob</strong>" in text
    assert ">World</span>" in text


def test_a_name_that_nobody_and_no_room_of_theirs_has_is_told(bob: User, client: Client) -> None:
    Room.objects.create(slug="secret", name="Secret", access=Room.Access.PRIVATE)
    post("hello", bob)
    text = page(client, "hello from:bob -from:bbo in:secret in:world -in:wrold")
    for words in ("Nobody here is called “bbo”.", "No room that you may read is called “secret”.", "“wrold”."):
        assert words in text
    assert "hello" in text
    assert text.count("is called") == 3


def test_pages_follow_each_other_without_a_gap(bob: User, client: Client) -> None:
    for number in range(45):
        post(f"number {number:02}", bob)
    seen, address = [], "/search/?q=number"
    while address:
        catch_up()
        text = client.get(address).content.decode()
        seen += [part.split("<")[0].strip() for part in text.split("<mark>number</mark>")[1:]]
        older = text.partition('class="button" href="')[2].partition('"')[0] if 'rel="next"' in text else ""
        address = "/search/" + unescape(older) if older else ""
    assert seen == [f"{number:02}" for number in reversed(range(45))]


def test_what_cannot_be_understood_is_told_and_the_help_is_open(client: Client) -> None:
    response = client.get("/search/", {"q": "has:banana"})
    assert response.status_code == 400
    assert "There is no “has:banana”" in response.content.decode()
    assert '<details class="search__help" open>' in response.content.decode()
    assert client.get("/search/", {"q": "x" * 10_000}).status_code == 400
    assert client.get("/search/suggest/", {"q": "has:banana"}).json()["problem"].startswith("There is no")


def test_nothing_found_says_so_and_nothing_asked_does_not(client: Client) -> None:
    assert "Nothing found" in page(client, "xyzzy")
    assert "Nothing found" not in page(client, "")


@pytest.mark.parametrize("before", ["x", "-1", "9" * 19, "1" * 30, "²"])
def test_a_place_that_is_none_is_no_page(client: Client, before: str) -> None:
    assert client.get("/search/", {"q": "x", "before": before}).status_code == 404


@pytest.mark.parametrize(("language", "month"), [("en", "%-d %b %Y"), ("de", "%d.%m.%Y")])
def test_times_are_written_as_the_reader_writes_them(bob: User, client: Client, language: str, month: str) -> None:
    row = post("fox", bob)
    client.cookies["django_language"] = language
    received = datetime.fromtimestamp(row.received_ms / 1000, UTC)
    assert f">{received:{month}, %H:%M} UTC<" in page(client, "fox")


def test_how_much_is_not_found_yet_is_written_as_the_reader_writes_it(
    bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hits, "get_index", lambda: SimpleNamespace(keeps=True))
    monkeypatch.setattr(hits, "is_built", lambda: True)
    monkeypatch.setattr(hits, "count_waiting", lambda: 1_204)
    for language, count in (("en", "1,204"), ("de", "1.204")):
        with override(language):
            assert hits.describe_index().startswith(f"{count} ")


def test_words_are_shown_and_never_markup(bob: User, client: Client) -> None:
    post("<script>alert(1)</script> \u202e evil", bob)
    text = page(client, "<script>")
    assert "<script>alert" not in text
    assert "<mark>&lt;script&gt;</mark>alert(1)" in text
    assert "\u202e" not in text
    assert '"><img src=x>' not in page(client, '"><img src=x>')


def test_what_was_found_in_markup_is_shown_as_it_was_written(bob: User, client: Client) -> None:
    post("**look** [here](https://example.org/fox)", bob)
    assert "<mark>look</mark> here" in page(client, "look")
    assert "**look** [here](https://example.org/<mark>fox</mark>)" in page(client, "fox")


def test_who_is_not_logged_in_is_asked_to_log_in() -> None:
    for address in ("/search/", "/search/suggest/"):
        assert Client().get(address, {"q": "x"})["Location"].startswith("/login/?next=/search/")


def test_a_foreign_room_is_in_no_answer(bob: User, client: Client) -> None:
    charlie = person("charlie")
    room = Room.objects.create(slug="plans", name="Secret plans", access=Room.Access.PRIVATE)
    Membership.objects.create(room=room, user=charlie)
    post("the plan", charlie, room=room.pk)
    assert "/rooms/plans/" in page(as_(charlie), "plan")
    assert as_(charlie).get("/search/suggest/", {"q": "plan"}).json()["rooms"] != []
    foreign, unknown = (page(client, f"in:{name} plan").replace(name, "") for name in ("plans", "nowhere"))
    assert foreign == unknown
    assert "/rooms/plans/" not in page(client, "plan")
    answer = client.get("/search/suggest/", {"q": "plan"}).json()
    assert (answer["rooms"], answer["messages"]) == ([], [])


def test_the_palette_knows_rooms_people_and_messages(alice: User, bob: User, client: Client) -> None:
    post("hello world", bob)
    catch_up()
    answer = client.get("/search/suggest/", {"q": "wor"}).json()
    assert [room["name"] for room in answer["rooms"]] == ["World"]
    assert answer["messages"][0]["pieces"][1] == {"text": "wor", "hit": True}
    (found,) = client.get("/search/suggest/", {"q": "ali"}).json()["people"]
    assert (found["name"], found["id"]) == ("alice", alice.pk.hex)
    assert client.get("/search/suggest/", {"q": "bob"}).json()["people"] == [], "nobody talks to themselves"
    assert [room["name"] for room in client.get("/search/suggest/").json()["rooms"]] == ["World"]


def test_the_palette_tells_conversations_from_rooms(alice: User, bob: User, client: Client) -> None:
    room = Room.objects.create(slug="talk", name="", access=Room.Access.DIRECT)
    Membership.objects.bulk_create(Membership(room=room, user=user) for user in (alice, bob))
    first, second = client.get("/search/suggest/").json()["rooms"]
    assert (first["kind"], first["access"], first["name"], first["person"]) == ("room", "everyone", "World", "")
    assert (second["kind"], second["name"], second["person"]) == ("direct", "alice", alice.pk.hex)


def test_too_much_at_once_waits(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_rates", Rates(0.001, 1))
    assert client.get("/search/", {"q": "x"}).status_code == 200
    assert client.get("/search/", {"q": "x"}).status_code == 429
    suggested = client.get("/search/suggest/", {"q": "wor"}).json()
    assert "Wait a moment" in suggested["problem"]
    assert suggested["rooms"] == [], "not even rooms are looked for"


def test_a_page_costs_the_same_however_much_is_found(bob: User, client: Client) -> None:
    def cost(typed: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/search/", {"q": typed})
        return len(captured)

    for number in range(3):
        post(f"number {number}", bob)
    page(client, "number")
    few = cost("number")
    for number in range(17):
        post(f"number {number}", bob)
    catch_up()
    assert cost("number") == few


@pytest.mark.parametrize(
    ("text", "typed", "shown"),
    [
        ("Café au lait", "cafe lait", "[Café] au [lait]"),
        ("a\n\nb  c", '"b c"', "a\n[b c]"),
        ("我住在上海的南边", "上海", "我住在[上海]的南边"),
        ("aaaa", "aaa aaaa", "[aaaa]"),
        ("nothing here", "from:bob", "nothing here"),
        ("cafe\u0301!", "cafe", "[cafe\u0301]!"),
        ("Straße", "strasse", "[Straße]"),
        ("", "x", ""),
    ],
)
def test_an_excerpt_marks_what_was_found_as_it_was_written(text: str, typed: str, shown: str) -> None:
    assert marked(text, typed) == shown


def test_a_long_message_is_shown_around_what_was_found() -> None:
    shown = marked("start " * 200 + "needle " + "end " * 200, "needle")
    assert shown.startswith("…start")
    assert "[needle]" in shown
    assert shown.endswith("…")
    assert len(shown) < 300


def test_the_sheet_of_shortcuts_names_every_letter_that_acts_on_a_message() -> None:
    scripts = Path(settings.BASE_DIR) / "static/chat/js/controls.js"
    letters = re.search(r"LETTERS = \{([^}]*)\}", scripts.read_text())
    assert letters
    sheet = (Path(settings.BASE_DIR) / "templates/chat/_palette.html").read_text()
    for letter in re.findall(r"(?:^|,)\s*(\w):", letters[1]):
        assert f"<kbd>{letter.upper()}</kbd>" in sheet, letter
