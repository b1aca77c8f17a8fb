"""From pending messages to a signed block. The only writer of blocks and tiles.

    draft      pending rows → leaf hashes → tiles, root, header       no transaction
    search     a nonce                                                no transaction
    commit     the tip still stands: block, leaf indexes, tiles       one short transaction
    sign       signed state, checkpoint, signal                       see blocks/signing.py

A crash before the commit leaves nothing behind, a crash after it a block without a checkpoint, which is valid, is shown
to nobody, and is checked and signed by whoever mines next: see blocks/unsigned.py. Two miners never fork: only one
block can follow the tip, and whoever comes second discards its work. Spec: docs/specs/ledger.md §3–5.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import IntegrityError, transaction

from ledger.blocks.genesis import load_genesis
from ledger.blocks.mining import LOST, Miner, Progress, watch
from ledger.blocks.pending import REMEDY, read_pending, refuse_bad_rows
from ledger.blocks.signing import check_signed_state, sign_block
from ledger.blocks.unsigned import settle_tip
from ledger.core.errors import HeaderError, TileError
from ledger.core.headers import PREFIX_SIZE, Header, check_link, encode_header
from ledger.core.merkle import TileId, append_leaves, edge_tiles_needed, leaf_hash, root_from_tiles
from ledger.core.records import block_leaf_data
from ledger.errors import CorruptLedger, LostRace, SealError
from ledger.keys import load_key
from ledger.models import Block, Genesis
from ledger.recording.bulk import place_messages
from ledger.tiles import read_tiles, write_tiles

MAX_MESSAGES = 50_000
"""In one block, so that its commit stays short; the next block takes the rest."""
ATTEMPTS = 5
"""To commit a block."""
REQUEST_S = 60
"""A request waits no longer for a nonce; the miner beside the server does."""


@dataclass(frozen=True, slots=True)
class SealedBlock:
    """A block that was just mined and signed, and what it took."""

    block: Block
    messages: int
    attempts: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Draft:
    """A block that lacks only its nonce."""

    header: Header
    ids: list[int]
    first_leaf: int
    tiles: Mapping[TileId, bytes]


def seal(
    bits: int | None = None,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    miner: Miner | None = None,
) -> SealedBlock:
    """Seals what is pending, nothing included, into the next block and signs it.

    SealError says why there is no block. A Miner that is handed in stays open for the next one.
    """
    if miner is None:
        with Miner() as miner:
            return seal(bits, on_progress, should_stop, miner)
    key = load_key(settings.LOG_KEY_FILE, settings.LOG_ORIGIN)
    with refuse_bad_rows():
        genesis, tip = load_genesis(key), check_signed_state()
        if tip is None:
            raise CorruptLedger("The genesis block is missing. Nothing was sealed; put back a copy of the database.")
        previous = settle_tip(genesis, tip, key)
        draft = _draft(genesis, tip, previous, settings.DIFFICULTY_BITS if bits is None else bits)
    tick = watch(on_progress, should_stop, lambda: _is_tip(draft.header.previous))
    found = miner.find(encode_header(draft.header)[:PREFIX_SIZE], draft.header.bits, tick)
    block = _commit(draft, found.nonce)
    sign_block(block, key)
    return SealedBlock(block, len(draft.ids), found.attempts, found.seconds)


def _draft(genesis: Genesis, tip: Block, previous: Header, bits: int) -> _Draft:
    pending = read_pending(genesis.origin, MAX_MESSAGES)
    leaf_hashes = [leaf_hash(block_leaf_data(encode_header(previous))), *pending.leaf_hashes]
    size = tip.tree_size + len(leaf_hashes)
    try:
        edge = read_tiles(edge_tiles_needed(tip.tree_size))
        if root_from_tiles(tip.tree_size, edge) != tip.root:
            raise CorruptLedger(f"The tiles do not give the root of block {tip.height}. {REMEDY}")
        tiles = append_leaves(tip.tree_size, edge, leaf_hashes)
        root = root_from_tiles(size, {**edge, **tiles})
    except TileError as error:
        raise CorruptLedger(f"The tree cannot grow: {error}. {REMEDY}") from error
    time_ms = max(time.time_ns() // 1_000_000, tip.time_ms)
    try:
        header = Header(genesis.origin, tip.height + 1, bytes(tip.hash), size, root, time_ms, bits, nonce=0)
        check_link(previous, header, genesis.min_bits)
    except HeaderError as error:
        raise SealError(f"No block can be mined like this: {error}.") from error
    return _Draft(header, pending.ids, tip.tree_size + 1, tiles)


def _commit(draft: _Draft, nonce: int) -> Block:
    """Stores the block if the tip still stands. The unique constraints hold even where two look at the same moment.

    Where nothing waits for a lock (MongoDB) it also fails when a message of the block is erased meanwhile, or while
    another miner commits: once more is then enough.
    """
    block = Block.from_header(replace(draft.header, nonce=nonce))
    for _ in range(ATTEMPTS):
        try:
            _store(draft, block)
        except IntegrityError as error:
            if not _is_tip(draft.header.previous):
                raise LostRace(LOST) from error
            refusal = error
        else:
            return block
    raise CorruptLedger(f"Block {block.height} does not fit what is stored: {refusal}. {REMEDY}") from refusal


@transaction.atomic(durable=True)
def _store(draft: _Draft, block: Block) -> None:
    if not _is_tip(draft.header.previous):
        raise LostRace(LOST)
    block.save(force_insert=True)
    if place_messages(draft.ids, draft.first_leaf, block.height) != len(draft.ids):
        raise CorruptLedger(f"A message was changed while its block was mined. {REMEDY}")
    write_tiles(draft.tiles)


def _is_tip(digest: bytes) -> bool:
    tip = Block.objects.tip()
    return tip is not None and bytes(tip.hash) == digest
