"""The ribbon's geometry and the search terms: no database."""

import itertools

import pytest

from ledger.explorer.ribbon import (
    BOX_HEIGHT,
    MOST_COLUMNS,
    PITCH,
    ROWS,
    CountedBlock,
    Ribbon,
    draw_ribbon,
    with_entries,
)
from ledger.explorer.terms import read_term
from ledger.models import Block


def ribbon(*entries: int, pending: int = 0, tip: int | None = None) -> Ribbon:
    """A ribbon of blocks with so many entries each, from old to new."""
    tip = len(entries) - 1 if tip is None else tip
    blocks = [CountedBlock(Block(height=tip - back, time_ms=0), count) for back, count in enumerate(reversed(entries))]
    return draw_ribbon(blocks, pending, lambda height: f"/{height}")


def test_boxes_go_from_old_to_new_without_overlap_and_the_forming_one_is_last() -> None:
    drawn = ribbon(1, 7, 100, 0, 12, pending=3)
    assert [box.href for box in drawn.boxes] == ["/0", "/1", "/2", "/3", "/4", ""]
    assert [box.state for box in drawn.boxes] == ["sealed"] * 4 + ["tip", "forming"]
    for box, following in itertools.pairwise(drawn.boxes):
        assert box.x + box.width < following.x
    assert drawn.boxes[-1].x + drawn.boxes[-1].width < drawn.width


def test_more_entries_never_make_a_narrower_box() -> None:
    counts = [0, 1, 5, 6, 7, 12, 13, 48, 49, 100, 500, 10_000, 1_000_000, 10**9]
    widths = [ribbon(count).boxes[0].width for count in counts]
    assert widths == sorted(widths)
    assert len(set(widths)) > 6
    assert widths[-1] <= MOST_COLUMNS * PITCH + 12


@pytest.mark.parametrize("count", range(49))
def test_a_box_of_few_entries_has_one_cell_for_each(count: int) -> None:
    box = ribbon(count).boxes[0]
    assert box.full // PITCH * ROWS + box.rest // PITCH == count
    assert box.rest < ROWS * PITCH < BOX_HEIGHT


def test_labels_never_touch() -> None:
    for tip in (39, 1_204, 999_999, 1_000_000_000):
        labelled = [box for box in ribbon(*[1] * 40, tip=tip).boxes if box.label]
        assert labelled[-1].label == f"{tip:,}"
        for box, following in itertools.pairwise(labelled):
            assert following.x - box.x > len(following.label) * 6.6


def test_entries_are_what_a_block_adds_to_the_tree() -> None:
    sizes = [30, 12, 11, 1]
    blocks = [Block(height=3 - back, tree_size=size) for back, size in enumerate(sizes)]
    assert [item.entries for item in with_entries(blocks, 4)] == [18, 1, 10, 1]
    assert [item.entries for item in with_entries(blocks, 2)] == [18, 1]


@pytest.mark.parametrize(
    ("text", "number"),
    [("1204", 1204), ("#1,204", 1204), (" 7 ", 7), ("-7", None), ("9" * 19, None), ("9223372036854775807", 2**63 - 1)],
)
def test_a_term_can_be_a_number(text: str, number: int | None) -> None:
    assert read_term(text).number == number


def test_a_term_can_be_the_beginning_of_a_hash() -> None:
    assert read_term("0xABC1…").hashes == (bytes.fromhex("abc1" + "0" * 60), bytes.fromhex("abc1" + "f" * 60))
    assert read_term("abc12").hashes == (bytes.fromhex("abc12" + "0" * 59), bytes.fromhex("abc12" + "f" * 59))
    assert read_term("ab" * 32).hashes == (b"\xab" * 32, b"\xab" * 32)
    for nothing in ("abc", "ab" * 33, "xyzw", ""):
        assert read_term(nothing).hashes is None
