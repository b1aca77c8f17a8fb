"""Where a tile is: its path below a log's address (C2SP tlog-tiles), and its key in the database.

    tile/<L>/<N>[.p/<W>]        tile/1/x001/x234/067    tile/0/273.p/112    tile/entries/000.p/3

N is written in groups of three digits, all but the last with an x in front, so that no folder grows large. `.p/W` marks
a partial tile of W hashes. Entry bundles live beside level 0 under the name `entries`, here level −1.
"""

import re

from ledger.core.canonical import MAX_INT, parse_decimal
from ledger.core.errors import CanonicalError, TileError

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
ENTRIES = -1
MAX_LEVEL = 63
INDEX_BITS = 56
"""Of a key; the level stands above them."""

# Six groups hold every index: MAX_INT has sixteen digits.
_PATH = re.compile(r"tile/([0-9]+|entries)/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([0-9]+))?")


def tile_key(level: int, index: int) -> int:
    """The primary key of tile (level, index)."""
    return level << INDEX_BITS | index


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """The path of tile (level, index) with `width` hashes."""
    if not (ENTRIES <= level <= MAX_LEVEL and 0 <= index <= MAX_INT and 1 <= width <= TILE_WIDTH):
        raise TileError(f"no tile has level {level}, index {index} and width {width}")
    groups = [f"{index % 1000:03}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03}")
    suffix = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{'entries' if level == ENTRIES else level}/{'/'.join(groups)}{suffix}"


def parse_tile_path(path: str) -> tuple[int, int, int]:
    """Level, index and width. TileError unless tile_path gives the same path again."""
    match = _PATH.fullmatch(path)
    if not match:
        raise TileError("path is malformed")
    level_text, groups, width_text = match.groups()
    try:
        level = ENTRIES if level_text == "entries" else parse_decimal(level_text)
        width = TILE_WIDTH if width_text is None else parse_decimal(width_text)
    except CanonicalError as error:
        raise TileError(str(error)) from None
    index = int(groups.replace("x", "").replace("/", ""))
    if tile_path(level, index, width) != path:
        raise TileError("path is not canonical")
    return level, index, width
