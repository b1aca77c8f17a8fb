"""Erasing a message: who may, what refuses, and that nobody gets the words afterwards."""

import json
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from chat import posting
from chat.delivery import store
from chat.delivery.ring import Ring
from chat.erasing import erase_message
from chat.events import build_events, encode_messages, is_erasure
from chat.fields import REASON_LIMIT
from chat.models import Room
from chat.rates import Rates
from chat.refusals import Refusal
from chat.rooms import ensure_world
from chat.tests.entries import post
from connect.tests.people import as_, person
from ledger.blocks.genesis import ensure_genesis
from ledger.core.merkle import leaf_hash
from ledger.core.records import record_leaf_data
from ledger.models import Message
from ledger.sealing import seal
from ledger.tests.builders import post as entry
from ledger.tests.sealed import assert_valid

SECRET = "the-password-is-0f8b1c"
REASON = "it was a secret"


def address(message: Message, slug: str = "world") -> str:
    return f"/rooms/{slug}/erase/{bytes(message.hash).hex()}/"


@pytest.fixture
def message(alice: User, bob: User) -> Message:
    """Bob's secret, with an edit and with a reply that quotes it."""
    ensure_genesis()
    ensure_world()
    secret = post(SECRET, bob)
    entry(f"{SECRET} mended", room=Room.WORLD, author=bob.pk, kind="edit", ref=bytes(secret.hash))
    post("what is this?", alice, ref=bytes(secret.hash))
    return secret


@pytest.fixture
def hold(message: Message) -> None:
    Room.objects.update(legal_hold=True)


def is_erased(message: Message) -> bool:
    return Message.objects.get(pk=message.pk).body is None


def test_its_author_erases_it(message: Message, bob: User) -> None:
    browser = as_(bob)
    page = browser.get(address(message))
    assert page.status_code == 200
    assert SECRET in page.content.decode()
    form = {"client_id": page.context["client_id"], "reason": f" {REASON}\r\n"}
    answer = browser.post(address(message), form)
    assert (answer.status_code, answer["Location"]) == (303, f"/rooms/world/#m{message.room_seq}")
    assert is_erased(message)
    entries = Message.objects.filter(kind="erase").order_by("room_seq")
    assert [(row.author, json.loads(row.body or "")) for row in entries] == [(bob.pk, {"reason": REASON})] * 2
    assert_valid()
    assert SECRET not in browser.get(address(message)).content.decode()


def test_a_moderator_erases_it(message: Message) -> None:
    moderator = person("dora", is_staff=True)
    assert as_(moderator).post(address(message), {"reason": REASON}).status_code == 303
    assert is_erased(message)


def test_another_member_does_not(message: Message, charlie: User) -> None:
    browser = as_(charlie)
    page = browser.get(address(message))
    answer = browser.post(address(message), {"reason": REASON})
    assert (page.status_code, answer.status_code) == (403, 403)
    assert "Only its author or a moderator" in answer.content.decode()
    assert "Erase for good" not in page.content.decode()
    assert not is_erased(message)


