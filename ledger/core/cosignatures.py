"""A witness's statement that it saw a checkpoint and that it extends the one before (C2SP tlog-cosignature).

message = "cosignature/v1\\ntime 1790000000\\n" ‖ note body
data    = u64 time ‖ Ed25519(message)                      72 bytes, the part after the key id in a note's line
"""

from dataclasses import dataclass

from ledger.core.canonical import MAX_INT
from ledger.core.errors import NoteError

_DATA_SIZE = 8 + 64


@dataclass(frozen=True, slots=True)
class Cosignature:
    """When a witness cosigned, in seconds, and its Ed25519 signature."""

    time_s: int
    signature: bytes


def cosignature_message(time_s: int, body: str) -> bytes:
    """What a witness signs."""
    return f"cosignature/v1\ntime {time_s}\n{body}".encode()


def format_cosignature(cosignature: Cosignature) -> bytes:
    return cosignature.time_s.to_bytes(8) + cosignature.signature


def parse_cosignature(data: bytes) -> Cosignature:
    if len(data) != _DATA_SIZE:
        raise NoteError(f"{len(data)} bytes instead of {_DATA_SIZE}", "cosignature")
    time_s = int.from_bytes(data[:8])
    if time_s > MAX_INT:
        raise NoteError("is beyond 2^53", "cosignature.time")
    return Cosignature(time_s, data[8:])
