"""A block that waits for its signature gets it only where it is the one that was mined over what was recorded."""

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from ledger import sealing
from ledger.audit.auditing import run_audit
from ledger.blocks.genesis import ensure_genesis
from ledger.core.fields import ZERO_HASH
from ledger.core.headers import PREFIX_SIZE, Header, encode_header
from ledger.core.merkle import append_leaves, edge_tiles_needed, leaf_hash, root_from_tiles
from ledger.core.records import block_leaf_data
from ledger.core.work import search
from ledger.errors import BehindSignedState, CorruptLedger
from ledger.models import Block, Genesis, Message, Tile
from ledger.recording.batches import record_batch
from ledger.sealing import seal
from ledger.signed_state import load_signed_state
from ledger.tests.builders import draft, post, room_id, small_chain
from ledger.tests.sealed import assert_valid
from ledger.tests.tampering import read_everything, write_everything
from ledger.tiles import read_tiles, write_tiles

pytestmark = pytest.mark.django_db(transaction=True)


def signed_size() -> int:
    state = load_signed_state(settings.SIGNED_STATE_FILE, settings.LOG_ORIGIN)
    return state.size if state else 0


def phantom(mined: bool = False, **changes: Any) -> Block:
    """A block behind the newest one, over a leaf that nobody recorded, with the tiles for it; nothing else is wrong."""
    tip = Block.objects.tip()
    assert tip is not None
    lead = leaf_hash(block_leaf_data(encode_header(tip.header(settings.LOG_ORIGIN))))
    edge = read_tiles(edge_tiles_needed(tip.tree_size))
    grown = append_leaves(tip.tree_size, edge, [lead, os.urandom(32)])
    write_tiles(grown)
    size = tip.tree_size + 2
    root = root_from_tiles(size, {**edge, **grown})
    header = Header(settings.LOG_ORIGIN, tip.height + 1, bytes(tip.hash), size, root, tip.time_ms, 8, nonce=0)
    block = mine(header) if mined else Block.from_header(header)
    for column, value in changes.items():
        setattr(block, column, value)
    block.save(force_insert=True)
    return block


def mine(header: Header) -> Block:
    nonce = search(encode_header(header)[:PREFIX_SIZE], header.bits, 0, 1 << 20)
    assert nonce is not None
    return Block.from_header(replace(header, nonce=nonce))


def unmined() -> None:
    phantom(hash=os.urandom(32))


def mined() -> None:
    phantom(mined=True)


def mined_and_marked() -> None:
    """As if it were signed: then the next block would be signed for over it."""
    phantom(mined=True, checkpoint="x\n\n— x eA==\n")


def mined_under_the_checkpoint_before() -> None:
    tip = Block.objects.tip()
    assert tip is not None
    phantom(mined=True, checkpoint=tip.checkpoint)


def two_mined() -> None:
    phantom(mined=True)
    phantom(mined=True)


@pytest.mark.parametrize("begin", [seal, ensure_genesis])
@pytest.mark.parametrize("insert", [unmined, mined, two_mined])
def test_an_inserted_block_is_not_signed_and_a_backup_stays_good(
    insert: Callable[[], None], begin: Callable[[], object]
) -> None:
    small_chain()
    backup, size = read_everything(), signed_size()
    insert()
    assert not run_audit().valid
    with pytest.raises(CorruptLedger, match="run verify_chain"):
        begin()
    assert signed_size() == size
    write_everything(backup)
    seal()
    assert_valid()


@pytest.mark.parametrize("insert", [mined_and_marked, mined_under_the_checkpoint_before])
def test_nothing_is_mined_on_a_block_that_only_looks_signed(insert: Callable[[], None]) -> None:
    small_chain()
    backup, size = read_everything(), signed_size()
    insert()
    assert not run_audit().valid
    with pytest.raises(CorruptLedger, match="does not carry the log's own signature"):
        seal()
    assert signed_size() == size
    write_everything(backup)
    seal()
    assert_valid()


