"""Receipts: all that someone needs to show, alone and offline, that an entry was recorded and has not been changed.

Spec: docs/specs/ledger.md §6.
"""

from collections.abc import Sequence

from django.conf import settings

from ledger.core.canonical import parse_canonical
from ledger.core.checkpoints import Receipt, format_receipt
from ledger.core.headers import encode_header
from ledger.core.receipts import Extra, encode_extra
from ledger.log.published import checkpoint_note
from ledger.models import Message
from ledger.tiles import inclusion_proof


def is_provable(message: Message) -> bool:
    """Whether a signed block holds the entry."""
    return message.leaf_index is not None and message.block is not None and message.block.checkpoint is not None


def make_receipt(message: Message) -> str:
    """The text of a .tlog-proof file for a provable entry, under the checkpoint of the block that seals it."""
    assert message.leaf_index is not None
    assert message.block is not None
    proof = inclusion_proof(message.leaf_index, message.block.tree_size)
    return format_entry_receipt(message, proof, checkpoint_note(message.block))


def format_entry_receipt(message: Message, proof: Sequence[bytes], note: str) -> str:
    """`make_receipt` for who has read the inclusion proof and the checkpoint of the sealing block already."""
    assert message.leaf_index is not None
    assert message.block is not None
    block, origin = message.block, settings.LOG_ORIGIN
    extra = Extra(
        record=message.record(origin),
        salt=None if message.salt is None else memoryview(message.salt).tobytes(),
        body=None if message.body is None else parse_canonical(message.body.encode()),
        height=block.height,
        header=encode_header(block.header(origin)),
        erased=message.is_erased,
    )
    return format_receipt(Receipt(encode_extra(extra), message.leaf_index, tuple(proof), note))


def receipt_name(message: Message) -> str:
    """A file name that tells receipts apart."""
    return f"{message.room_seq}-{memoryview(message.hash).hex()[:12]}.tlog-proof"
