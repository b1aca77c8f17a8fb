"""The beginning of the log: its name, its least difficulty and its key, leaf 0, sealed alone in block 0."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from django.conf import settings
from django.db import IntegrityError, transaction

from ledger.blocks.mining import Miner, Progress, watch
from ledger.blocks.pending import refuse_bad_rows
from ledger.blocks.signing import check_signed_state
from ledger.blocks.unsigned import settle_tip
from ledger.core.fields import ZERO_HASH
from ledger.core.headers import PREFIX_SIZE, Header, encode_header
from ledger.core.merkle import append_leaves, leaf_hash
from ledger.core.notes import format_vkey
from ledger.errors import NoGenesis, SealError
from ledger.keys import LogKey, ensure_key
from ledger.models import Block, Genesis
from ledger.tiles import write_tiles

ATTEMPTS = 5
"""To commit the beginning."""


def load_genesis(key: LogKey) -> Genesis:
    """This database's log. SealError when there is none, or when name or key are not the ones that it began with."""
    genesis = Genesis.objects.first()
    if genesis is None:
        raise NoGenesis("This database holds no log yet; run: manage.py ensure_log")
    if genesis.origin != settings.LOG_ORIGIN:
        raise SealError(f"LOG_ORIGIN is {settings.LOG_ORIGIN}, this database's log is named {genesis.origin}.")
    if genesis.key != format_vkey(key.vkey):
        raise SealError(f"The key in {settings.LOG_KEY_FILE} is not the one that this database's log began with.")
    return genesis


def ensure_genesis(
    on_progress: Progress | None = None, should_stop: Callable[[], bool] | None = None, miner: Miner | None = None
) -> Block:
    """Block 0, signed. Key and log begin on first use; of two processes that start together both get the same."""
    if miner is None:
        with Miner() as miner:
            return ensure_genesis(on_progress, should_stop, miner)
    with refuse_bad_rows():
        tip = check_signed_state()
    key = ensure_key(settings.LOG_KEY_FILE, settings.LOG_ORIGIN)  # none where the log's own is about to be put back
    if not Genesis.objects.exists():
        header, genesis = _draft(format_vkey(key.vkey))
        found = miner.find(encode_header(header)[:PREFIX_SIZE], header.bits, watch(on_progress, should_stop))
        for _ in range(ATTEMPTS):
            if _commit(genesis, replace(header, nonce=found.nonce)):
                break
        tip = Block.objects.tip()
    with refuse_bad_rows():
        genesis = load_genesis(key)
        if tip is not None and tip.checkpoint is None:
            settle_tip(genesis, tip, key)
        return Block.objects.get(height=0)


def _draft(vkey: str) -> tuple[Header, Genesis]:
    """Block 0, which lacks only its nonce, and the entry that it seals."""
    now_ms = time.time_ns() // 1_000_000
    genesis = Genesis(origin=settings.LOG_ORIGIN, created_ms=now_ms, min_bits=settings.DIFFICULTY_BITS, key=vkey)
    root = leaf_hash(genesis.leaf_data())  # the root of a tree of one leaf
    return Header(genesis.origin, 0, ZERO_HASH, 1, root, now_ms, genesis.min_bits, nonce=0), genesis


def _commit(genesis: Genesis, header: Header) -> bool:
    """Whether the log has begun. Another process that began it meanwhile is no error: its genesis is as good as ours.

    Where nothing waits for a lock (MongoDB), that one may still be at it.
    """
    with suppress(IntegrityError), transaction.atomic(durable=True):
        genesis.save(force_insert=True)
        Block.from_header(header).save(force_insert=True)
        write_tiles(append_leaves(0, {}, [leaf_hash(genesis.leaf_data())]))
    return Genesis.objects.exists()
