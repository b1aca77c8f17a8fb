"""The stored tiles of one level, read in order as a stream of hashes.

What the hashes should be is not known here; that every tile has its place, its key and its width is. Spec:
docs/specs/ledger.md §3.
"""

from collections.abc import Callable, Iterator

from ledger.core.audit_rows import TILE, Report, Row, TileRow
from ledger.core.fields import HASH_SIZE
from ledger.core.tilepaths import INDEX_BITS, TILE_HEIGHT, TILE_WIDTH, tile_key

Tiles = Callable[[int], Iterator[Row]]
"""Level → its rows by index."""


class StoredTiles:
    """The hashes of one level, from a position on. Reports tiles that are absent, too wide or narrow, or misplaced."""

    def __init__(self, level: int, rows: Iterator[Row], report: Report, position: int = 0) -> None:
        self.position = position
        self._level = level
        self._rows = map(TileRow._make, rows)
        self._report = report
        self._index = -1
        self._tile: TileRow | None = None
        self._ahead = next(self._rows, None)
        if position % TILE_WIDTH:
            self._index = position // TILE_WIDTH
            self._tile = self._find(self._index)

    def peek(self) -> bytes | None:
        """The level's first hash; None where no tile holds it."""
        known = self._ahead is not None and self._ahead.number == 0
        return _hashes(self._ahead)[:HASH_SIZE] or None if known else None

    def take(self, count: int) -> list[bytes | None]:
        """The next hashes; None for each that the tiles do not hold."""
        hashes: list[bytes | None] = []
        while len(hashes) < count:
            index, offset = divmod(self.position, TILE_WIDTH)
            if index != self._index:
                self._check_width(TILE_WIDTH)
                self._index, self._tile = index, self._find(index)
            width = min(count - len(hashes), TILE_WIDTH - offset)
            hashes += self._slice(offset, width)
            self.position += width
        return hashes

    def finish(self) -> None:
        """At the level's end: the last tile holds so many hashes and no more, and no tile follows."""
        self._check_width(self.position - self._index * TILE_WIDTH)
        while self._ahead is not None:
            self._advance(surplus=True)

    def _find(self, index: int) -> TileRow | None:
        while (tile := self._ahead) is not None and (not isinstance(tile.number, int) or tile.number < index):
            self._advance(surplus=True)
        pk = tile_key(self._level, index)
        if tile is None or tile.number > index:
            self._report.add("tile_missing", TILE, pk, leaf_index=self.position << TILE_HEIGHT * self._level)
            return None
        if tile.id != pk:
            self._report.add("tile_wrong", TILE, tile.id, "id", expected=pk, got=tile.id)
        self._advance(surplus=False)
        return tile

    def _advance(self, surplus: bool) -> None:
        if surplus and self._ahead is not None:
            report_surplus(self._ahead, self._report)
        self._ahead = next(self._rows, None)

    def _slice(self, offset: int, width: int) -> list[bytes | None]:
        data = _hashes(self._tile)
        found = [data[at : at + HASH_SIZE] for at in range(offset * HASH_SIZE, (offset + width) * HASH_SIZE, HASH_SIZE)]
        return [hash_ if len(hash_) == HASH_SIZE else None for hash_ in found]

    def _check_width(self, width: int) -> None:
        if self._tile is not None and len(_hashes(self._tile)) != width * HASH_SIZE:
            got = f"{len(_hashes(self._tile))} bytes"
            self._report.add(
                "tile_width", TILE, self._tile.id, "hashes", expected=f"{width * HASH_SIZE} bytes", got=got
            )


def _hashes(tile: TileRow | None) -> bytes:
    return tile.hashes if tile is not None and isinstance(tile.hashes, bytes) else b""


def report_surplus(tile: TileRow, report: Report) -> None:
    """A tile where there is none; its key tells which column put it there."""
    column = None
    if isinstance(tile.id, int):
        level, number = divmod(tile.id, 1 << INDEX_BITS)
        column = "level" if level != tile.level else "index" if number != tile.number else None
    report.add("tile_surplus", TILE, tile.id, column, got=f"level {tile.level}, index {tile.number}")
