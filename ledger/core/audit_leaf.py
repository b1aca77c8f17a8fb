"""A message row's leaf hash, twice: fast for the millions of rows that are sound, exactly for the one that is not.

`row_leaf` writes the record's canonical JSON in one go, keys already in order. What it does not confirm is hashed again
by way of the record encoder that everything else uses. Spec: docs/specs/ledger.md §2.
"""

import struct
from binascii import b2a_base64
from collections.abc import Iterator
from hashlib import sha256
from uuid import UUID

import orjson

from ledger.core.audit_rows import MessageRow, Row
from ledger.core.bodies import commit_body
from ledger.core.canonical import parse_hex
from ledger.core.merkle import leaf_hash
from ledger.core.records import KIND_BYTES, Record, Seen, Statement, TreeHead, record_leaf_data

BadRow = (TypeError, ValueError, KeyError, AttributeError, OverflowError, struct.error)
"""What a value of the wrong type or form raises. LedgerFormatError is a ValueError."""

_PREFIXES = {kind: bytes((0, 1, byte)) for kind, byte in KIND_BYTES.items()}


def log_json(origin: str) -> str:
    """The log's name as it stands in every record."""
    return orjson.dumps(origin).decode()


def row_leaf(row: Row, log: str) -> bytes:
    """The leaf hash, 32 bytes, of a sound row; another hash, or one of BadRow, for any other.

    A value that carries JSON of its own shifts the keys behind it, which no value of a sound record holds.
    """
    _, kind, room, author, client_id, ref, _, _, body, sent_ms, seen_seq, seen_hash = row[:12]
    size, root, device, signature, room_seq, previous, received_ms = row[12:19]
    seen = "null" if seen_hash is seen_seq is None else f'{{"hash":"{seen_hash.hex()}","seq":{seen_seq:d}}}'
    checkpoint = "null" if root is size is None else f'{{"root":"{root.hex()}","size":{size:d}}}'
    signed = "null" if signature is device is None else f'"{b2a_base64(signature, newline=False).decode()}"'
    record = (
        f'{{"previous":"{previous.hex()}","received_ms":{received_ms:d},"room_seq":{room_seq:d},"signature":{signed},'
        f'"statement":{{"author":"{author}","body":{"null" if body is None else _quoted(body)},'
        f'"checkpoint":{checkpoint},"client_id":"{client_id}",'
        f'"device":{"null" if device is None else _quoted(device)},"kind":"{kind}","log":{log},'
        f'"ref":{"null" if ref is None else _quoted(ref)},"room":"{room}","seen":{seen},"sent_ms":{sent_ms:d},"v":1}}}}'
    )
    return sha256(_PREFIXES[kind] + sha256(record.encode()).digest()).digest()


def exact_leaf(row: MessageRow, origin: str) -> bytes:
    """The same by way of Record, whose constructors check every part; one of BadRow where there is no such record."""
    return leaf_hash(record_leaf_data(row_record(row, origin)))


def row_record(row: MessageRow, origin: str) -> Record:
    """The record that a row's columns hold. LedgerFormatError, or another of BadRow, where they hold none."""
    if (row.seen_seq is None) != (row.seen_hash is None):
        raise ValueError("seen_seq and seen_hash come together")
    if (row.checkpoint_size is None) != (row.checkpoint_root is None):
        raise ValueError("checkpoint_size and checkpoint_root come together")
    statement = Statement(
        log=origin,
        kind=row.kind,
        room=UUID(bytes=parse_hex(row.room, 16)),
        author=UUID(bytes=parse_hex(row.author, 16)),
        client_id=UUID(bytes=parse_hex(row.client_id, 16)),
        ref=row.ref,
        body=row.body_commitment,
        sent_ms=row.sent_ms,
        seen=None if row.seen_seq is None or row.seen_hash is None else Seen(row.seen_seq, row.seen_hash),
        checkpoint=_tree_head(row),
        device=row.device,
    )
    return Record(statement, row.signature, row.room_seq, row.previous, row.received_ms)


def find_column(row: MessageRow, origin: str, truth: bytes, likely: dict[str, object]) -> tuple[str, object] | None:
    """The one column that, set to a value derivable from elsewhere, gives the leaf hash that is known to be true.

    `likely` holds values that the row's neighbours ask for.
    """
    for column, value in _candidates(row, likely):
        try:
            if exact_leaf(row._replace(**{column: value}), origin) == truth:  # type: ignore[arg-type]
                return column, value
        except BadRow:
            continue
    return None


def _candidates(row: MessageRow, likely: dict[str, object]) -> Iterator[tuple[str, object]]:
    yield from likely.items()
    for kind in KIND_BYTES:
        yield "kind", kind
    for column in ("ref", "body_commitment", "seen_seq", "seen_hash", "checkpoint_size", "checkpoint_root", "device"):
        yield column, None
    try:
        yield "received_ms", row.id >> 20
        yield "body_commitment", commit_body(row.salt or b"", (row.body or "").encode())
    except BadRow:
        return


def _tree_head(row: MessageRow) -> TreeHead | None:
    if row.checkpoint_size is None or row.checkpoint_root is None:
        return None
    return TreeHead(row.checkpoint_size, row.checkpoint_root)


def _quoted(value: bytes) -> str:
    return f'"{value.hex()}"'
