"""The admin's ledger pages: what they show, find and cost; the two buttons."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from chat.models import Room
from connect.tests.people import as_
from ledger import validity
from ledger.audit.auditing import run_audit
from ledger.audit.results import result_of, save_result
from ledger.blocks.genesis import ensure_genesis
from ledger.models import Block, Message
from ledger.sealing import seal
from ledger.signed_state import SignedState, advance_signed_state
from ledger.tests.builders import post, small_chain
from ledger.tests.staff import make_staff

PAGES = [
    "/admin/",
    "/admin/ledger/block/",
    "/admin/ledger/block/2/change/",
    "/admin/ledger/message/",
    "/admin/ledger/message/?state=pending",
    "/admin/ledger/message/?state=sealed",
    "/admin/ledger/message/?kind=post",
    "/admin/ledger/message/?q=3",
    "/admin/ledger/tile/",
    "/admin/ledger/roomhead/",
]


@pytest.fixture
def owner(client: Client, alice: User) -> Client:
    validity.forget_validity()
    client.force_login(alice)
    return client


def listed(client: Client, address: str) -> list[int]:
    """The primary keys of the rows on a list."""
    return [row.pk for row in client.get(address).context["cl"].result_list]


def test_a_block_shows_its_messages_and_its_neighbours(owner: Client, alice: User) -> None:
    ensure_genesis()
    room = Room.objects.create(slug="design", name="Design")
    message = post(room=room.id, author=alice.id)
    seal()
    seal()
    page = owner.get("/admin/ledger/block/1/change/").content.decode()
    assert 'href="/admin/ledger/block/0/change/"' in page
    assert 'href="/admin/ledger/block/2/change/"' in page
    assert f'href="/admin/ledger/message/{message.pk}/change/"' in page
    assert f'href="/admin/ledger/message/?room={room.id.hex}">Design</a>' in page
    assert f'href="/admin/accounts/user/{alice.pk}/change/">alice</a>' in page
    assert f'data-copy="{bytes(message.hash).hex()}"' in page
    first, last = (owner.get(f"/admin/ledger/block/{height}/change/").content.decode() for height in (0, 2))
    assert 'rel="prev"' not in first
    assert 'rel="next"' not in last


def test_a_message_links_to_its_room_author_block_and_neighbours(owner: Client, alice: User) -> None:
    ensure_genesis()
    room = Room.objects.create(slug="design", name="Design")
    before, message, after = (post(room=room.id, author=alice.id) for _ in range(3))
    reply = post(room=room.id, author=alice.id, ref=message.hash)
    seal()
    page = owner.get(f"/admin/ledger/message/{message.pk}/change/").content.decode()
    for near in (before, after):
        assert f'href="/admin/ledger/message/{near.pk}/change/"' in page
    assert 'href="/admin/ledger/block/1/change/">Block 1</a>' in page
    assert f'href="/admin/accounts/user/{alice.pk}/change/">alice</a>' in page
    assert "Post 2 in Design" in page
    referring = owner.get(f"/admin/ledger/message/{reply.pk}/change/").content.decode()
    found = re.search(r'href="(/admin/ledger/message/\?q=[0-9a-f]{64})"', referring)
    assert found
    assert listed(owner, found[1]) == [message.pk]


def test_lists_filter_by_state_kind_room_and_block(owner: Client) -> None:
    chain = small_chain()
    messages = {message.pk: message for message in chain.messages}

    def expect(query: str, keep: Callable[[Message], bool]) -> None:
        kept = {pk for pk, message in messages.items() if keep(message)}
        assert kept
        assert set(listed(owner, f"/admin/ledger/message/?{query}")) == kept, query

    expect("state=pending", lambda message: message.leaf_index is None)
    expect("state=sealed", lambda message: message.leaf_index is not None)
    expect("kind=edit", lambda message: message.kind == "edit")
    room = chain.messages[0].room
    expect(f"room={room.hex}", lambda message: message.room == room)
    expect(f"room={room.hex}&kind=post", lambda message: message.room == room and message.kind == "post")
    expect("block=2", lambda message: message.block_id == 2)
    for nothing in ("block=77", "block=x", f"room={uuid4().hex}", "room=x"):
        assert listed(owner, f"/admin/ledger/message/?{nothing}") == []


def test_search_finds_by_the_beginning_of_a_hash_and_by_number(owner: Client) -> None:
    chain = small_chain()
    block, message = chain.blocks[2], chain.messages[3]
    for digits in (4, 7, 64):
        assert block.pk in listed(owner, f"/admin/ledger/block/?q={bytes(block.hash).hex()[:digits]}")
        assert message.pk in listed(owner, f"/admin/ledger/message/?q={bytes(message.hash).hex()[:digits].upper()}")
    assert listed(owner, "/admin/ledger/block/?q=2") == [2]
    assert listed(owner, f"/admin/ledger/message/?q={message.leaf_index}") == [message.pk]
    for nothing in ("zz", "0" * 64, "hello", "9" * 30):
        assert listed(owner, f"/admin/ledger/message/?q={nothing}") == []


def test_the_index_draws_the_newest_blocks(owner: Client) -> None:
    small_chain(pending=3)
    page = owner.get("/admin/").content.decode()
    assert '<svg class="ribbon"' in page
    assert 'href="/admin/ledger/block/2/change/"' in page
    assert "Forming: 3 entries" in page


def test_the_index_stands_without_a_log_and_hides_it_from_those_who_may_not(
    client: Client, owner: Client, bob: User
) -> None:
    assert "No block yet" in owner.get("/admin/").content.decode()
    make_staff(bob, "view_user")
    client.force_login(bob)
    assert "ribbon" not in client.get("/admin/").content.decode().partition("</head>")[2]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_costs_the_same_queries_however_much_is_stored(owner: Client, page: str) -> None:
    small_chain(messages=20, rooms=1, blocks=2, pending=2)
    owner.get(page)
    with CaptureQueriesContext(connection) as few:
        assert owner.get(page).status_code == 200
    for number in range(60):
        post(f"more {number}", author=uuid4())
        if number % 6 == 0:
            seal()
    with CaptureQueriesContext(connection) as many:
        assert owner.get(page).status_code == 200
    assert len(many) <= len(few) + 1  # a list that fills more than a page may ask for its first one
    for query in many.captured_queries:
        counts = "COUNT(" in query["sql"] and "ledger_" in query["sql"]
        assert not counts or "LIMIT" in query["sql"], query["sql"]


def test_the_mine_button_seals_what_is_pending(owner: Client) -> None:
    chain = small_chain(pending=3)
    page = owner.get("/admin/ledger/block/").content.decode()
    assert 'action="/admin/ledger/block/mine/"' in page
    response = owner.post("/admin/ledger/block/mine/", follow=True)
    assert response.redirect_chain == [("/admin/ledger/block/3/change/", 302)]
    assert "Block 3 sealed 3 messages" in response.content.decode()
    assert Message.objects.pending().count() == 0
    assert Block.objects.count() == len(chain.blocks) + 1


def test_mining_alters_nothing_that_was_sealed(owner: Client) -> None:
    small_chain()
    before = list(Message.objects.sealed().values_list()), list(Block.objects.order_by("height").values_list())
    owner.post("/admin/ledger/block/mine/")
    sealed = [row for row in Message.objects.sealed().values_list() if row in before[0]]
    assert sealed == before[0]
    assert list(Block.objects.order_by("height").values_list())[:-1] == before[1]


def test_mining_needs_the_permission_a_post_and_its_token(client: Client, bob: User, alice: User) -> None:
    small_chain()
    make_staff(bob, "view_block")
    client.force_login(bob)
    assert 'action="/admin/ledger/block/mine/"' not in client.get("/admin/ledger/block/").content.decode()
    assert client.post("/admin/ledger/block/mine/").status_code == 403
    client.force_login(alice)
    assert client.get("/admin/ledger/block/mine/").status_code == 405
    strict = as_(alice, enforce_csrf_checks=True)
    assert strict.post("/admin/ledger/block/mine/").status_code == 403
    assert Block.objects.count() == 3
    make_staff(bob, "view_block", "add_block")
    client.force_login(User.objects.get(pk=bob.pk))
    client.post("/admin/ledger/block/mine/")
    assert Block.objects.count() == 4


def test_a_refusal_to_mine_is_told(owner: Client) -> None:
    small_chain()
    ahead = SignedState(settings.LOG_ORIGIN, 99, bytes(32), 9)
    advance_signed_state(settings.SIGNED_STATE_FILE, ahead, lambda old: None)
    response = owner.post("/admin/ledger/block/mine/", follow=True)
    assert "99" in response.content.decode()
    assert Block.objects.count() == 3


def test_the_verify_button_says_valid_and_alters_nothing(owner: Client) -> None:
    small_chain()
    page = owner.post("/admin/ledger/block/verify/").content.decode()
    assert "The chain is valid." in page


def test_the_verify_button_names_what_is_wrong(owner: Client) -> None:
    chain = small_chain()
    Message.objects.filter(pk=chain.messages[4].pk).update(sent_ms=1)
    page = owner.post("/admin/ledger/block/verify/").content.decode()
    assert "The chain is not valid." in page
    assert str(chain.messages[4].pk) in page


def test_the_verify_button_audits_no_long_log(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """That takes minutes, and whoever may look may click; what the miner's audit found is told instead."""
    small_chain()
    monkeypatch.setattr(validity, "LIVE_LEAVES", 0)
    with monkeypatch.context() as patch:
        patch.setattr(validity, "run_audit", None)
        page = owner.post("/admin/ledger/block/verify/").content.decode()
        assert "Nothing wrong was found." in page
        assert "There has been no full audit yet" in page
        save_result(result_of(run_audit(), checked_ms=1))
        validity.forget_validity()
        page = owner.post("/admin/ledger/block/verify/").content.decode()
    assert "The chain is valid." in page
    assert "1970-01-01" in page


def test_verifying_needs_the_permission_and_a_post(client: Client, bob: User, owner: Client) -> None:
    small_chain()
    assert owner.get("/admin/ledger/block/verify/").status_code == 405
    make_staff(bob, "view_message")
    client.force_login(bob)
    assert client.post("/admin/ledger/block/verify/").status_code == 403
