"""The page of one message, pins, people and marks: each allow beside its deny, with and without scripts."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from accounts.models import User
from chat import pins, posting
from chat.delivery.store import find_heads, find_since
from chat.models import Membership, Pin, Room, UnreadMark
from chat.posting import EMOJI_PER_POST
from chat.rates import Rates
from chat.rooms import ensure_world
from chat.tests.entries import act, post
from connect.tests.people import as_
from ledger.models import Message

pytestmark = pytest.mark.django_db(transaction=True)

CELLAR = UUID(int=7)
JSON: Any = {"headers": {"Accept": "application/json"}}
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def world(db: None) -> Room:
    return ensure_world()


@pytest.fixture
def cellar(alice: User) -> Room:
    """Alice's private room."""
    room = Room.objects.create(pk=CELLAR, slug="cellar", name="Cellar", access=Room.Access.PRIVATE)
    Membership.objects.create(room=room, user=alice, role=Membership.Role.OWNER)
    return room


def page_of(row: Message, slug: str = "world") -> str:
    return f"/rooms/{slug}/m/{row.hash.hex()}/"


def do(user: User, row: Message, what: str, slug: str = "world", **form: str) -> Any:
    return as_(user).post(page_of(row, slug), {"act": what, "client_id": uuid4().hex, **form})


def kinds() -> list[str]:
    return list(Message.objects.filter(kind__in=("edit", "delete", "react", "unreact")).values_list("kind", flat=True))


def test_its_author_edits_and_deletes_by_forms_and_nobody_else(world: Room, alice: User, bob: User) -> None:
    row = post("helo", bob)
    assert 'value="edit"' in as_(bob).get(page_of(row)).content.decode()
    assert 'value="edit"' not in as_(alice).get(page_of(row)).content.decode()
    for what, form in (("edit", {"text": "hello"}), ("delete", {})):
        assert do(alice, row, what, **form).status_code == 403
        assert kinds().count(what) == 0
        done = do(bob, row, what, **form)
        assert (done.status_code, done["Location"]) == (303, f"/rooms/world/?at={row.room_seq}")
        assert kinds().count(what) == 1
    gone = do(bob, row, "edit", text="again")
    assert gone.status_code == 404
    assert "deleted or erased meanwhile" in gone.content.decode()
    assert "helo" not in gone.content.decode()


def test_the_same_form_twice_does_it_once(world: Room, bob: User) -> None:
    row = post("hello", bob)
    client_id = uuid4().hex
    for _ in range(2):
        assert do(bob, row, "edit", text="mended", client_id=client_id).status_code == 303
    assert kinds() == ["edit"]
    assert do(bob, row, "edit", text="else", client_id=client_id).status_code == 409


@pytest.mark.parametrize(
    ("what", "form", "status"),
    [
        ("edit", {"text": " "}, 400),
        ("edit", {"text": "x" * 8001}, 400),
        ("react", {"emoji": "<b>"}, 400),
        ("react", {}, 400),
        ("edit", {"text": "x", "client_id": "nothing"}, 400),
        ("erase", {}, 400),
        ("", {}, 400),
    ],
)
def test_what_cannot_be_is_said_in_words_and_stores_nothing(
    world: Room, bob: User, what: str, form: dict[str, str], status: int
) -> None:
    answer = do(bob, post("hello", bob), what, **form)
    assert answer.status_code == status
    assert 'role="alert"' in answer.content.decode()
    assert kinds() == []


def test_everybody_reacts_and_takes_it_back(world: Room, alice: User, bob: User) -> None:
    row = post("hello", bob)
    assert do(alice, row, "react", emoji="👍").status_code == 303
    shown = as_(alice).get(page_of(row)).content.decode()
    assert 'value="unreact" aria-pressed="true" title="alice"' in shown
    assert do(alice, row, "unreact", emoji="👍").status_code == 303
    for number in range(EMOJI_PER_POST - 1):
        act("react", row, bob, emoji=chr(0x1F600 + number))
    assert do(alice, row, "react", emoji="🎉").status_code == 403


