"""Record and leaf: from a statement at its place in a room to the 34 bytes that the tree holds.

    record    = {"previous", "received_ms", "room_seq", "signature", "statement"}
    leaf_data = 0x01 ‖ kind_byte ‖ SHA256(JCS(record))

A record is rebuilt from a row's own columns whenever it is needed and stored nowhere. Whether a signature is good, and
whether `previous` is the entry before, is not known here. Spec: docs/specs/ledger.md §2–4.
"""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from ledger.core.canonical import encode_canonical, format_base64, parse_base64, parse_canonical
from ledger.core.errors import CanonicalError, RecordFormatError
from ledger.core.fields import HASH_SIZE, check_int, check_size, parse_bytes, parse_int, parse_object
from ledger.core.statements import (
    KIND_BYTES,
    VERSION,
    Seen,
    Statement,
    TreeHead,
    encode_fields,
    parse_statement,
    statement_fields,
    statement_signing_input,
)

__all__ = [
    "BLOCK_KIND",
    "GENESIS_KIND",
    "KIND_BYTES",
    "NO_ROOM",
    "SYSTEM_AUTHOR",
    "Record",
    "Seen",
    "Statement",
    "TreeHead",
    "block_leaf_data",
    "device_id",
    "encode_record",
    "genesis_leaf_data",
    "parse_record",
    "record_fields",
    "record_leaf_data",
    "statement_signing_input",
]

SIGNATURE_SIZE = 64
SYSTEM_AUTHOR = UUID(int=0)
NO_ROOM = UUID(int=0)
GENESIS_KIND = 0x00
BLOCK_KIND = 0x01

_LEAF_PREFIXES = {kind: bytes((VERSION, byte)) for kind, byte in KIND_BYTES.items()}
_KEYS = frozenset({"statement", "signature", "room_seq", "previous", "received_ms"})


# Not frozen: see Statement.
@dataclass(slots=True)
class Record:
    """A statement at its place in its room. `previous` is the leaf hash of `room_seq` − 1, zeros for the first."""

    statement: Statement
    signature: bytes | None
    room_seq: int
    previous: bytes
    received_ms: int

    def __post_init__(self) -> None:
        if (self.signature is None) != (self.statement.device is None):
            raise RecordFormatError("and device come together", "signature")
        if self.signature is not None:
            check_size(self.signature, SIGNATURE_SIZE, "signature")
        check_int(self.room_seq, "room_seq", least=1)
        check_size(self.previous, HASH_SIZE, "previous")
        check_int(self.received_ms, "received_ms")


def encode_record(record: Record) -> bytes:
    """JCS(record)."""
    return encode_fields(record_fields(record))


def record_fields(record: Record) -> dict[str, object]:
    """The record as a plain JSON object."""
    signature = record.signature
    return {
        "previous": record.previous.hex(),
        "received_ms": record.received_ms,
        "room_seq": record.room_seq,
        "signature": None if signature is None else format_base64(signature),
        "statement": statement_fields(record.statement),
    }


def parse_record(data: object) -> Record:
    """A record from its JCS, or from the JSON object parsed from it. LedgerFormatError for anything else."""
    fields = parse_object(parse_canonical(data) if isinstance(data, bytes) else data, _KEYS, "record")
    return Record(
        statement=parse_statement(fields["statement"]),
        signature=_parse_signature(fields["signature"]),
        room_seq=parse_int(fields["room_seq"], "room_seq"),
        previous=parse_bytes(fields["previous"], HASH_SIZE, "previous"),
        received_ms=parse_int(fields["received_ms"], "received_ms"),
    )


def record_leaf_data(record: Record) -> bytes:
    """The 34 bytes of the record's leaf, safe to publish."""
    return _LEAF_PREFIXES[record.statement.kind] + hashlib.sha256(encode_record(record)).digest()


def genesis_leaf_data(origin: str, created_ms: int, min_bits: int, vkey: str) -> bytes:
    """Leaf 0: what the log promises about itself."""
    genesis = {"v": VERSION, "log": origin, "created_ms": created_ms, "min_bits": min_bits, "key": vkey}
    return bytes((VERSION, GENESIS_KIND)) + hashlib.sha256(encode_canonical(genesis)).digest()


def block_leaf_data(header: bytes) -> bytes:
    """The first leaf of a block: the header, 152 bytes, of the block before it."""
    return bytes((VERSION, BLOCK_KIND)) + hashlib.sha256(header).digest()


def device_id(public: bytes) -> bytes:
    """The key id, 32 bytes, of a raw Ed25519 public key."""
    check_size(public, 32, "public")
    return hashlib.sha256(public).digest()


def _parse_signature(value: object) -> bytes | None:
    if value is None:
        return None
    try:
        return parse_base64(value, SIGNATURE_SIZE)
    except CanonicalError as error:
        raise RecordFormatError(str(error), "signature") from None
