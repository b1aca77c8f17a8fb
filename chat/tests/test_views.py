import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from chat import fields, posting, views
from chat.membership.opening import open_direct
from chat.models import Room
from chat.rates import Rates
from chat.rooms import ensure_world
from chat.tests.entries import post
from connect.tests.people import as_
from ledger.models import Message

WORLD = "/rooms/world/"


@pytest.fixture
def browser(bob: User) -> Client:
    ensure_world()
    return as_(bob)


def send(client: Client, text: str, **form: str) -> Any:
    return client.post(WORLD, {"text": text, "client_id": uuid4().hex, **form})


def test_a_visitor_sees_the_landing_page(client: Client) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert "landing.html" in [template.name for template in response.templates]


def test_who_is_logged_in_sees_the_world(browser: Client, bob: User) -> None:
    response = browser.get("/")
    context = response.context
    assert response.status_code == 200
    assert (context["room"].pk, context["me"]["username"]) == (Room.WORLD, "bob")
    assert [event["seq"] for event in context["events"]] == [1, 2, 3, 4]
    assert (context["cursor"], context["older"], context["before"]) == (4, False, 1)
    assert "World" in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_the_context_is_the_same_shape_as_the_sockets_events(browser: Client) -> None:
    context = browser.get(WORLD).context
    json.dumps([context["events"], context["me"], context["limits"]])
    assert context["limits"]["text"] == 8000


def test_a_visitor_is_sent_to_log_in_whether_the_room_exists_or_not(client: Client, db: None) -> None:
    ensure_world()
    for slug in ("world", "cellar"):
        response = client.get(f"/rooms/{slug}/")
        assert (response.status_code, response["Location"]) == (302, f"/login/?next=/rooms/{slug}/")


def test_a_room_that_is_unknown_or_not_visible_is_not_found(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert browser.get(WORLD).status_code == 200
    unknown = browser.get("/rooms/cellar/")
    monkeypatch.setattr(type(Room.objects.all()), "visible_to", lambda rooms, user: rooms.none())
    invisible = browser.get(WORLD)
    assert (unknown.status_code, invisible.status_code) == (404, 404)
    assert browser.post(WORLD, {"text": "x"}).status_code == 404


def test_a_form_posts_a_message_and_shows_it(browser: Client, bob: User) -> None:
    response = send(browser, " hello *there*\r\nnew line ")
    assert (response.status_code, response["Location"]) == (303, f"{WORLD}#m5")
    row = Message.objects.get(room_seq=5)
    assert (json.loads(row.body or ""), row.author) == ({"text": "hello *there*\nnew line"}, bob.pk)
    assert "<em>there</em>" in browser.get(WORLD).content.decode()


def test_a_form_sent_twice_makes_one_message(browser: Client) -> None:
    client_id = uuid4().hex
    assert [send(browser, "hello", client_id=client_id)["Location"] for _ in range(3)] == [f"{WORLD}#m5"] * 3
    assert Message.objects.in_room(Room.WORLD).count() == 5


def test_a_form_without_client_id_posts_all_the_same(browser: Client) -> None:
    assert browser.post(WORLD, {"text": "hello"}).status_code == 303


def test_each_page_draws_a_client_id_of_its_own(browser: Client) -> None:
    drawn = {browser.get(WORLD).context["client_id"] for _ in range(2)}
    assert len(drawn) == 2


def test_a_reply_by_form_quotes_its_original(browser: Client, alice: User) -> None:
    original = post("original words", alice)
    assert send(browser, "yes", reply_to=original.hash.hex()).status_code == 303
    (reply,) = [event["reply"] for event in browser.get(WORLD).context["events"] if event["reply"]]
    assert (reply["text"], reply["author"]["username"]) == ("original words", "alice")


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"text": "  "}, 400),
        ({"text": "x" * 8001}, 400),
        ({"text": "a\0b"}, 400),
        ({"text": "keep me", "client_id": "nonsense"}, 400),
        ({"text": "keep me", "reply_to": "ab" * 32}, 400),
        ({"text": "keep me", "reply_to": "nonsense"}, 400),
    ],
)
def test_what_cannot_be_posted_is_said_and_the_draft_kept(browser: Client, form: dict[str, str], status: int) -> None:
    response = browser.post(WORLD, {"client_id": uuid4().hex} | form)
    assert response.status_code == status
    assert response.context["problem"]
    assert response.context["draft"] == form["text"]
    assert Message.objects.in_room(Room.WORLD).count() == 4


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"text": " "}, 400, "empty"),
        ({"text": "x", "client_id": "nonsense"}, 400, "bad_frame"),
        ({"text": "x", "reply_to": "ab" * 32}, 404, "not_found"),
        ({"text": "x", "files": SimpleUploadedFile("a.txt", b"")}, 400, "empty"),
    ],
)
def test_a_program_that_asks_for_json_is_told_so_by_a_code(
    browser: Client, form: dict[str, Any], status: int, code: str
) -> None:
    response = browser.post(WORLD, {"client_id": uuid4().hex} | form, headers={"accept": "application/json"})
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.json()["detail"]


def test_numbers_are_grouped_as_the_reader_groups_them(browser: Client) -> None:
    too_long = "x" * (fields.TEXT_LIMIT + 1)
    for language, limit in (("en", "8,000"), ("de", "8.000")):
        browser.cookies["django_language"] = language
        assert limit in send(browser, too_long).content.decode()


