"""A tree of many leaves and everything about it by the plain recursive definitions of RFC 9162 §2.1: the oracle."""

import functools
import hashlib

from ledger.core.merkle import EMPTY_ROOT, TileId

LEAVES = [hashlib.sha256(b"\x00" + index.to_bytes(4)).digest() for index in range(66_000)]


def split(size: int) -> int:
    """The largest power of two below `size`."""
    k = 1
    while 2 * k < size:
        k *= 2
    return k


@functools.cache
def direct_root(start: int, end: int) -> bytes:
    """MTH(D[start:end])."""
    if start == end:
        return EMPTY_ROOT
    if end - start == 1:
        return LEAVES[start]
    middle = start + split(end - start)
    return hashlib.sha256(b"\x01" + direct_root(start, middle) + direct_root(middle, end)).digest()


def direct_inclusion(index: int, start: int, end: int) -> list[bytes]:
    """PATH(index, D[start:end]); `index` counts from `start`."""
    if end - start == 1:
        return []
    k = split(end - start)
    if index < k:
        return [*direct_inclusion(index, start, start + k), direct_root(start + k, end)]
    return [*direct_inclusion(index - k, start + k, end), direct_root(start, start + k)]


def direct_consistency(old: int, new: int) -> list[bytes]:
    """PROOF(old, D[new])."""
    return _subproof(old, 0, new, True)


def _subproof(old: int, start: int, end: int, known: bool) -> list[bytes]:
    size = end - start
    if old == size:
        return [] if known else [direct_root(start, end)]
    k = split(size)
    if old <= k:
        return [*_subproof(old, start, start + k, known), direct_root(start + k, end)]
    return [*_subproof(old - k, start + k, end, False), direct_root(start, start + k)]


def direct_tiles(size: int) -> dict[TileId, bytes]:
    """Every tile of a tree: hash i of tile (L, N) is the root of leaves [j·256^L, (j+1)·256^L), j = 256·N + i."""
    tiles: dict[TileId, bytes] = {}
    level, width = 0, 1
    while size >= width:
        hashes = [direct_root(j * width, (j + 1) * width) for j in range(size // width)]
        for first in range(0, len(hashes), 256):
            tiles[level, first // 256] = b"".join(hashes[first : first + 256])
        level, width = level + 1, width * 256
    return tiles
