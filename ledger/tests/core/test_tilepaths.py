"""Tile paths: C2SP's examples, round trips, and nothing but the canonical spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.canonical import MAX_INT
from ledger.core.errors import TileError
from ledger.core.tilepaths import ENTRIES, parse_tile_path, tile_path


@given(st.integers(ENTRIES, 63), st.integers(0, MAX_INT), st.integers(1, 256))
def test_round_trip(level: int, index: int, width: int) -> None:
    assert parse_tile_path(tile_path(level, index, width)) == (level, index, width)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        ((0, 0, 256), "tile/0/000"),
        ((0, 999, 256), "tile/0/999"),
        ((0, 1000, 256), "tile/0/x001/000"),
        ((0, 1234067, 256), "tile/0/x001/x234/067"),
        ((63, 273, 112), "tile/63/273.p/112"),
        ((ENTRIES, 1234067, 1), "tile/entries/x001/x234/067.p/1"),
    ],
)
def test_examples(tile: tuple[int, int, int], path: str) -> None:
    assert tile_path(*tile) == path
    assert parse_tile_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/x/000",
        "tile/0/x000/000",
        "tile/0/x001",
        "tile/0/001/000",
        "tile/0/x1/000",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/257",
        "tile/0/000/p/1",
        "tile/0/000 ",
        "tile/0/000\n",
        "/tile/0/000",
        "tile//0/000",
        "tile/٠/000",
        "tile/0/٠٠٠",
        "tile/0/x999/x999/x999/x999/x999/999",
        "tile/0/" + "x001/" * 6 + "000",
        pytest.param("tile/0/" + "x001/" * 1500 + "000", id="more digits than Python reads"),
        "tile/0/../../000",
        "tile/entry/000",
    ],
)
def test_other_spellings_are_refused(path: str) -> None:
    with pytest.raises(TileError):
        parse_tile_path(path)


@pytest.mark.parametrize("tile", [(-2, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257), (0, MAX_INT + 1, 1)])
def test_no_path_for_what_is_no_tile(tile: tuple[int, int, int]) -> None:
    with pytest.raises(TileError):
        tile_path(*tile)
