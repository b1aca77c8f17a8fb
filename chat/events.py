"""Rows of the ledger → events, the one shape in which pages, sockets and clients know a message.

An event holds all that is needed to rebuild the record and check its hash (docs/specs/ledger.md §2). Any number of rows
costs three queries: the originals of the replies, the people, and which blocks are not signed yet.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

from chat.people import Person, find_people
from chat.text import plain_line, render
from ledger.core.canonical import format_base64
from ledger.models import Block, Message

Event = dict[str, Any]

_PENDING_TAIL = b'"leaf_index":null,"block":null}'
_ERASURE = b'"kind":"erase"'
"""No text can hold these bytes: JSON writes its quotation marks otherwise."""


def encode_messages(messages: Sequence[Message]) -> list[bytes]:
    """Each row as its event in JSON."""
    return [orjson.dumps(event) for event in build_events(messages)]


def encode_sealed(event: bytes, leaf_index: int, height: int) -> bytes:
    """The encoded event after its block: what reading the row again would give, without reading it."""
    if not event.endswith(_PENDING_TAIL):
        return event
    return event[: -len(_PENDING_TAIL)] + b'"leaf_index":%d,"block":%d}' % (leaf_index, height)


def is_erasure(event: bytes) -> bool:
    """Whether it takes the words from events that were encoded before it."""
    return _ERASURE in event


def build_events(messages: Sequence[Message]) -> list[Event]:
    """Events in the order of the rows. A query less where nothing is a reply, or nothing is in a block."""
    originals = _find_originals(messages)
    authors = {row.author for row in messages} | {row.author for row in originals.values()}
    people = find_people(authors) if authors else {}
    unsigned = _find_unsigned(messages)
    return [_event(row, originals, people, row.block_id in unsigned) for row in messages]


def _event(
    row: Message,
    originals: Mapping[tuple[UUID, bytes], Message],
    people: Mapping[UUID, Person],
    is_unsigned: bool,
) -> Event:
    body = None if row.body is None else orjson.loads(row.body)
    erased = row.body is None and row.body_commitment is not None
    original = originals.get((row.room, bytes(row.ref))) if row.kind == "post" and row.ref else None
    return {
        "seq": row.room_seq,
        "hash": row.hash.hex(),
        "previous": row.previous.hex(),
        "kind": row.kind,
        "author": people[row.author],
        "client_id": row.client_id.hex,
        "ref": _hex(row.ref),
        "reply": None if original is None else _quote(original, people),
        "body": body,
        "salt": _hex(row.salt),
        "html": render(body["text"]) if body is not None and row.kind in ("post", "edit") else None,
        "sent_ms": row.sent_ms,
        "received_ms": row.received_ms,
        "seen": None if row.seen_seq is None else {"seq": row.seen_seq, "hash": _hex(row.seen_hash)},
        "checkpoint": None
        if row.checkpoint_size is None
        else {"size": row.checkpoint_size, "root": _hex(row.checkpoint_root)},
        "device": _hex(row.device),
        "signature": None if row.signature is None else format_base64(bytes(row.signature)),
        "erased": erased,
        # Who has the body computes it.
        **({"body_commitment": _hex(row.body_commitment)} if erased else {}),
        "leaf_index": None if is_unsigned else row.leaf_index,  # These two last: see encode_sealed.
        "block": None if is_unsigned else row.block_id,
    }


def _find_originals(messages: Sequence[Message]) -> dict[tuple[UUID, bytes], Message]:
    """What the replies answer, by room and hash: a reference across rooms quotes nothing."""
    refs = {bytes(row.ref) for row in messages if row.kind == "post" and row.ref is not None}
    if not refs:
        return {}
    rows = Message.objects.filter(hash__in=refs).only("id", "room", "room_seq", "hash", "author", "body", "kind")
    return {(row.room, bytes(row.hash)): row for row in rows}


def _find_unsigned(messages: Sequence[Message]) -> set[int]:
    """The blocks among theirs whose checkpoint is not signed yet: nobody is told of them."""
    heights = {row.block_id for row in messages if row.block_id is not None}
    if not heights:
        return set()
    return set(Block.objects.filter(height__in=heights, checkpoint=None).values_list("height", flat=True))


def _quote(original: Message, people: Mapping[UUID, Person]) -> dict[str, Any]:
    text = None if original.body is None else orjson.loads(original.body).get("text", "")
    return {
        "seq": original.room_seq,
        "hash": original.hash.hex(),
        "author": people[original.author],
        "text": plain_line(text) if text else text,
    }


def _hex(value: bytes | memoryview | None) -> str | None:
    return None if value is None else value.hex()
