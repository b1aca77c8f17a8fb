"""What the audit says of whole rows that come, go or trade places, and of history rewritten."""

import copy
import random
from typing import Any
from uuid import UUID

import pytest

from ledger.core.audit_rows import BLOCK, MESSAGE, SIGNED_STATE, MessageRow, Trust
from ledger.tests.core.chains import ALICE, BOB, ROOM, Chain, check, codes, small_chain

SMALL = small_chain()


def small_chain_again() -> Chain:
    """Another one in no time."""
    chain = copy.copy(SMALL)
    for table in ("genesis", "blocks", "messages", "tiles", "cosignatures", "heads"):
        setattr(chain, table, copy.copy(getattr(SMALL, table)))
    return chain


# Rows that come, go or trade places


def test_a_chain_of_everything_is_valid_and_counted() -> None:
    chain = small_chain()
    report = check(chain)
    assert (report.valid, report.sealed, report.pending, report.rooms) == (True, 11, 2, 3)
    tip = chain.blocks[-1]
    assert (report.size, report.root, report.height, report.hash) == (tip.tree_size, tip.root, tip.height, tip.hash)


@pytest.mark.parametrize("place", range(11))
def test_a_deleted_sealed_message_is_missed_at_its_leaf(place: int) -> None:
    chain = small_chain()
    gone = chain.messages.pop(place)
    missed = [finding for finding in check(chain).findings if finding.code == "entry_missing"]
    assert [finding.leaf_index for finding in missed] == [gone.leaf_index]


def test_a_deleted_pending_message_is_missed_by_its_rooms_head() -> None:
    chain = small_chain()
    gone = chain.messages.pop()
    (finding, *_) = check(chain).findings
    assert (finding.code, finding.room) == ("head_wrong", gone.room)


@pytest.mark.parametrize("table", ["genesis", "blocks", "tiles"])
def test_any_other_deleted_row_is_missed(table: str) -> None:
    for place in range(len(getattr(small_chain(), table))):
        chain = small_chain()
        del getattr(chain, table)[place]
        assert not check(chain).valid


def test_a_cosignature_twice_is_found_where_an_intruder_dropped_the_constraint() -> None:
    chain = small_chain()
    twin = chain.cosignatures[0]._replace(id="f" * 32)
    chain.cosignatures.append(twin)
    (finding,) = check(chain).findings
    assert (finding.code, finding.pk, finding.height) == ("cosignature_surplus", twin.id, twin.block)


def test_a_deleted_head_and_a_head_of_nothing_are_found() -> None:
    chain = small_chain()
    head = chain.heads.pop(ROOM)
    assert codes(chain) == ["head_missing"]
    chain.heads |= {ROOM: head, UUID(int=7): head._replace(room=UUID(int=7).hex)}
    assert codes(chain) == ["head_surplus"]


@pytest.mark.parametrize("leaf_index", [0, 3, 99, None])
def test_an_inserted_message_is_found(leaf_index: int | None) -> None:
    chain = small_chain()
    row = chain.messages[3]
    again = row._replace(id=row.id + 1, client_id="f" * 32, leaf_index=leaf_index, block=None if not leaf_index else 1)
    chain.messages.append(again)
    assert again.id in {finding.pk for finding in check(chain).findings}


def test_two_messages_that_trade_places_in_the_log_are_both_named() -> None:
    chain = small_chain()
    first, second = chain.messages[5], chain.messages[7]
    chain.messages[5] = first._replace(leaf_index=second.leaf_index)
    chain.messages[7] = second._replace(leaf_index=first.leaf_index)
    assert {first.id, second.id} <= {finding.pk for finding in check(chain).findings}


def test_two_messages_that_trade_texts_are_both_named() -> None:
    chain = small_chain()
    first, second = chain.messages[4], chain.messages[5]
    chain.messages[4] = first._replace(body=second.body, salt=second.salt)
    chain.messages[5] = second._replace(body=first.body, salt=first.salt)
    assert [(f.code, f.pk) for f in check(chain).findings] == [("body_changed", first.id), ("body_changed", second.id)]


def test_a_client_id_used_twice_is_found() -> None:
    chain = small_chain()
    first = chain.messages[1]
    chain.messages[-1] = chain.messages[-1]._replace(client_id=first.client_id, author=first.author)
    assert "client_id_reused" in codes(chain)


def test_a_value_that_cannot_be_compared_is_a_finding_and_no_crash() -> None:
    chain = small_chain()
    chain.messages[5] = MessageRow._make(["?"] * 20 + [chain.messages[5].leaf_index, 2])
    assert "entry_malformed" in codes(chain)