def test_for_who_does_not_see_the_room_there_is_no_message(
    message: Message, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = as_(bob)
    cellar = Room.objects.create(slug="cellar", name="Cellar")
    elsewhere = post(SECRET, bob, room=cellar.pk)
    unknown = [address(message, "attic"), address(elsewhere), f"/rooms/world/erase/{'ab' * 32}/"]
    for each in unknown:
        assert (browser.get(each).status_code, browser.post(each, {"reason": REASON}).status_code) == (404, 404)
    monkeypatch.setattr(type(Room.objects.all()), "visible_to", lambda rooms, user: rooms.none())
    assert browser.post(address(message), {"reason": REASON}).status_code == 404
    assert not is_erased(message)


def test_a_visitor_is_sent_to_log_in(message: Message, client: Client) -> None:
    assert client.post(address(message), {"reason": REASON})["Location"].startswith("/login/")
    assert not is_erased(message)


def test_the_systems_words_and_other_entries_stay(message: Message, alice: User) -> None:
    browser = as_(alice)
    browser.post(address(message), {"reason": REASON})
    others = Message.objects.exclude(kind="post").exclude(body=None)
    kept = [*others, Message.objects.get(room_seq=2)]
    assert {row.kind for row in kept} == {"room.create", "erase", "post"}
    for row in kept:
        assert browser.post(address(row), {"reason": REASON}).status_code == 403
        assert not is_erased(row)


@pytest.mark.parametrize("reason", ["", " \r\n", "x" * (REASON_LIMIT + 1), "a\0b"], ids=["no", "blank", "long", "NUL"])
def test_a_reason_is_asked_for(message: Message, bob: User, reason: str) -> None:
    answer = as_(bob).post(address(message), {"reason": reason})
    assert (answer.status_code, answer.context["reason"]) == (400, reason)
    assert not is_erased(message)


def test_a_form_sent_twice_erases_once(message: Message, bob: User) -> None:
    browser = as_(bob)
    form = {"client_id": uuid4().hex, "reason": "x" * REASON_LIMIT}
    assert [browser.post(address(message), form).status_code for _ in range(2)] == [303, 303]
    assert Message.objects.filter(kind="erase").count() == 2


def test_a_used_client_id_erases_nothing(message: Message, bob: User) -> None:
    form = {"client_id": message.client_id.hex, "reason": REASON}
    assert as_(bob).post(address(message), form).status_code == 409
    told = as_(bob).post(address(message), form, headers={"accept": "application/json"})
    assert (told.status_code, told.json()["code"]) == (409, "client_id_reused")
    assert not is_erased(message)


def test_a_form_needs_its_csrf_token(message: Message, bob: User) -> None:
    browser = as_(bob, enforce_csrf_checks=True)
    assert browser.post(address(message), {"reason": REASON}).status_code == 403
    assert not is_erased(message)


def test_too_many_erasures_are_slowed_down(message: Message, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "_by_user", Rates(per_s=0.001, burst=1))
    other, browser = post("other", bob), as_(bob)
    answers = [browser.post(address(each), {"reason": REASON}).status_code for each in (message, other)]
    assert answers == [303, 429]
    assert not is_erased(other)


# Legal hold


@pytest.mark.usefixtures("hold")
def test_a_legal_hold_refuses_everyone(message: Message, alice: User, bob: User) -> None:
    before = Message.objects.count()
    for browser in map(as_, (alice, bob)):
        page, answer = browser.get(address(message)), browser.post(address(message), {"reason": REASON})
        assert (page.status_code, answer.status_code) == (409, 409)
        assert "under legal hold" in answer.content.decode()
        assert "Erase for good" not in page.content.decode()
    assert not is_erased(message)
    assert Message.objects.count() == before


@pytest.mark.usefixtures("hold")
def test_a_hold_that_was_set_meanwhile_counts(message: Message, bob: User) -> None:
    with pytest.raises(Refusal, match="legal_hold"):
        erase_message(bob, message, uuid4(), REASON)
    assert not is_erased(message)


@pytest.mark.usefixtures("hold")
def test_a_hold_counts_for_its_room_alone(message: Message, bob: User) -> None:
    cellar = Room.objects.create(slug="cellar", name="Cellar")
    elsewhere = post(SECRET, bob, room=cellar.pk)
    assert as_(bob).post(address(elsewhere, "cellar"), {"reason": REASON}).status_code == 303
    assert is_erased(elsewhere)


HOLD_PAGE = f"/admin/chat/room/{Room.WORLD}/change/"


def test_a_superuser_sets_and_lifts_the_hold_and_nothing_else(message: Message, alice: User) -> None:
    browser = as_(alice)
    assert "legal_hold" in browser.get(HOLD_PAGE).content.decode()
    for hold in (True, False):
        form = {"legal_hold": "on"} if hold else {}
        assert browser.post(HOLD_PAGE, {"name": "Other", "slug": "other", **form}).status_code == 302
        assert list(Room.objects.values_list("slug", "name", "legal_hold")) == [("world", "World", hold)]


@pytest.mark.parametrize("page", ["/admin/chat/room/", HOLD_PAGE])
def test_no_other_staff_reaches_the_hold(message: Message, page: str) -> None:
    browser = as_(person("dora", is_staff=True))
    assert (browser.get(page).status_code, browser.post(page, {"legal_hold": "on"}).status_code) == (403, 403)
    assert not Room.objects.get().legal_hold


@pytest.mark.parametrize("page", ["/admin/chat/room/add/", HOLD_PAGE.replace("change", "delete")])
def test_rooms_are_neither_made_nor_deleted_in_the_admin(message: Message, alice: User, page: str) -> None:
    assert as_(alice).get(page).status_code == 403


# Nowhere


@pytest.fixture
def erased(message: Message, bob: User) -> Message:
    seal()
    as_(bob).post(address(message), {"reason": REASON})
    seal()
    return Message.objects.get(pk=message.pk)


def test_no_page_tells_the_words(erased: Message, alice: User) -> None:
    browser, hash_ = as_(alice), bytes(erased.hash).hex()
    pages = [
        *("/", "/rooms/world/", address(erased), "/get_chain", f"/log/receipt/{hash_}", "/chain/", "/chain/blocks/1/"),
        *(f"/admin/ledger/message/{erased.pk}/change/", "/admin/ledger/message/", "/admin/ledger/message/?kind=post"),
        *(f"/admin/ledger/message/?q={hash_}", "/admin/ledger/message/?q=0f8b1c", f"/chain/?q={hash_}"),
    ]
    for page in pages:
        answer = browser.get(page, follow=True)
        assert (page, answer.status_code) == (page, 200)
        assert SECRET not in answer.content.decode()
    assert "This message was erased." in browser.get("/rooms/world/").content.decode()


def test_no_event_tells_the_words(erased: Message) -> None:
    head = store.find_heads([Room.WORLD])[Room.WORLD]
    for read in (store.read_after(Room.WORLD, 0, 100), store.read_before(Room.WORLD, head + 1, 100)):
        assert len(read) == head
        assert SECRET.encode() not in b"".join(event for _, event in read)
    assert SECRET not in json.dumps(build_events(store.find_before(Room.WORLD, None, 100)))


def test_an_erased_events_record_is_rebuilt_from_its_commitment(erased: Message, settings: Settings) -> None:
    (event,) = build_events([erased])
    assert (event["erased"], event["body"], event["salt"], event["html"]) == (True, None, None, None)
    assert bytes.fromhex(event["body_commitment"]) == erased.body_commitment
    assert leaf_hash(record_leaf_data(erased.record(settings.LOG_ORIGIN))).hex() == event["hash"]
    assert "body_commitment" not in build_events([post("another")])[0]


def test_a_ring_drops_what_it_held_before_an_erasure(message: Message, bob: User) -> None:
    rows = list(Message.objects.in_room(Room.WORLD))
    ring = Ring(Room.WORLD, 0)
    ring.extend(encode_messages(rows))
    assert ring.frame_after(0) is not None
    erase_message(bob, message, uuid4(), REASON)
    after = encode_messages([*Message.objects.in_room(Room.WORLD).filter(kind="erase"), post("after")])
    ring.extend(after)
    assert (ring.first, ring.head) == (len(rows) + 2, len(rows) + 3)
    assert ring.frame_after(0) is None
    assert SECRET not in str(ring.frame_after(len(rows) + 1))


def test_words_about_an_erasure_are_none(bob: User) -> None:
    ensure_world()
    said = '"kind":"erase", {"kind":"erase"} \\"kind\\":\\"erase\\"'
    assert not any(map(is_erasure, encode_messages([post(said, bob), post("said", bob, ref=bytes(post(said).hash))])))
