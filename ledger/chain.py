"""The chain as /get_chain tells it, in pages of blocks, with the names that the original system used.

    {"chain": [{"index", "timestamp", "proof", "previous_hash", "hash", "bits", "tree_size", "root", "checkpoint",
                "messages": [{…}]}], "length", "next"}

Of an entry everybody learns leaf hash, index and family; room, author and text only who may read its room. What is not
signed is not shown. A page is written a thousand entries at a time, three queries each, so that a block of fifty
thousand is never in memory as a whole. Spec: docs/specs/protocol.md, HTTP.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from ledger.core.canonical import parse_canonical
from ledger.core.errors import LedgerFormatError
from ledger.core.records import KIND_BYTES
from ledger.display import time_stamp
from ledger.explorer.views import FAMILIES
from ledger.models import Block, Message
from ledger.readers import readable_rooms

MOST_BLOCKS = 100
MOST_LEAVES = 5_000
"""A page ends before the block that would bring it past this; its first block is whole however large."""
LEAVES_AT_ONCE = 1_000

_OPAQUE = ("leaf_index", "kind", "hash", "room")
_OPEN = (
    *("room_seq", "room", "kind", "hash", "leaf_index", "previous", "author", "client_id", "ref"),
    *("body", "body_commitment", "sent_ms", "received_ms"),
)


@dataclass(frozen=True, slots=True)
class ChainPage:
    """`write` reads the entries as it goes."""

    blocks: Sequence[Block]
    first: int
    """The first leaf of the first block."""
    length: int
    next: int | None

    @property
    def is_large(self) -> bool:
        return bool(self.blocks) and self.blocks[-1].tree_size - self.first > MOST_LEAVES

    def write(self, user: object) -> Iterator[bytes]:
        """The JSON in pieces, as `user` may see it."""
        yield b'{"chain":['
        entries = read_entries(user, self.first, self.blocks[-1].tree_size if self.blocks else self.first)
        entry = next(entries, None)
        for block in self.blocks:
            comma = b"," if block is not self.blocks[0] else b""
            yield comma + orjson.dumps(block_json(block))[:-1] + b',"messages":['
            comma = b""
            while entry and entry["leaf_index"] < block.tree_size:
                yield comma + orjson.dumps(entry)
                comma, entry = b",", next(entries, None)
            yield b"]}"
        yield b'],"length":%d,"next":%b}' % (self.length, orjson.dumps(self.next))


def find_page(start: int, limit: int) -> ChainPage:
    """The signed blocks from height `start` on, at most `limit`."""
    tip = Block.objects.signed_tip()
    length = tip.height + 1 if tip else 0
    first, blocks = _read_blocks(start, min(start + limit, length))
    after = start + len(blocks)
    return ChainPage(blocks, first, length, after if blocks and after < length else None)


def block_json(block: Block) -> dict[str, Any]:
    """A block without its messages."""
    return {
        "index": block.height,
        "timestamp": time_stamp(block.time_ms),
        "proof": block.nonce,
        "previous_hash": memoryview(block.previous).hex(),
        "hash": memoryview(block.hash).hex(),
        "bits": block.bits,
        "tree_size": block.tree_size,
        "root": memoryview(block.root).hex(),
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


def read_entries(user: object, first: int, end: int) -> Iterator[dict[str, Any]]:
    """Those of the leaves from `first` to before `end`. Bodies are read only of rooms that the user may read."""
    for start in range(first, end, LEAVES_AT_ONCE):
        leaves = Message.objects.filter(leaf_index__gte=start, leaf_index__lt=min(start + LEAVES_AT_ONCE, end))
        entries = {row["leaf_index"]: row for row in leaves.values(*_OPAQUE)}
        readable = readable_rooms(user, {row["room"] for row in entries.values()})
        open_rows = leaves.filter(room__in=readable).values(*_OPEN) if readable else ()
        known = {row["leaf_index"]: _entry(row) for row in open_rows}
        for leaf, row in sorted(entries.items()):
            yield known.get(leaf) or _opaque_entry(row)


def _opaque_entry(row: dict[str, Any]) -> dict[str, Any]:
    family = FAMILIES.get(KIND_BYTES.get(row["kind"], -1))
    return {"hash": memoryview(row["hash"]).hex(), "leaf_index": row["leaf_index"], "kind": family}


def _entry(row: dict[str, Any]) -> dict[str, Any]:
    body = _body(row["body"])
    return {
        "room_seq": row["room_seq"],
        "room": row["room"].hex,
        "kind": row["kind"],
        "hash": memoryview(row["hash"]).hex(),
        "leaf_index": row["leaf_index"],
        "previous": memoryview(row["previous"]).hex(),
        "author": row["author"].hex,
        "client_id": row["client_id"].hex,
        "ref": None if row["ref"] is None else memoryview(row["ref"]).hex(),
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