HOSTILE = [None, "", "x", "0" * 32, b"", b"x", bytes(32), -1, 1 << 60, 0.5, float("inf"), "\udcff"]


@pytest.mark.parametrize("table", ["genesis", "blocks", "messages", "tiles", "cosignatures"])
def test_whatever_two_columns_of_a_row_hold_is_a_finding_and_no_crash(table: str) -> None:
    """One column alone is put right in memory; of two, the rest of the audit meets what they hold."""
    choose = random.Random(table)
    for _ in range(300):
        chain = small_chain_again()
        rows = getattr(chain, table)
        place = choose.randrange(len(rows))
        columns = choose.sample([name for name in rows[place]._fields if (table, name) != ("cosignatures", "id")], 2)
        rows[place] = rows[place]._replace(**{column: choose.choice(HOSTILE) for column in columns})
        if choose.random() < 0.2:
            chain.tiles.clear()  # nothing but the rows themselves says what they were
        trust = chain.trust()
        trust = trust if choose.random() < 0.7 else Trust(None, None, trust.verify, signed_elsewhere=True)
        report = check(chain, trust)
        assert report.found or rows == getattr(SMALL, table)
        for finding in report.findings:
            str(finding).encode()


@pytest.mark.parametrize("level", [-1, 1, 70_000, 1 << 60, "", "0", b"", None, 0.5])
def test_a_tile_too_many_is_found_whatever_its_level_is(level: Any) -> None:
    chain = small_chain()
    chain.tiles.append(chain.tiles[0]._replace(id=level, level=level))
    assert codes(chain) == ["tile_surplus"]


# History rewritten


def rewritten(log_key: str = "log") -> Chain:
    """The same chain with one word changed from the start, sealed again, sound in itself."""
    chain = Chain(log_key)
    chain.say(ROOM, ALICE, "hullo")
    chain.seal()
    return chain


def original() -> Chain:
    chain = Chain()
    chain.say(ROOM, ALICE, "hello")
    chain.seal()
    return chain


def test_a_chain_mined_again_with_another_key_is_known_by_its_key_and_signatures() -> None:
    found = codes(rewritten("mallory"), original().trust())
    assert found.count("checkpoint_signature") == 2
    assert {"genesis_changed", "forked"} & set(found)


def test_a_chain_mined_again_with_the_logs_key_is_known_by_the_signed_state_alone() -> None:
    (finding,) = check(rewritten(), original().trust()).findings
    assert (finding.code, finding.table, finding.height) == ("forked", SIGNED_STATE, 1)
    assert check(rewritten()).valid


def test_an_older_copy_of_everything_is_known_by_the_signed_state_alone() -> None:
    older = original()
    older.seal()
    (finding,) = check(original(), older.trust()).findings
    assert (finding.code, finding.expected, finding.got) == ("behind_signed_state", 4, 3)


def test_signatures_without_a_signed_state_are_not_believed() -> None:
    chain = original()
    trust = chain.trust()
    assert codes(chain, Trust(trust.vkey, None, trust.verify)) == ["signed_state_missing"]


def test_an_empty_database_says_that_there_is_no_genesis() -> None:
    chain = original()
    chain.genesis, chain.blocks, chain.messages, chain.tiles, chain.heads = [], [], [], [], {}
    assert codes(chain) == ["genesis_missing", "behind_signed_state"]


def test_a_block_that_waits_for_its_signature_is_valid_at_the_tip_only() -> None:
    chain = original()
    chain.say(ROOM, ALICE, "not signed yet")
    chain.seal(sign=False)
    assert check(chain).valid
    chain.seal()
    assert codes(chain) == ["checkpoint_missing"]


def test_a_row_rewritten_with_its_hash_is_told_from_a_damaged_tile_by_the_root() -> None:
    chain, other = small_chain(), Chain()
    row = chain.messages[5]
    forged = other.say(ROOM, ALICE, "forged")
    chain.messages[5] = forged._replace(leaf_index=row.leaf_index, block=row.block)
    assert ("entry_rewritten", MESSAGE, forged.id) in {(f.code, f.table, f.pk) for f in check(chain).findings}
    chain = small_chain()
    tile = chain.tiles[0]
    chain.tiles[0] = tile._replace(hashes=tile.hashes[:160] + bytes(32) + tile.hashes[192:])
    assert [(f.code, f.pk, f.leaf_index) for f in check(chain).findings] == [("tile_changed", 0, 5)]


def test_a_block_that_does_not_extend_the_one_before_is_named() -> None:
    chain, other = original(), original()
    other.say(ROOM, BOB, "another branch")
    other.seal()
    chain.seal()
    chain.blocks.append(other.blocks[2]._replace(height=3))
    assert BLOCK in {finding.table for finding in check(chain).findings}
