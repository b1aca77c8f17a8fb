"""What an author states, and the bytes that the author's device signs.

    {"author": id, "body": body_commitment | null, "checkpoint": {"root", "size"} | null, "client_id": id,
     "device": key id | null, "kind": string, "log": origin, "ref": leaf hash | null, "room": id,
     "seen": {"hash", "seq"} | null, "sent_ms": int, "v": 1}

    signature = Ed25519 over "connect-core/v1\\n" ‖ JCS(statement)

Constructors check, so that encoding need not. Who may state what is not known here. Spec: docs/specs/ledger.md §2.
"""

from dataclasses import dataclass
from uuid import UUID

import orjson

from ledger.core.canonical import JCS_OPTIONS
from ledger.core.errors import RecordFormatError
from ledger.core.fields import (
    HASH_SIZE,
    check_int,
    check_size,
    parse_bytes,
    parse_hash,
    parse_int,
    parse_object,
    parse_text,
)

VERSION = 1
SIGNING_PREFIX = b"connect-core/v1\n"
KIND_BYTES: dict[str, int] = {
    "key.add": 0x02,
    "key.revoke": 0x02,
    "room.create": 0x03,
    "room.update": 0x03,
    "member.join": 0x03,
    "member.leave": 0x03,
    "member.remove": 0x03,
    "post": 0x10,
    "edit": 0x10,
    "delete": 0x10,
    "react": 0x10,
    "unreact": 0x10,
    "erase": 0x20,
}

_SEEN_KEYS = frozenset({"seq", "hash"})
_CHECKPOINT_KEYS = frozenset({"size", "root"})
_KEYS = frozenset(
    {"v", "log", "kind", "room", "author", "client_id", "ref", "body", "sent_ms", "seen", "checkpoint", "device"}
)


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest entry of the room on the author's screen."""

    seq: int
    hash: bytes

    def __post_init__(self) -> None:
        check_int(self.seq, "seen.seq", least=1)
        check_size(self.hash, HASH_SIZE, "seen.hash")


@dataclass(frozen=True, slots=True)
class TreeHead:
    """Size and root of the newest checkpoint that the author's client verified."""

    size: int
    root: bytes

    def __post_init__(self) -> None:
        check_int(self.size, "checkpoint.size", least=1)
        check_size(self.root, HASH_SIZE, "checkpoint.root")


# Not frozen, as nothing is of which the recorder makes one a message: a frozen field takes six times as long to set.
@dataclass(slots=True)
class Statement:
    """`body` is the commitment, `ref` a leaf hash, `device` a key id; 32 bytes each."""

    log: str
    kind: str
    room: UUID
    author: UUID
    client_id: UUID
    ref: bytes | None
    body: bytes | None
    sent_ms: int
    seen: Seen | None = None
    checkpoint: TreeHead | None = None
    device: bytes | None = None

    def __post_init__(self) -> None:
        if self.kind not in KIND_BYTES:
            raise RecordFormatError(f"{self.kind!r} is unknown", "kind")
        if (self.body is None) != (self.kind == "delete"):
            raise RecordFormatError("is absent from a delete and from nothing else", "body")
        check_int(self.sent_ms, "sent_ms")
        if self.ref is not None:
            check_size(self.ref, HASH_SIZE, "ref")
        if self.body is not None:
            check_size(self.body, HASH_SIZE, "body")
        if self.device is not None:
            check_size(self.device, HASH_SIZE, "device")


def statement_signing_input(statement: Statement) -> bytes:
    """The bytes that an author's device signs."""
    return SIGNING_PREFIX + encode_fields(statement_fields(statement))


def statement_fields(statement: Statement) -> dict[str, object]:
    """The statement as a plain JSON object."""
    seen, checkpoint = statement.seen, statement.checkpoint
    ref, body, device = statement.ref, statement.body, statement.device
    return {
        "author": statement.author.hex,
        "body": None if body is None else body.hex(),
        "checkpoint": None if checkpoint is None else {"root": checkpoint.root.hex(), "size": checkpoint.size},
        "client_id": statement.client_id.hex,
        "device": None if device is None else device.hex(),
        "kind": statement.kind,
        "log": statement.log,
        "ref": None if ref is None else ref.hex(),
        "room": statement.room.hex,
        "seen": None if seen is None else {"hash": seen.hash.hex(), "seq": seen.seq},
        "sent_ms": statement.sent_ms,
        "v": VERSION,
    }


def parse_statement(value: object) -> Statement:
    """A statement from its JSON object. RecordFormatError for anything else."""
    fields = parse_object(value, _KEYS, "statement")
    if parse_int(fields["v"], "v") != VERSION:
        raise RecordFormatError(f"is not {VERSION}", "v")
    return Statement(
        log=parse_text(fields["log"], "log"),
        kind=parse_text(fields["kind"], "kind"),
        room=_parse_id(fields["room"], "room"),
        author=_parse_id(fields["author"], "author"),
        client_id=_parse_id(fields["client_id"], "client_id"),
        ref=parse_hash(fields["ref"], "ref"),
        body=parse_hash(fields["body"], "body"),
        sent_ms=parse_int(fields["sent_ms"], "sent_ms"),
        seen=_parse_seen(fields["seen"]),
        checkpoint=_parse_tree_head(fields["checkpoint"]),
        device=parse_hash(fields["device"], "device"),
    )


def encode_fields(fields: dict[str, object]) -> bytes:
    """JCS, faster than encode_canonical: the constructors have already checked all but the log's name."""
    try:
        return orjson.dumps(fields, option=JCS_OPTIONS)
    except TypeError as error:
        raise RecordFormatError(str(error)) from None


def _parse_id(value: object, field: str) -> UUID:
    return UUID(bytes=parse_bytes(value, 16, field))


def _parse_seen(value: object) -> Seen | None:
    if value is None:
        return None
    fields = parse_object(value, _SEEN_KEYS, "seen")
    return Seen(parse_int(fields["seq"], "seen.seq"), parse_bytes(fields["hash"], HASH_SIZE, "seen.hash"))


def _parse_tree_head(value: object) -> TreeHead | None:
    if value is None:
        return None
    fields = parse_object(value, _CHECKPOINT_KEYS, "checkpoint")
    size = parse_int(fields["size"], "checkpoint.size")
    return TreeHead(size, parse_bytes(fields["root"], HASH_SIZE, "checkpoint.root"))
