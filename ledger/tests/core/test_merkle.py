"""Roots and tiles against the recursive definition of RFC 9162 §2.1.1 and the tile layout of C2SP tlog-tiles."""

import hashlib
import random

import pytest

from ledger.core.errors import TileError
from ledger.core.merkle import (
    EMPTY_ROOT,
    TileId,
    append_leaves,
    edge_tiles_needed,
    leaf_hash,
    node_hash,
    root_from_tiles,
    root_hash,
)
from ledger.tests.core.trees import LEAVES, direct_root, direct_tiles

BOUNDARIES = [255, 256, 257, 511, 512, 513, 65535, 65536, 65537]


def test_hashes_are_the_formulas_of_the_rfc() -> None:
    left, right = LEAVES[0], LEAVES[1]
    assert leaf_hash(b"data") == hashlib.sha256(b"\x00data").digest()
    assert node_hash(left, right) == hashlib.sha256(b"\x01" + left + right).digest() != node_hash(right, left)
    assert hashlib.sha256(b"").digest() == EMPTY_ROOT == root_hash([])


@pytest.mark.parametrize("size", range(131))
def test_root_is_that_of_the_recursive_definition(size: int) -> None:
    assert root_hash(LEAVES[:size]) == direct_root(0, size)


@pytest.mark.parametrize("size", range(1, 131))
def test_every_leaf_and_their_order_matter(size: int) -> None:
    root = root_hash(LEAVES[:size])
    for index in range(size):
        assert root_hash([*LEAVES[:index], LEAVES[-1], *LEAVES[index + 1 : size]]) != root
    assert root_hash(LEAVES[: size + 1]) != root
    assert size == 1 or root_hash(LEAVES[:size][::-1]) != root


@pytest.mark.parametrize("size", [*range(1, 131), *BOUNDARIES])
def test_tiles_of_one_append_are_those_of_the_layout(size: int) -> None:
    tiles = append_leaves(0, {}, LEAVES[:size])
    assert tiles == direct_tiles(size)
    assert root_from_tiles(size, tiles) == root_hash(LEAVES[:size])


def test_appending_one_by_one_needs_only_the_edge() -> None:
    tiles: dict[TileId, bytes] = {}
    for size in range(600):
        edge = {tile: tiles[tile] for tile in edge_tiles_needed(size)}
        assert root_from_tiles(size, edge) == root_hash(LEAVES[:size])
        tiles.update(append_leaves(size, edge, [LEAVES[size]]))
    assert tiles == direct_tiles(600)


def test_appending_in_any_batches_gives_the_same_tiles() -> None:
    chance = random.Random(7)
    size, tiles = 0, dict[TileId, bytes]()
    while size < 65537 + 300:
        count = chance.choice([0, 1, 2, 255, 256, 257, 700, 20_000])
        edge = {tile: tiles[tile] for tile in edge_tiles_needed(size)}
        changed = append_leaves(size, edge, LEAVES[size : size + count])
        full = [tile for tile in changed if len(tiles.get(tile, b"")) == 256 * 32]
        assert full == [], "a full tile never changes"
        tiles.update(changed)
        size = min(size + count, len(LEAVES))
        assert root_from_tiles(size, tiles) == root_hash(LEAVES[:size])
    assert tiles == direct_tiles(size)


@pytest.mark.parametrize(
    ("size", "edge"),
    [
        (0, []),
        (1, [(0, 0)]),
        (255, [(0, 0)]),
        (256, [(1, 0)]),
        (257, [(0, 1), (1, 0)]),
        (65536, [(2, 0)]),
        (65537, [(0, 256), (2, 0)]),
        (70_000, [(0, 273), (1, 1), (2, 0)]),
        (2**40 + 1, [(0, 2**32), (5, 0)]),
    ],
)
def test_edge(size: int, edge: list[TileId]) -> None:
    assert edge_tiles_needed(size) == edge


@pytest.mark.parametrize("size", [3, 257, 513, 65537])
def test_an_absent_or_short_tile_is_refused(size: int) -> None:
    edge = {tile: data for tile, data in direct_tiles(size).items() if tile in edge_tiles_needed(size)}
    assert root_from_tiles(size, edge) == root_hash(LEAVES[:size])
    for tile, data in edge.items():
        for wrong in (None, b"", data[:-1], data[:-32], data + b"\0"):
            tiles = {**edge, tile: wrong} if wrong is not None else {t: d for t, d in edge.items() if t != tile}
            with pytest.raises(TileError):
                root_from_tiles(size, tiles)
            with pytest.raises(TileError):
                append_leaves(size, tiles, LEAVES[:65536])


def test_a_corrupted_tile_gives_another_root() -> None:
    tiles = direct_tiles(513)
    root = root_from_tiles(513, tiles)
    for tile in edge_tiles_needed(513):
        for offset in range(len(tiles[tile])):
            data = bytearray(tiles[tile])
            data[offset] ^= 1
            assert root_from_tiles(513, {**tiles, tile: bytes(data)}) != root
