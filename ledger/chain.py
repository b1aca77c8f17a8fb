"""The chain as /get_chain tells it, in pages of blocks, with the names that the original system used.

    {"chain": [{"index", "timestamp", "proof", "previous_hash", "hash", "bits", "tree_size", "root", "checkpoint",
                "messages": [{…}]}], "length", "next"}

Of an entry everybody learns leaf hash, index and family; room, author and text only who may read its room. What is not
signed is not shown. A page costs the same few queries whatever it holds. Spec: docs/specs/protocol.md §3.
"""

from typing import Any

from ledger.core.canonical import parse_canonical
from ledger.core.errors import LedgerFormatError
from ledger.core.records import KIND_BYTES
from ledger.display import time_stamp
from ledger.explorer import FAMILIES
from ledger.models import Block, Message
from ledger.readers import readable_rooms

MOST_BLOCKS = 100
MOST_LEAVES = 5_000
"""A page ends before the block that would bring it past this; its first block is whole however large."""

_COLUMNS = (
    *("room_seq", "room", "kind", "hash", "leaf_index", "previous", "author", "client_id", "ref"),
    *("body", "body_commitment", "sent_ms", "received_ms"),
)


def chain_page(user: object, start: int, limit: int) -> dict[str, Any]:
    """The signed blocks from height `start` on, at most `limit`, as `user` may see them."""
    tip = Block.objects.signed_tip()
    length = tip.height + 1 if tip else 0
    first, blocks = _read_blocks(start, min(start + limit, length))
    end = blocks[-1].tree_size if blocks else first
    rows = list(Message.objects.filter(leaf_index__gte=first, leaf_index__lt=end).values(*_COLUMNS))
    readable = readable_rooms(user, {row["room"] for row in rows})
    entries = {row["leaf_index"]: _entry(row) if row["room"] in readable else _opaque_entry(row) for row in rows}
    chain = []
    for block in blocks:
        sealed = (entries.get(index) for index in range(first, block.tree_size))
        chain.append(block_json(block) | {"messages": [entry for entry in sealed if entry]})
        first = block.tree_size
    after = start + len(blocks)
    return {"chain": chain, "length": length, "next": after if blocks and after < length else None}


def block_json(block: Block) -> dict[str, Any]:
    """A block without its messages."""
    return {
        "index": block.height,
        "timestamp": time_stamp(block.time_ms),
        "proof": block.nonce,
        "previous_hash": bytes(block.previous).hex(),
        "hash": bytes(block.hash).hex(),
        "bits": block.bits,
        "tree_size": block.tree_size,
        "root": bytes(block.root).hex(),
        "checkpoint": block.checkpoint,
    }


def _read_blocks(start: int, stop: int) -> tuple[int, list[Block]]:
    """The first leaf of block `start`, and the blocks of the page."""
    blocks = (
        list(Block.objects.filter(height__gte=start - 1, height__lt=stop).order_by("height")) if start < stop else []
    )
    if start == 0 or not blocks:
        first = 0
    else:
        first = blocks[0].tree_size
        del blocks[0]
    return first, [block for block in blocks if block is blocks[0] or block.tree_size - first <= MOST_LEAVES]


def _opaque_entry(row: dict[str, Any]) -> dict[str, Any]:
    family = FAMILIES.get(KIND_BYTES.get(row["kind"], -1))
    return {"hash": bytes(row["hash"]).hex(), "leaf_index": row["leaf_index"], "kind": family}


def _entry(row: dict[str, Any]) -> dict[str, Any]:
    body = _body(row["body"])
    return {
        "room_seq": row["room_seq"],
        "room": row["room"].hex,
        "kind": row["kind"],
        "hash": bytes(row["hash"]).hex(),
        "leaf_index": row["leaf_index"],
        "previous": bytes(row["previous"]).hex(),
        "author": row["author"].hex,
        "client_id": row["client_id"].hex,
        "ref": None if row["ref"] is None else bytes(row["ref"]).hex(),
        "text": body.get("text") if body else None,
        "body": body,
        "sent_ms": row["sent_ms"],
        "received_ms": row["received_ms"],
        "erased": row["body"] is None and row["body_commitment"] is not None,
    }


def _body(text: str | None) -> dict[str, Any] | None:
    """Null for a text that is not JSON: the audit says what happened to it."""
    try:
        body = parse_canonical(text.encode()) if text is not None else None
    except LedgerFormatError:
        return None
    return body if isinstance(body, dict) else None
