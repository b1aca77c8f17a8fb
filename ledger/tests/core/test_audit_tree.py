"""The audit's tree against the plain definitions, and its tiles against each kind of damage."""

from collections.abc import Callable, Iterator

import pytest

from ledger.core.audit_rows import Report, Row
from ledger.core.audit_tree import Blame, Frontier, Tree
from ledger.core.merkle import EMPTY_ROOT, TileId
from ledger.tests.core.trees import LEAVES, direct_root, direct_tiles

SIZES = [1, 2, 3, 255, 256, 257, 511, 512, 600, 65_535, 65_536, 65_537, 66_000]


def blame_nobody(index: int) -> Blame:
    def blame(expected: bytes, got: bytes) -> None:
        raise AssertionError(f"leaf {index} is sound")

    return blame


def run(size: int, tiles: dict[TileId, bytes], step: int = 1_000) -> Report:
    report = Report()

    def rows(wanted: Callable[[int], bool]) -> Iterator[Row]:
        ids = sorted(tile for tile in tiles if wanted(tile[0]))
        return iter([(level << 56 | index, level, index, tiles[level, index]) for level, index in ids])

    tree = Tree(lambda level: rows(level.__eq__), lambda levels: rows(levels.__le__), report, Frontier())
    while tree.size < size:
        leaves = LEAVES[tree.size : min(size, tree.size + step)]
        tree.add(leaves, tree.stored(len(leaves)), blame_nobody)
        assert tree.end_block(direct_root(0, tree.size)) == direct_root(0, tree.size)
    tree.finish()
    return report


def test_an_empty_frontier_has_the_empty_root() -> None:
    assert Frontier().root() == EMPTY_ROOT


def test_the_root_is_right_at_every_size_to_600_however_leaves_come() -> None:
    one_by_one, at_once = Frontier(), Frontier()
    for size, leaf in enumerate(LEAVES[:600], 1):
        one_by_one.extend([leaf])
        assert one_by_one.root() == direct_root(0, size)
    at_once.extend(LEAVES[:600])
    assert at_once.root() == direct_root(0, 600)


@pytest.mark.parametrize("size", SIZES)
def test_the_tiles_of_the_definition_are_accepted(size: int) -> None:
    assert run(size, direct_tiles(size)).findings == []


@pytest.mark.parametrize("tile", [(0, 0), (0, 1), (0, 257), (1, 0), (1, 1), (2, 0)])
def test_a_damaged_tile_is_named(tile: TileId) -> None:
    tiles = direct_tiles(66_000)
    good = tiles[tile]
    damaged = {
        "tile_changed": bytes((good[0] ^ 1,)) + good[1:],
        "tile_width": good[:-32],
        "tile_missing": None,
    }
    for code, data in damaged.items():
        changed = {key: value for key, value in (tiles | {tile: data}).items() if value is not None}
        (finding,) = run(66_000, changed, 33_000).findings
        assert (finding.code, finding.pk) == (code, tile[0] << 56 | tile[1])


@pytest.mark.parametrize("tile", [(0, 3), (1, 1), (2, 0), (7, 0)])
def test_a_tile_too_many_is_named(tile: TileId) -> None:
    (finding,) = run(600, direct_tiles(600) | {tile: bytes(32)}).findings
    assert (finding.code, finding.pk) == ("tile_surplus", tile[0] << 56 | tile[1])


def test_a_tile_that_holds_more_than_the_tree_is_named() -> None:
    tiles = direct_tiles(600)
    tiles[0, 2] += bytes(32)
    (finding,) = run(600, tiles).findings
    assert (finding.code, finding.expected, finding.got) == ("tile_width", f"{88 * 32} bytes", f"{89 * 32} bytes")
