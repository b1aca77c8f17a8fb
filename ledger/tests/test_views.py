"""/get_chain and /mine_block: what each caller gets, and what it costs."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.models import User
from accounts.tokens import make_token
from connect.tests.people import person
from ledger import chain, views
from ledger.blocks.genesis import ensure_genesis
from ledger.core.headers import Header, block_hash, encode_header
from ledger.errors import BehindSignedState, CorruptLedger, LostRace, Stopped
from ledger.models import Block, Message
from ledger.sealing import seal
from ledger.tests.builders import ALICE, BOB, ROOM, post, room_id, small_chain
from ledger.tests.tampering import set_column

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous iterators"),
]


def page(client: Client, query: str = "") -> dict[str, Any]:
    response = client.get(f"/get_chain{query}")
    assert response.status_code == 200
    told: dict[str, Any] = json.loads(b"".join(response))
    return told


# GET /get_chain


def test_the_whole_chain_is_told_with_the_original_names(visitor: Client) -> None:
    made = small_chain(messages=12, blocks=3, pending=2)
    told = page(visitor)
    assert (told["length"], told["next"]) == (4, None)
    assert [block["index"] for block in told["chain"]] == [0, 1, 2, 3]
    for block, row in zip(told["chain"], made.blocks, strict=True):
        assert block["proof"] == row.nonce
        assert (block["hash"], block["previous_hash"]) == (row.hash.hex(), row.previous.hex())
        assert block["timestamp"].endswith("Z")
        assert block["checkpoint"].startswith("connect.test/ledger\n")


def test_a_block_can_be_mined_again_from_what_is_told(visitor: Client) -> None:
    """All of the header but the time, which is told to the millisecond, is in the page."""
    small_chain()
    for block in page(visitor)["chain"]:
        row = Block.objects.get(height=block["index"])
        fields = (bytes.fromhex(block["previous_hash"]), block["tree_size"], bytes.fromhex(block["root"]))
        header = Header("connect.test/ledger", block["index"], *fields, row.time_ms, block["bits"], block["proof"])
        assert block_hash(encode_header(header)).hex() == block["hash"]


def test_pages_join_into_the_whole_chain(visitor: Client) -> None:
    small_chain(messages=12, blocks=5)
    whole, start, joined = page(visitor)["chain"], 0, []
    while start is not None:
        told = page(visitor, f"?from={start}&limit=2")
        assert len(told["chain"]) <= 2
        joined += told["chain"]
        start = told["next"]
    assert joined == whole


def test_a_page_ends_early_where_blocks_are_large(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    small_chain(messages=12, blocks=3)
    whole = page(visitor)["chain"]
    monkeypatch.setattr(chain, "MOST_LEAVES", 6)
    told = page(visitor)
    assert (told["chain"], told["next"]) == (whole[:2], 2)
    told = page(visitor, "?from=2")
    assert (told["chain"], told["next"]) == (whole[2:3], 3), "its first block is whole however large"


def test_a_large_block_is_written_bit_by_bit(member: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    small_chain(messages=12, rooms=2, blocks=2)
    whole = page(member)["chain"]
    monkeypatch.setattr(chain, "MOST_LEAVES", 2)
    monkeypatch.setattr(chain, "LEAVES_AT_ONCE", 2)
    monkeypatch.setattr(views, "PIECES", 3)
    answer = member.get("/get_chain?from=1")
    assert answer.streaming
    assert connection.connection is None, "who reads slowly holds no connection"
    assert json.loads(b"".join(answer))["chain"] == whole[1:2]


def test_no_words_are_read_for_who_may_not_read_them(visitor: Client) -> None:
    small_chain(messages=12, blocks=2)
    with CaptureQueriesContext(connection) as queries:
        page(visitor)
    assert not any('"body"' in query["sql"] for query in queries)


@pytest.mark.parametrize("query", ["?from=-1", "?from=x", "?from=01", "?limit=0", "?limit=101", "?limit=", "?from=²"])
def test_a_page_that_cannot_be_is_a_bad_request(visitor: Client, query: str) -> None:
    assert visitor.get(f"/get_chain{query}").status_code == 400


def test_beyond_the_end_the_page_is_empty(visitor: Client) -> None:
    assert page(visitor) == {"chain": [], "length": 0, "next": None}
    small_chain(blocks=2)
    assert page(visitor, "?from=3") == {"chain": [], "length": 3, "next": None}


def test_what_is_not_signed_is_not_told(visitor: Client) -> None:
    small_chain(blocks=2, pending=1)
    set_column(Block, 2, "checkpoint", None)
    told = page(visitor)
    assert (told["length"], len(told["chain"])) == (2, 2)


def test_a_large_page_breaks_off_at_a_row_that_was_not_recorded(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_chain(messages=5, blocks=1)
    monkeypatch.setattr(chain, "MOST_LEAVES", 2)
    monkeypatch.setattr(chain, "FAMILIES", None)  # fails as a row of another type does
    answer = visitor.get("/get_chain?from=1")
    with pytest.raises(CorruptLedger, match="see /valid"):
        b"".join(answer)


def test_text_and_author_are_told_to_who_may_read_the_room_and_to_nobody_else(visitor: Client, member: Client) -> None:
    small_chain(messages=12, rooms=2, blocks=2)
    seen, hidden = page(member), page(visitor)
    rows = {row.hash.hex(): row for row in Message.objects.sealed()}
    for mine, theirs in zip(_entries(seen), _entries(hidden), strict=True):
        row = rows[theirs["hash"]]
        assert theirs.keys() == {"hash", "leaf_index", "kind"}
        assert theirs["kind"] in ("message", "room", "key", "erasure")
        if row.room == ROOM:
            assert (mine["author"], mine["kind"], mine["room_seq"]) == (row.author.hex, row.kind, row.room_seq)
            assert json.loads(row.body or "null") == mine["body"]
            assert mine["text"] == (mine["body"] or {}).get("text")
        else:
            assert mine == theirs
    secrets = (room_id(0).hex, room_id(1).hex, ALICE.hex, BOB.hex, "first", "room.create", "a reply")
    assert not any(secret in json.dumps(hidden) for secret in secrets)


def test_nobody_reads_anything_where_nobody_says_who_may(member: Client, settings: Settings) -> None:
    small_chain()
    settings.LEDGER_READABLE_ROOMS = None
    assert all(entry.keys() == {"hash", "leaf_index", "kind"} for entry in _entries(page(member)))


def test_a_page_costs_the_same_queries_whatever_it_holds(visitor: Client) -> None:
    small_chain(messages=4, blocks=1)
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            page(visitor)
        costs.append(len(queries))
        for _ in range(4):
            post()
            seal()
    assert costs[0] == costs[1] <= 3


def _entries(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry for block in told["chain"] for entry in block["messages"]]


# POST /mine_block


def test_staff_mine_a_block(owner: Client) -> None:
    made = small_chain(pending=2)
    response = owner.post("/mine_block")
    told, tip = response.json(), Block.objects.tip()
    assert response.status_code == 200
    assert told.keys() == {"message", "index", "timestamp", "proof", "previous_hash", "hash", "messages"}
    assert tip is not None
    assert (told["index"], told["hash"]) == (tip.height, bytes(tip.hash).hex())
    assert len(told["messages"]) == 2
    assert told["messages"] == page(owner, f"?from={tip.height}")["chain"][0]["messages"]
    assert told["previous_hash"] == made.blocks[-1].hash.hex()
    assert owner.get("/valid").json()["verified_through"]["height"] == tip.height


def test_a_program_mines_with_the_token_of_staff(alice: User, bob: User) -> None:
    ensure_genesis()
    for person_, status in ((alice, 200), (bob, 403)):
        program = Client(enforce_csrf_checks=True)
        answer = program.post(
            "/mine_block", headers={"Authorization": f"Bearer {make_token(person_, timedelta(days=1))}"}
        )
        assert answer.status_code == status
    assert Block.objects.count() == 2


def test_nobody_else_mines(visitor: Client, member: Client, alice: User) -> None:
    ensure_genesis()
    dismissed, checked = Client(), Client(enforce_csrf_checks=True)
    dismissed.force_login(person("dora", is_staff=True))
    User.objects.filter(username="dora").update(is_staff=False)
    checked.force_login(alice)
    for client in (visitor, member, dismissed, checked):
        assert client.post("/mine_block").status_code == 403
    assert Block.objects.count() == 1


@pytest.mark.parametrize("address", ["/get_chain", "/valid"])
def test_the_chain_is_only_read(address: str) -> None:
    assert Client(enforce_csrf_checks=True).post(address).status_code == 405


@pytest.mark.parametrize("method", ["get", "put", "delete", "head"])
def test_mining_takes_a_post(owner: Client, method: str) -> None:
    ensure_genesis()
    response = getattr(owner, method)("/mine_block")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert Block.objects.count() == 1


@pytest.mark.parametrize(
    ("error", "status"),
    [(LostRace("another"), 409), (Stopped("too long"), 503), (BehindSignedState("an older copy"), 503)],
)
def test_a_miner_that_cannot_says_why(
    owner: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def refuse(should_stop: object) -> None:
        raise error

    monkeypatch.setattr(views, "seal", refuse)
    response = owner.post("/mine_block")
    assert response.status_code == status
    assert response.json() == {"code": error.code, "detail": str(error)}  # type: ignore[attr-defined]