def test_a_flood_by_form_is_slowed_down(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "_by_user", Rates(per_s=0.001, burst=2))
    assert [send(browser, "x").status_code for _ in range(3)] == [303, 303, 429]


def test_a_form_needs_its_csrf_token(bob: User) -> None:
    ensure_world()
    client = as_(bob, enforce_csrf_checks=True)
    assert client.post(WORLD, {"text": "hello"}).status_code == 403


def test_pages_lead_back_to_the_beginning(browser: Client, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PAGE", 3)
    for number in range(4):
        post(f"{number}", bob)
    seen: list[int] = []
    address = WORLD
    while address:
        context = browser.get(address).context
        seen = [event["seq"] for event in context["events"]] + seen
        address = f"{WORLD}?before={context['before']}" if context["older"] else ""
    assert seen == list(range(1, 9))


@pytest.mark.parametrize("before", ["-1", "x", "1.5", "9" * 30, "²"])
def test_a_page_before_nonsense_is_not_found(browser: Client, before: str) -> None:
    assert browser.get(WORLD, {"before": before}).status_code == 404


@pytest.mark.parametrize("day", ["2024-02-30", "2024-13-01"])
def test_a_day_that_never_was_is_not_found(browser: Client, day: str) -> None:
    assert browser.get(WORLD, {"on": day}).status_code == 404
    assert browser.get(WORLD, {"on": "2024-02-29"}).status_code == 302


@pytest.mark.parametrize(
    "address", ["/rooms/world/people?q=%00", "/search/?q=from:%00", "/join/%00/", "/owner/a%00/", "/chain/?q=%00"]
)
def test_an_address_with_a_nul_is_refused_before_a_database_sees_it(browser: Client, address: str) -> None:
    """SQLite takes one, PostgreSQL fails."""
    assert browser.get(address).status_code == 400
    assert browser.get(address.replace("%00", "%2500")).status_code in (200, 302, 404)


def test_a_search_for_people_passes_over_a_nul(browser: Client, alice: User) -> None:
    page = browser.post("/direct/new/", {"q": "ali\0ce", "search": ""}).content.decode()
    assert str(alice.pk) in page


def test_a_page_costs_the_same_queries_however_long_the_room_is(
    browser: Client, bob: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    first = post("original", bob)
    for number in range(60):
        post(f"{number}", bob, ref=bytes(first.hash))
    with django_assert_max_num_queries(27):
        browser.get(WORLD)


def test_a_room_more_costs_a_page_few_bytes_and_no_query(browser: Client, bob: User) -> None:
    def open_rooms(beginning: int) -> tuple[int, int]:
        rooms = [Room(slug=f"room-{n}", name=f"Room {n}") for n in range(beginning, beginning + 10)]
        Room.objects.bulk_create(rooms)
        with CaptureQueriesContext(connection) as queries:
            size = len(browser.get(WORLD).content)
        return size, len(queries)

    (size, queries), (larger, as_many) = open_rooms(10), open_rooms(20)
    assert (larger - size) / 10 < 320
    assert as_many == queries


@pytest.mark.django_db
def test_a_well_process_says_so(client: Client) -> None:
    response = client.get("/healthz")
    well = {"status": "ok", "database": "ok", "ledger": "ok", "channel_layer": "none"}
    assert (response.status_code, response.json()) == (200, well)
    assert client.head("/healthz").status_code == 200
    assert Client(enforce_csrf_checks=True).post("/healthz").status_code == 405


@pytest.mark.django_db
def test_a_process_without_database_is_not_well(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bool:
        raise OperationalError

    monkeypatch.setattr(type(Room.objects.all()), "exists", fail)
    response = client.get("/healthz")
    assert (response.status_code, response.json()["database"]) == (503, "down")


def test_settings_reach_the_page(browser: Client, settings: Settings) -> None:
    settings.SEND_PER_MIN = 7
    assert browser.get(WORLD).context["limits"]["send_per_min"] == 7


def test_that_nobody_has_said_anything_is_told_until_somebody_does(browser: Client, bob: User, plans: Room) -> None:
    def hints() -> tuple[int, int]:
        page = browser.get(f"/rooms/{plans.slug}/").content.decode()
        return page.count("<p data-empty>"), page.count("<p data-empty hidden>")

    assert hints() == (1, 0)  # who opened it and who joined are no messages
    post("one", bob, room=plans.pk)
    post("two", bob, room=plans.pk)
    assert hints() == (0, 1)


def test_the_beginning_of_a_conversation_does_not_call_it_by_a_person(browser: Client, bob: User, alice: User) -> None:
    room = open_direct(bob, [alice])
    assert "beginning of your conversation with alice" in browser.get(f"/rooms/{room.slug}/").content.decode()
    assert "This is the beginning of World" in browser.get(WORLD).content.decode()


def test_whoever_writes_to_a_closed_account_is_told_so(browser: Client, bob: User, alice: User) -> None:
    address = f"/rooms/{open_direct(bob, [alice]).slug}/"
    assert "This account is closed" not in browser.get(address).content.decode()
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert "This account is closed" in browser.get(address).content.decode()


def test_what_a_page_before_had_to_say_is_said_in_the_room_and_once(browser: Client) -> None:
    browser.post("/account/", {"name": "Bob"})
    assert ">Saved.</p>" in browser.get(WORLD).content.decode()
    assert "data-toast hidden></p>" in browser.get(WORLD).content.decode()
