"""The tree, built once more from the leaves as they stream by, and compared with the stored tiles.

`Frontier` is the right edge of a growing tree: at most one hash a level, so 64 for any log. `Tree` keeps one, and a
second from the first leaf on where rows and tiles differ; the root in the block's header decides who is right. What a
leaf means is not known here. Spec: docs/specs/ledger.md §3; RFC 9162 §2.1.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ledger.core.audit_rows import TILE, Report, TileRow
from ledger.core.audit_tiles import StoredTiles, Tiles, report_surplus
from ledger.core.merkle import EMPTY_ROOT, fold_right, node_hash
from ledger.core.tilepaths import TILE_HEIGHT, TILE_WIDTH, tile_key

Blame = Callable[[bytes, bytes], None]
"""(expected, got): reports the row that gave a leaf."""


class Doubt(NamedTuple):
    """A leaf whose row and tile disagree while the row agrees with itself."""

    position: int
    leaf: bytes
    stored: bytes
    blame: Blame


class Frontier:
    """The complete subtrees that make up a tree of `size` leaves."""

    def __init__(self, size: int = 0, subtrees: Sequence[bytes | None] = ()) -> None:
        self.size = size
        self._subtrees = list(subtrees)
        self.full: list[tuple[int, list[bytes]]] = []
        """Hashes completed at the tile levels above 0, (level, hashes), until the owner takes them."""

    def extend(self, leaves: Sequence[bytes]) -> None:
        self.size += len(leaves)
        height, added = 0, list(leaves)
        while added:
            if height == len(self._subtrees):
                self._subtrees.append(None)
            if height and height % TILE_HEIGHT == 0:
                self.full.append((height // TILE_HEIGHT, added.copy()))
            left = self._subtrees[height]
            if left is not None:
                added.insert(0, left)
            self._subtrees[height] = added.pop() if len(added) % 2 else None
            added = list(map(node_hash, added[0::2], added[1::2]))
            height += 1

    def root(self) -> bytes:
        return fold_right(subtree for subtree in self._subtrees if subtree is not None) or EMPTY_ROOT

    def copy(self) -> "Frontier":
        twin = Frontier(self.size, self._subtrees)
        twin.full = self.full.copy()
        return twin

    def subtrees(self) -> tuple[bytes | None, ...]:
        return tuple(self._subtrees)


class Tree:
    """Leaves in, roots out; `stored` and `add` alternate, then `end_block` settles what differed."""

    def __init__(self, tiles: Tiles, other_tiles: Tiles, report: Report, frontier: Frontier) -> None:
        self._frontier = frontier
        self._tiles = tiles
        self._other_tiles = other_tiles
        self._report = report
        self._levels = [self._read_level(0, frontier.size)]
        while hashes := frontier.size >> TILE_HEIGHT * len(self._levels):
            self._levels.append(self._read_level(len(self._levels), hashes))
        self._as_stored: Frontier | None = None
        """The tree as the tiles have it, from the first difference within a block to that block's end."""
        self._doubts: list[Doubt] = []

    @property
    def size(self) -> int:
        return self._frontier.size

    def subtrees(self) -> tuple[bytes | None, ...]:
        """The complete subtrees, by height, that the leaves so far make up."""
        return self._frontier.subtrees()

    def first(self) -> bytes | None:
        """Leaf 0 as the tiles have it, before anything is read."""
        return self._levels[0].peek()

    def stored(self, count: int) -> list[bytes | None]:
        """The next leaf hashes as the tiles have them."""
        return self._levels[0].take(count)

    def add(self, leaves: Sequence[bytes], stored: Sequence[bytes | None], blame: Callable[[int], Blame]) -> None:
        """Appends leaves; `blame(i)` names the row that gave the i-th of them."""
        if leaves != stored:
            doubts = [
                (i, x, z) for i, (x, z) in enumerate(zip(leaves, stored, strict=True)) if z is not None and x != z
            ]
            self._doubts += [Doubt(self.size + i, x, z, blame(i)) for i, x, z in doubts]
            if self._as_stored is None and doubts:
                self._as_stored = self._frontier.copy()
        if self._as_stored is not None:
            self._as_stored.extend([z or x for x, z in zip(leaves, stored, strict=True)])
        self._frontier.extend(leaves)

    def end_block(self, root: bytes) -> bytes:
        """The root of the leaves so far. Where leaves and tiles lead to different ones, `root` says who is right."""
        if self._as_stored is not None:
            by_rows, by_tiles = self._frontier.root(), self._as_stored.root()
            for doubt in self._doubts:
                if by_rows != root:
                    doubt.blame(doubt.stored, doubt.leaf)
                if by_tiles != root:
                    self._blame_tile(0, doubt.position, doubt.leaf, doubt.stored)
            if by_tiles == root:
                self._frontier = self._as_stored
            self._as_stored, self._doubts = None, []
        self._check_upper_tiles()
        return self._frontier.root()

    def finish(self) -> None:
        """After the last block: no tile is left over."""
        for level in self._levels:
            level.finish()
        for tile in self._other_tiles(len(self._levels)):
            report_surplus(TileRow(*tile), self._report)

    def _read_level(self, level: int, position: int) -> StoredTiles:
        return StoredTiles(level, self._tiles(level), self._report, position)

    def _check_upper_tiles(self) -> None:
        for level, hashes in self._frontier.full:
            while len(self._levels) <= level:
                self._levels.append(self._read_level(len(self._levels), 0))
            position = self._levels[level].position
            for i, (expected, got) in enumerate(zip(hashes, self._levels[level].take(len(hashes)), strict=True)):
                if got is not None and got != expected:
                    self._blame_tile(level, position + i, expected, got)
        self._frontier.full = []

    def _blame_tile(self, level: int, position: int, expected: bytes, got: bytes) -> None:
        pk = tile_key(level, position // TILE_WIDTH)
        place = {"leaf_index": position << TILE_HEIGHT * level}
        self._report.add("tile_changed", TILE, pk, "hashes", **place, expected=expected, got=got)