def test_a_log_does_not_begin_with_a_block_that_nobody_mined() -> None:
    with patch("ledger.blocks.genesis.settle_tip", side_effect=ZeroDivisionError), pytest.raises(ZeroDivisionError):
        ensure_genesis()
    honest = Block.objects.get()
    Block.objects.update(root=os.urandom(32))
    other = mine(replace(Block.objects.get().header(settings.LOG_ORIGIN), previous=ZERO_HASH))
    Block.objects.update(hash=other.hash, nonce=other.nonce)
    with pytest.raises(CorruptLedger, match="does not hold what was recorded"):
        ensure_genesis()
    assert signed_size() == 0
    honest.save()
    ensure_genesis()
    assert signed_size() == 1
    assert_valid()


def left_unsigned(messages: int = 3) -> Block:
    """A miner crashes before it signs block 2."""
    ensure_genesis()
    post("sealed")
    seal()
    record_batch([draft(str(n), room=room_id(n % 2)) for n in range(messages)])
    with patch.object(sealing, "sign_block", side_effect=ZeroDivisionError), pytest.raises(ZeroDivisionError):
        seal()
    return Block.objects.get(height=2)


def change(**columns: Any) -> Callable[[], object]:
    return lambda: Message.objects.filter(leaf_index=5).update(**columns)


def swap_places() -> None:
    """Two messages of different rooms: each room's links hold."""
    for before, after in ((5, -1), (6, 5), (-1, 6)):
        Message.objects.filter(leaf_index=before).update(leaf_index=after)


@pytest.mark.parametrize(
    "damage",
    [
        change(body='{"text":"never said"}'),
        change(hash=b"h" * 32),
        change(received_ms=5),
        change(block=1),
        change(leaf_index=None, block=None),
        change(leaf_index=9),
        lambda: Message.objects.filter(leaf_index=4).delete(),
        lambda: Message.objects.filter(leaf_index=6).delete(),
        lambda: Message.objects.filter(leaf_index=2).delete(),
        swap_places,
        lambda: Block.objects.filter(height=2).update(nonce=F("nonce") + 1),
        lambda: Block.objects.filter(height=2).update(bits=41),
        lambda: Block.objects.filter(height=1).update(nonce=F("nonce") + 1),
        lambda: Block.objects.filter(height=1).update(checkpoint=None),
        lambda: Genesis.objects.update(min_bits=9),
        lambda: Tile.objects.update(hashes=b"t" * 32),
    ],
)
@pytest.mark.parametrize("begin", [seal, ensure_genesis])
def test_a_block_that_was_changed_before_it_was_signed_is_never_signed(
    damage: Callable[[], object], begin: Callable[[], object]
) -> None:
    left_unsigned()
    backup = read_everything()
    damage()
    assert not run_audit().valid
    # Tiles that lost what is signed are noticed first, as another history.
    with pytest.raises((CorruptLedger, BehindSignedState), match="copy of the database"):
        begin()
    assert signed_size() == 3
    write_everything(backup)
    seal()
    assert not Block.objects.filter(checkpoint=None).exists()
    assert_valid()


def test_a_full_tile_that_was_changed_before_its_block_was_signed_stops_it() -> None:
    """The edge alone gives the root: it holds the full tile's hash already."""
    left_unsigned(messages=300)
    Tile.objects.filter(level=0, index=0).update(
        hashes=bytes(Tile.objects.get(level=0, index=0).hashes)[:-32] + b"t" * 32
    )
    with pytest.raises(CorruptLedger, match="does not hold what was recorded"):
        ensure_genesis()
    assert signed_size() == 3


def test_erased_words_do_not_keep_a_block_from_its_signature() -> None:
    left_unsigned()
    Message.objects.filter(leaf_index=5).update(body=None, salt=None)
    ensure_genesis()
    assert signed_size() == 7


def test_a_block_left_unsigned_is_checked_at_few_queries_however_much_it_holds() -> None:
    left_unsigned(messages=600)
    with CaptureQueriesContext(connection) as queries:
        ensure_genesis()
    assert signed_size() == 604
    assert len(queries) <= 16
