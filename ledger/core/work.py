"""Proof of work: find a nonce such that SHA256(prefix ‖ nonce) is below the target.

    target = 2^(256 − bits);  bits = 20 takes 2^20 hashes on average

The caller cuts the search into slices, so that it can stop, show progress, or give each process every n-th nonce.
"""

import hashlib

from ledger.core.headers import PREFIX_SIZE

_MIDSTATE_SIZE = 128


def target(bits: int) -> int:
    """What a block hash, read as a big-endian number, must stay below."""
    return 1 << (256 - bits)


def search(prefix: bytes, bits: int, start: int, count: int, step: int = 1) -> int | None:
    """The first good nonce among `count` from `start` in steps, or None. `prefix` is a header without its nonce."""
    assert len(prefix) == PREFIX_SIZE, "a header without its nonce"
    midstate = hashlib.sha256(prefix[:_MIDSTATE_SIZE])
    tail = prefix[_MIDSTATE_SIZE:]
    limit = target(bits).to_bytes(32)
    copy = midstate.copy
    for nonce in range(start, start + count * step, step):
        attempt = copy()
        attempt.update(tail + nonce.to_bytes(8))
        if attempt.digest() < limit:
            return nonce
    return None
