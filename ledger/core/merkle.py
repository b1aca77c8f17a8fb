"""The Merkle tree of RFC 6962/9162 over the log's leaves, kept as tiles (C2SP tlog-tiles, height 8).

    leaf_hash(d)   = SHA256(0x00 ‖ d)
    node_hash(l,r) = SHA256(0x01 ‖ l ‖ r)
    root of D[n]   = node_hash(root of D[0:k], root of D[k:n]),  k the largest power of two below n   (RFC 9162 §2.1.1)

Tile (L, N) holds up to 256 hashes: the complete subtrees of 256^L leaves from number 256·N on. Full tiles never
change; the last of a level grows. A tree of 70,000 leaves ends in tiles (0, 273) with 112 hashes, (1, 1) with 17 and
(2, 0) with 1; these three, the *edge*, are all that appending and the root need.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from ledger.core.errors import TileError
from ledger.core.fields import HASH_SIZE
from ledger.core.tilepaths import TILE_HEIGHT, TILE_WIDTH

EMPTY_ROOT = hashlib.sha256(b"").digest()

TileId = tuple[int, int]
"""Level and index."""


def leaf_hash(leaf_data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf_data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_hash(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root over all leaf hashes, directly: pair neighbours level by level, an odd last one rises unchanged."""
    level = list(leaf_hashes)
    while len(level) > 1:
        paired = list(map(node_hash, level[0::2], level[1::2]))
        level = paired + level[-1:] if len(level) % 2 else paired
    return level[0] if level else EMPTY_ROOT


def fold_right(hashes: Iterable[bytes]) -> bytes | None:
    """Join complete subtrees, given from the right (small) to the left (large), into their common root."""
    root: bytes | None = None
    for subtree in hashes:
        root = subtree if root is None else node_hash(subtree, root)
    return root


def edge_tiles_needed(size: int) -> list[TileId]:
    """The last, partial tile of each level that has one, lowest first. TileError for a size that no tree has."""
    if size < 0:
        raise TileError(f"no tree has {size} leaves")
    tiles = []
    level = 0
    while count := size >> (TILE_HEIGHT * level):
        if count % TILE_WIDTH:
            tiles.append((level, count // TILE_WIDTH))
        level += 1
    return tiles


def root_from_tiles(size: int, tiles: Mapping[TileId, bytes]) -> bytes:
    """The root at `size` from at least its edge tiles. TileError when one is absent or too short."""
    subtrees: list[bytes] = []
    for level, index in edge_tiles_needed(size):
        width = (size >> (TILE_HEIGHT * level)) % TILE_WIDTH
        hashes = tile_hashes(tiles, (level, index), width)
        while width:
            right_subtree = width & -width
            subtrees.append(root_hash(hashes[width - right_subtree : width]))
            width -= right_subtree
    return fold_right(subtrees) or EMPTY_ROOT


def append_leaves(size: int, edge_tiles: Mapping[TileId, bytes], leaf_hashes: Sequence[bytes]) -> dict[TileId, bytes]:
    """Every tile that changes, whole, when leaves are appended to a tree of `size` with those edge tiles."""
    changed: dict[TileId, bytes] = {}
    level, added = 0, list(leaf_hashes)
    while added:
        index, width = divmod(size >> (TILE_HEIGHT * level), TILE_WIDTH)
        hashes = (tile_hashes(edge_tiles, (level, index), width) if width else []) + added
        added = []
        for offset in range(0, len(hashes), TILE_WIDTH):
            tile = hashes[offset : offset + TILE_WIDTH]
            changed[level, index + offset // TILE_WIDTH] = b"".join(tile)
            if len(tile) == TILE_WIDTH:
                added.append(root_hash(tile))
        level += 1
    return changed


def tile_hashes(tiles: Mapping[TileId, bytes], tile: TileId, width: int) -> list[bytes]:
    """The first `width` hashes of a tile; it may have grown since."""
    data = tiles.get(tile)
    if data is None:
        raise TileError("is absent", f"tile {tile}")
    if len(data) % HASH_SIZE or len(data) < width * HASH_SIZE:
        raise TileError(f"holds {len(data)} bytes, needs {width} hashes", f"tile {tile}")
    return [data[offset : offset + HASH_SIZE] for offset in range(0, width * HASH_SIZE, HASH_SIZE)]
