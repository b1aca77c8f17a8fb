"""An audit that goes on where another stood says of what came since what the audit of everything says."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from ledger.core.audit import audit
from ledger.core.audit_rows import AuditState, Report
from ledger.core.audit_state import format_state, parse_state
from ledger.core.errors import LedgerFormatError
from ledger.core.fields import ZERO_HASH
from ledger.core.records import NO_ROOM
from ledger.tests.core.chains import ALICE, BOB, OTHER_ROOM, ROOM, Chain, Rows, check, public, small_chain


def standing(chain: Chain) -> AuditState:
    """Where the audit of all that the chain holds now stands, as a file would keep it."""
    report = check(chain)
    assert report.valid
    assert report.state is not None
    return parse_state(format_state(report.state))


def check_since(chain: Chain, since: AuditState) -> Report:
    return audit(Rows(chain, since), chain.trust(), since=since)


def codes_since(chain: Chain, since: AuditState) -> list[str]:
    return [finding.code for finding in check_since(chain, since).findings]


def grow(chain: Chain, *lengths: int) -> None:
    for length in lengths:
        for number in range(length):
            chain.say((ROOM, OTHER_ROOM)[number % 2], (ALICE, BOB)[number % 3 % 2], f"{length}/{number}")
        chain.seal()


def test_from_any_block_on_it_ends_where_the_whole_audit_ends() -> None:
    chain = small_chain()
    states = []
    for length in (0, 1, 200, 30, 11, 300, 2, 256):
        grow(chain, length)
        states.append(standing(chain))
    chain.say(ROOM, ALICE, "pending")
    whole = check(chain)
    assert whole.state is not None
    assert whole.size > 3 * 256
    for since in states:
        report = check_since(chain, since)
        assert report.findings == []
        assert report.state == whole.state
        assert replace(report, sealed=whole.sealed) == whole


def test_what_changes_behind_it_is_found_and_named_alike() -> None:
    chain = small_chain()
    grow(chain, 5)
    since = standing(chain)
    grow(chain, 7, 3)
    chain.say(ROOM, ALICE, "pending")
    places = [place for place, row in enumerate(chain.messages) if (row.leaf_index or since.size) >= since.size]
    changes: list[tuple[str, Any]] = [("body", '{"text":"forged"}'), ("hash", ZERO_HASH), ("room_seq", 99)]
    for place in places:
        good = chain.messages[place]
        for column, value in changes:
            chain.messages[place] = good._replace(**{column: value})
            found = check(chain).findings
            assert found
            assert check_since(chain, since).findings == found
        chain.messages[place] = good
    del chain.messages[places[2]]
    assert "entry_missing" in codes_since(chain, since)


def test_a_damaged_tile_behind_it_is_found_at_both_levels() -> None:
    chain = small_chain()
    grow(chain, 300)
    since = standing(chain)
    grow(chain, 300)
    for place, tile in enumerate(chain.tiles):
        chain.tiles[place] = tile._replace(hashes=tile.hashes[:-1] + bytes([tile.hashes[-1] ^ 1]))
        is_behind = tile.number >= since.size >> 8 * (tile.level + 1)
        assert ("tile_changed" in codes_since(chain, since)) == is_behind
        chain.tiles[place] = tile


def test_what_lies_before_it_is_not_read_again() -> None:
    chain = small_chain()
    since = standing(chain)
    chain.messages[1] = chain.messages[1]._replace(body='{"text":"forged"}')
    assert not check(chain).valid
    assert check_since(chain, since).valid


def test_another_history_does_not_continue_it() -> None:
    chain = small_chain()
    since = standing(chain)
    other = Chain()
    grow(other, 1, 1, 1, 1, 1)
    assert codes_since(other, since) == ["audited_block_replaced"]
    assert codes_since(Chain(), since) == ["audited_block_replaced"]
    assert codes_since(chain, replace(since, origin="another.test/log")) == ["audited_block_replaced"]


def test_keys_of_before_count_and_revoked_ones_do_not() -> None:
    for revoked in (False, True):
        chain = small_chain()  # adds Bob's phone
        if revoked:
            device = {"device": next(iter(standing(chain).keys))[1].hex(), "reason": "lost"}
            chain.add("key.revoke", NO_ROOM, BOB, device)
            chain.seal()
        since = standing(chain)
        assert [key for key, _ in since.keys.values()] == [public("phone")]
        chain.say(ROOM, BOB, "signed", device="phone")
        chain.seal()
        assert codes_since(chain, since) == (["device_revoked"] if revoked else [])


def test_there_is_none_while_an_erasure_or_a_signature_is_still_to_come() -> None:
    chain = small_chain()
    gone = chain.say(ROOM, BOB, "to be erased")
    chain.seal()
    chain.messages[chain.messages.index(gone._replace(leaf_index=chain.blocks[-1].tree_size - 1, block=4))] = (
        chain.messages[-1]._replace(body=None, salt=None)
    )
    chain.add("erase", ROOM, BOB, {"reason": "asked"}, ref=gone.hash)
    report = check(chain)
    assert report.valid
    assert report.state is None
    chain.seal()
    assert check(chain).state is not None
    chain.seal(sign=False)
    assert check(chain).state is None


@pytest.mark.parametrize("damage", [b"", b"{}\n", b"[]", b"null", b"\xff"])
def test_anything_else_is_no_state(damage: bytes) -> None:
    with pytest.raises(LedgerFormatError):
        parse_state(damage)


def test_a_state_has_one_spelling() -> None:
    data = format_state(standing(small_chain()))
    for other in (data[:-1], data + b" ", data.replace(b'{"block"', b'{"a":1,"block"', 1), data.upper()):
        with pytest.raises(LedgerFormatError):
            parse_state(other)


@pytest.mark.parametrize("value", [None, "x", -1, 0, 1.5, 1 << 60, [], "00"])
@pytest.mark.parametrize("column", ["height", "tree_size", "time_ms", "bits", "nonce", "root", "hash"])
def test_a_state_whose_parts_do_not_agree_is_none(column: str, value: object) -> None:
    state: dict[str, Any] = orjson.loads(format_state(standing(small_chain())))
    for changed in (
        state | {"block": state["block"] | {column: value}},
        state | {"subtrees": [None, *state["subtrees"]]},
    ):
        with pytest.raises(LedgerFormatError):
            parse_state(orjson.dumps(changed, option=orjson.OPT_SORT_KEYS) + b"\n")
