"""Block headers: 152 bytes that carry the tree's size and root, the link to the block before, and the work.

      0  "connect-block/v1"   16        88  tree_size  u64           136  bits   u8
     16  SHA256(origin)       32        96  root_hash  32            137  zero   7
     48  height  u64                   128  time_ms    u64           144  nonce  u64
     56  previous block hash  32

The first 128 bytes are exactly two blocks of SHA-256, so a miner hashes one more block per nonce. Whether size and root
are those of the tree is not known here. Spec: docs/specs/ledger.md §4.
"""

import hashlib
import struct
from dataclasses import dataclass

from ledger.core.canonical import MAX_INT
from ledger.core.errors import HeaderError
from ledger.core.fields import HASH_SIZE, ZERO_HASH

MAGIC = b"connect-block/v1"
HEADER_SIZE = 152
PREFIX_SIZE = 144
"""Everything but the nonce."""
MIN_BITS = 8
MAX_BITS = 40
MAX_NONCE = 2**64 - 1

_LAYOUT = struct.Struct(">16s32sQ32sQ32sQB7sQ")
_ZEROS = bytes(7)


@dataclass(frozen=True, slots=True)
class Header:
    """A block's header. `tree_size` counts all leaves up to this block's last; `root` is the tree's at that size."""

    origin: str
    height: int
    previous: bytes
    tree_size: int
    root: bytes
    time_ms: int
    bits: int
    nonce: int

    def __post_init__(self) -> None:
        for field in ("height", "tree_size", "time_ms"):
            _check_range(getattr(self, field), 0, MAX_INT, field)  # they are JSON numbers elsewhere
        _check_range(self.nonce, 0, MAX_NONCE, "nonce")
        _check_range(self.bits, MIN_BITS, MAX_BITS, "bits")
        for field in ("previous", "root"):
            if len(getattr(self, field)) != HASH_SIZE:
                raise HeaderError(f"is not {HASH_SIZE} bytes", field)


def encode_header(header: Header) -> bytes:
    """152 bytes."""
    return _LAYOUT.pack(
        MAGIC,
        hashlib.sha256(header.origin.encode()).digest(),
        header.height,
        header.previous,
        header.tree_size,
        header.root,
        header.time_ms,
        header.bits,
        _ZEROS,
        header.nonce,
    )


def parse_header(data: bytes, origin: str) -> Header:
    """The header of a block of the log named `origin`. HeaderError for any other bytes."""
    if len(data) != HEADER_SIZE:
        raise HeaderError(f"{len(data)} bytes instead of {HEADER_SIZE}")
    magic, origin_hash, height, previous, tree_size, root, time_ms, bits, zeros, nonce = _LAYOUT.unpack(data)
    if magic != MAGIC:
        raise HeaderError("is not a block header of version 1", "magic")
    if origin_hash != hashlib.sha256(origin.encode()).digest():
        raise HeaderError("belongs to another log", "origin")
    if zeros != _ZEROS:
        raise HeaderError("is not zero", "padding")
    return Header(origin, height, previous, tree_size, root, time_ms, bits, nonce)


def block_hash(header_bytes: bytes) -> bytes:
    return hashlib.sha256(header_bytes).digest()


def meets_target(block_hash: bytes, bits: int) -> bool:
    """Whether the hash, as a number, is below 2^(256 − bits)."""
    return int.from_bytes(block_hash) >> (256 - bits) == 0


def check_link(previous: Header | None, header: Header, min_bits: int) -> None:
    """HeaderError, with the field, unless `header` may follow `previous` (None before block 0). Work is apart."""
    if header.height != (previous.height + 1 if previous else 0):
        raise HeaderError("does not follow the block before", "height")
    if header.previous != (block_hash(encode_header(previous)) if previous else ZERO_HASH):
        raise HeaderError("is not the hash of the block before", "previous")
    if previous is None:
        if header.tree_size != 1:
            raise HeaderError("is not 1: block 0 seals the genesis leaf alone", "tree_size")
    elif header.origin != previous.origin:
        raise HeaderError("is another log's", "origin")
    elif header.tree_size <= previous.tree_size:
        raise HeaderError("does not grow", "tree_size")
    elif header.time_ms < previous.time_ms:
        raise HeaderError("goes back", "time_ms")
    if header.bits < min_bits:
        raise HeaderError(f"is {header.bits}, the log promises at least {min_bits}", "bits")


def _check_range(value: int, least: int, most: int, field: str) -> None:
    if not least <= value <= most:
        raise HeaderError(f"is not in {least} … {most}", field)