def test_forms_are_limited_like_frames(world: Room, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    row = post("hello", bob)
    monkeypatch.setattr(posting, "_by_user", Rates(0.001, 1))
    assert [do(bob, row, "react", emoji="👍").status_code for _ in range(2)] == [303, 429]
    told = as_(bob).post(page_of(row), {"act": "react", "emoji": "👍"}, **JSON)
    assert (told.status_code, told.json()["code"]) == (429, "rate_limited")
    assert 990 < int(told["Retry-After"]) <= 1001


def test_a_script_gets_the_versions_and_none_of_what_is_gone(world: Room, bob: User) -> None:
    row = post(SCRIPT, bob)
    act("edit", row, bob, text="**mended**")

    def versions() -> list[str]:
        return [version["text"] for version in as_(bob).get(page_of(row), **JSON).json()["versions"]]

    assert versions() == [SCRIPT, "**mended**"]
    page = as_(bob).get(page_of(row)).content.decode()
    assert SCRIPT not in page, "text is escaped on the page"
    assert "<strong>mended</strong>" in page
    act("delete", row, bob)
    assert versions() == []
    another = post("secret", bob)
    Message.objects.filter(pk=another.pk).update(body=None, salt=None)
    assert as_(bob).get(page_of(another), **JSON).json() == {"versions": []}
    refused = as_(bob).post(page_of(row), {"act": "edit", "text": "again"}, **JSON)
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert "deleted or erased meanwhile" in refused.json()["detail"]


def test_a_room_that_one_does_not_see_has_no_messages_pins_people_or_marks(
    cellar: Room, world: Room, alice: User, bob: User
) -> None:
    secret = post("secret", alice, room=CELLAR)
    addresses = ["m/" + secret.hash.hex() + "/", "pins/", "people", "?at=1", "?on=2026-01-01"]
    for rest in addresses:
        assert as_(bob).get(f"/rooms/cellar/{rest}").status_code == 404
        assert as_(bob).get(f"/rooms/nowhere/{rest}").status_code == 404
        assert as_(alice).get(f"/rooms/cellar/{rest}").status_code in (200, 302)
        assert Client().get(f"/rooms/cellar/{rest}")["Location"].startswith("/login/")
    assert as_(bob).get(page_of(secret)).status_code == 404, "by another room's address"
    assert do(bob, secret, "react", "cellar", emoji="👍").status_code == 404
    assert as_(bob).post("/rooms/cellar/unread", {"seq": "1"}).status_code == 404
    assert kinds() == []


def test_moderators_pin_in_the_world_and_members_in_their_rooms(
    cellar: Room, world: Room, alice: User, bob: User
) -> None:
    row, secret = post("*look*", bob), post("look here", alice, room=CELLAR)
    assert do(bob, row, "pin").status_code == 403
    assert do(alice, row, "pin").status_code == do(alice, row, "pin").status_code == 303
    assert Pin.objects.filter(room=world).count() == 1
    (pinned,) = as_(bob).get("/rooms/world/pins/", **JSON).json()["pinned"]
    assert (pinned["seq"], pinned["pinned_by"]) == (row.room_seq, "alice")
    assert "<em>look</em>" in as_(bob).get("/rooms/world/pins/").content.decode()
    Membership.objects.create(room=cellar, user=bob)
    assert do(bob, secret, "pin", "cellar").status_code == 303
    assert do(bob, row, "unpin").status_code == 403
    assert do(alice, row, "unpin").status_code == 303
    nothing = {"pinned": [], "may_pin": False, "standing": {"moderates": False, "pins": False}}
    assert as_(bob).get("/rooms/world/pins/", **JSON).json() == nothing
    Room.objects.filter(pk=CELLAR).update(archived=True)
    assert do(bob, secret, "unpin", "cellar").status_code == 403


def test_what_is_deleted_is_pinned_no_more_and_pins_are_bounded(
    world: Room, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pins, "PINS_LIMIT", 2)
    rows = [post(f"{number}", alice) for number in range(3)]
    assert [do(alice, row, "pin").status_code for row in rows] == [303, 303, 403]
    act("delete", rows[0], alice)
    assert [event["seq"] for event in pins.find_pinned(world)] == [rows[1].room_seq]
    assert do(alice, rows[2], "pin").status_code == 303, "what is deleted takes no place"


def test_completion_finds_the_people_of_the_room_alone(
    cellar: Room, world: Room, alice: User, bob: User, charlie: User
) -> None:
    charlie.first_name, charlie.is_active = "Bonnie", True
    charlie.save()

    def names(slug: str, query: str) -> list[str]:
        return [who["username"] for who in as_(alice).get(f"/rooms/{slug}/people", {"q": query}).json()["people"]]

    assert names("world", "") == ["alice", "bob", "charlie"]
    assert names("world", "BO") == ["bob", "charlie"]
    assert names("cellar", "") == ["alice"]
    assert names("world", "%") == names("world", "'; --") == []
    charlie.is_active = False
    charlie.save()
    assert names("world", "bo") == ["bob"]
    assert "@" not in json.dumps(as_(alice).get("/rooms/world/people").json()), "no addresses"


def test_who_was_away_learns_how_people_are_called_now_and_where_they_stand(
    world: Room, alice: User, bob: User
) -> None:
    User.objects.filter(pk=bob.pk).update(first_name="Robert")
    asked = [bob.pk.hex, alice.pk.hex, "nobody"]
    people = as_(alice).get("/rooms/world/people", {"id": asked}).json()["people"]
    assert {who["id"]: who["name"] for who in people} == {bob.pk.hex: "Robert", alice.pk.hex: "alice"}
    assert as_(alice).get("/rooms/world/people", {"id": "nobody"}).json() == {"people": []}
    for who, may in ((alice, True), (bob, False)):
        assert as_(who).get("/rooms/world/pins/", **JSON).json()["standing"] == {"moderates": may, "pins": may}


def test_a_mark_is_ones_own_and_goes_again(world: Room, alice: User, bob: User) -> None:
    first, second = post("one", bob), post("two", bob)
    for seq in (second.room_seq, first.room_seq):
        assert as_(alice).post("/rooms/world/unread", {"seq": seq}, **JSON).status_code == 204
    assert list(UnreadMark.objects.values_list("user", "seq")) == [(alice.pk, first.room_seq)]
    assert as_(alice).get("/rooms/world/").context["new_from"] == first.room_seq
    assert as_(bob).get("/rooms/world/").context["new_from"] is None
    for wrong in ("x", "-1", "9" * 20):
        assert as_(alice).post("/rooms/world/unread", {"seq": wrong}).status_code == 404
    assert as_(alice).post("/rooms/world/unread", {}, **JSON).status_code == 204
    assert not UnreadMark.objects.exists()


def test_what_is_unread_is_counted_anew_for_whoever_asks(world: Room, cellar: Room, alice: User, bob: User) -> None:
    def counts(user: User) -> dict[str, int]:
        answer: dict[str, int] = as_(user).get("/rooms/world/unread").json()
        return answer

    before = counts(alice)
    row = post("look, @alice", bob)
    named = {"unread": before["unread"] + 1, "mentions": before["mentions"] + 1}
    assert counts(alice) == before | named | {"head": before["head"] + 1}
    assert counts(bob)["unread"] == before["unread"], "one's own are read"
    do(bob, row, "delete")
    assert counts(alice) == before | {"head": before["head"] + 2}
    assert as_(bob).get("/rooms/cellar/unread").status_code == 404


def test_a_link_to_a_message_opens_around_it_and_the_log_begins_at_its_head(world: Room, bob: User) -> None:
    rows = [post(f"number {number}", bob) for number in range(120)]
    target = rows[60]
    context = as_(bob).get(f"/rooms/world/?at={target.room_seq}").context
    seqs = [event["seq"] for event in context["events"]]
    assert target.room_seq in seqs
    assert len(seqs) == 50
    assert context["is_past"]
    assert context["cursor"] == rows[-1].room_seq > seqs[-1]
    newest = as_(bob).get(f"/rooms/world/?at={rows[-1].room_seq}").context
    assert not newest["is_past"]
    assert newest["cursor"] == rows[-1].room_seq
    for wrong in ("x", "-1", "1" * 16):
        assert as_(bob).get(f"/rooms/world/?at={wrong}").status_code == 404


def test_a_day_leads_to_its_first_message(world: Room, bob: User) -> None:
    rows = [post(f"{number}", bob) for number in range(9)]
    day = 86_400_000
    for number, row in enumerate(Message.objects.in_room(world.pk)):
        Message.objects.filter(pk=row.pk).update(received_ms=(number // 4) * day)
    head = find_heads([world.pk])[world.pk]
    assert head == rows[-1].room_seq == 13
    for ms, seq in ((0, 1), (1, 5), (day, 5), (day + 1, 9), (3 * day, 13), (99 * day, 13)):
        assert find_since(world.pk, ms) == seq, ms
    assert as_(bob).get("/rooms/world/?on=1970-01-02")["Location"] == "/rooms/world/?at=5"
    assert as_(bob).get(f"/rooms/world/?since={day + 5}")["Location"] == "/rooms/world/?at=9"
    assert as_(bob).get("/rooms/world/?on=yesterday").status_code == 200
    assert find_since(CELLAR, 5) == 1
