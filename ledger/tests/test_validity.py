"""/valid: an answer for anyone, at a bounded cost."""

from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from connect.tests.people import as_, person
from ledger import sealing, validity
from ledger.audit import tip
from ledger.audit.auditing import read_trust
from ledger.core.audit_rows import Trust
from ledger.models import Block, Genesis, Message, Tile
from ledger.sealing import seal
from ledger.tests.builders import post, small_chain
from ledger.tests.tampering import set_column

pytestmark = pytest.mark.django_db(transaction=True)


def ask(client: Client) -> dict[str, Any]:
    response = client.get("/valid")
    assert response.status_code == 200
    told: dict[str, Any] = response.json()
    return told


def test_a_small_chain_is_audited_on_the_spot(visitor: Client) -> None:
    made = small_chain(messages=10, blocks=2, pending=1)
    told = ask(visitor)
    tip = made.blocks[-1]
    assert told.keys() == {"valid", "message", "verified_through", "pending", "checked_at", "findings"}
    assert (told["valid"], told["pending"], told["findings"]) == (True, 1, [])
    assert told["verified_through"] == {"size": tip.tree_size, "root": tip.root.hex(), "height": 2}
    assert told["message"] == "Valid: 13 leaves, 1 pending."


def test_a_tampered_chain_is_not_valid_and_only_who_may_look_at_blocks_sees_the_values(
    visitor: Client, member: Client, owner: Client
) -> None:
    small_chain(messages=10, blocks=2)
    row = Message.objects.sealed()[6]
    set_column(Message, row.pk, "received_ms", 7)
    public = {
        "code": "entry_changed",
        "table": "Message",
        "column": "received_ms",
        "leaf_index": row.leaf_index,
        "height": row.block_id,
    }
    inviting = as_(person("dora", is_staff=True))
    assert ask(visitor)["findings"] == ask(member)["findings"] == ask(inviting)["findings"] == [public]
    (whole,) = ask(owner)["findings"]
    assert (whole["room"], whole["expected"], whole["got"]) == (row.room.hex, row.received_ms, 7)
    assert ask(visitor)["valid"] is False


def test_it_is_audited_once_however_often_it_is_asked(visitor: Client) -> None:
    small_chain(messages=10, blocks=2)
    first = ask(visitor)
    set_column(Message, Message.objects.sealed()[6].pk, "received_ms", 7)
    with CaptureQueriesContext(connection) as queries:
        assert ask(visitor) == first
    assert len(queries) == 0
    validity.forget_validity()
    assert ask(visitor)["valid"] is False


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every chain counts as large."""
    monkeypatch.setattr(validity, "LIVE_LEAVES", -1)


@pytest.mark.parametrize(
    ("model", "column", "value"),
    [
        (Block, "tree_size", "x"),
        (Block, "tree_size", -5),
        (Block, "time_ms", b"x"),
        (Block, "hash", "x"),
        (Genesis, "min_bits", "x"),
        (Tile, "hashes", "x"),
        (Tile, "hashes", 1 << 60),
    ],
)
def test_values_that_cannot_be_compared_are_findings(
    visitor: Client, large: None, model: type[Model], column: str, value: Any
) -> None:
    if connection.vendor != "sqlite":  # the only one that takes any value in any column
        return
    small_chain(messages=10, blocks=3)
    for row in model._default_manager.order_by("-pk")[:2]:
        before = getattr(row, column)
        set_column(model, row.pk, column, value)
        validity.forget_validity()
        assert ask(visitor)["valid"] is False
        set_column(model, row.pk, column, before)


def test_a_large_chain_that_was_never_audited_is_not_called_valid(visitor: Client, large: None) -> None:
    small_chain(messages=10, blocks=2)
    told = ask(visitor)
    assert (told["valid"], told["verified_through"]) == (None, None)
    assert "verify_chain" in told["message"]


def test_a_large_chain_is_judged_by_the_last_audit_and_its_end(visitor: Client, large: None) -> None:
    made = small_chain(messages=10, blocks=2)
    call_command("verify_chain", "--json")
    post("mined since")
    seal()
    with CaptureQueriesContext(connection) as queries:
        told = ask(visitor)
    assert (told["valid"], told["verified_through"]["height"]) == (True, 2)
    assert told["verified_through"]["root"] == made.blocks[-1].root.hex()
    assert len(queries) <= 8


@pytest.mark.parametrize(
    ("height", "column", "value"),
    [
        (2, "hash", b"\1" * 32),
        (3, "nonce", 1),
        (3, "root", bytes(32)),
        (3, "checkpoint", "x\n\n— x eA==\n"),
        (2, "bits", 8),
    ],
)
def test_a_large_chain_with_a_bad_end_is_not_valid(
    visitor: Client, large: None, height: int, column: str, value: object
) -> None:
    small_chain(messages=10, blocks=2)
    call_command("verify_chain", "--json")
    seal(bits=9)
    assert ask(visitor)["valid"] is True
    validity.forget_validity()
    row = Block.objects.get(height=height)
    set_column(Block, height, column, value if getattr(row, column) != value else 9)
    told = ask(visitor)
    assert (told["valid"], told["findings"][0]["height"]) == (False, height)


def test_a_large_chain_that_was_audited_and_then_replaced_or_found_faulty_is_not_valid(
    visitor: Client, large: None
) -> None:
    small_chain(messages=10, blocks=3)
    call_command("verify_chain", "--json")
    for _ in range(4):
        seal()
    set_column(Block, 3, "hash", b"\1" * 32)
    assert [finding["code"] for finding in ask(visitor)["findings"]] == ["audited_block_changed"]
    with pytest.raises(SystemExit):
        call_command("verify_chain", "--json")
    validity.forget_validity()
    assert {"block_changed"} == {finding["code"] for finding in ask(visitor)["findings"]}


@pytest.mark.parametrize("is_read_first", [False, True])
def test_a_block_that_is_sealed_during_the_look_at_the_end_is_no_fault(
    monkeypatch: pytest.MonkeyPatch, is_read_first: bool
) -> None:
    small_chain(messages=10, blocks=3)

    def mine() -> None:
        post("meanwhile")
        seal()
        post("and once more")
        with patch.object(sealing, "sign_block", side_effect=ZeroDivisionError), pytest.raises(ZeroDivisionError):
            seal()

    def read() -> tuple[Trust, str | None]:
        known = read_trust()
        mine()
        return known if is_read_first else read_trust()

    monkeypatch.setattr(tip, "read_trust", read)
    assert tip.check_tip(None).findings == []
    assert Block.objects.count() == 6


def test_a_database_behind_the_signed_state_is_not_valid(visitor: Client, large: None) -> None:
    small_chain(messages=10, blocks=4)
    set_column(Block, 4, "height", -1)
    assert "behind_signed_state" in {finding["code"] for finding in ask(visitor)["findings"]}


@pytest.mark.parametrize("is_large", [False, True])
def test_a_machine_beside_the_miners_calls_a_sound_chain_valid(
    visitor: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch, is_large: bool
) -> None:
    small_chain(messages=10, blocks=2, pending=1)
    settings.MINER = False
    settings.LOG_KEY_FILE.unlink()
    settings.SIGNED_STATE_FILE.unlink()
    if is_large:
        monkeypatch.setattr(validity, "LIVE_LEAVES", -1)
        call_command("verify_chain", "--json")
    told = ask(visitor)
    assert (told["valid"], told["findings"]) == (True, [])
