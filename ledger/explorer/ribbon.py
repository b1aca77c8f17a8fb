"""The newest blocks as a picture: a ribbon of boxes, each as wide as it has entries, the forming block last.

Geometry only; templates/ledger/_ribbon.html draws it. An entry is one cell, six to a column, until there are too many
to count by eye: from then on the width grows with the logarithm.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import ngettext

from ledger.display import grouped, time_text
from ledger.models import Block, Message

SHOWN_BLOCKS = 40
MOST_PENDING = 10_000
"""Counting stops here: with no miner running, what is pending grows without end."""

ROWS = 6
PITCH = 9
"""From one cell to the next, in pixels. The template's patterns agree."""
PADDING = 6
GAP = 9
BOX_TOP = 20
BOX_HEIGHT = ROWS * PITCH + 2 * PADDING - 3
LEAST_COLUMNS = 2
COUNTED_COLUMNS = 8
MOST_COLUMNS = 24
DIGIT_WIDTH = 6.6


@dataclass(frozen=True, slots=True)
class Box:
    """One block of the ribbon. `full` is the width of its full columns, `rest` the height of the last one."""

    x: int
    width: int
    full: int
    rest: int
    state: str
    title: str
    label: str = ""
    href: str = ""

    @property
    def middle(self) -> float:
        return self.width / 2


@dataclass(frozen=True, slots=True)
class Ribbon:
    boxes: tuple[Box, ...]
    width: int
    height: int = BOX_TOP + BOX_HEIGHT + 2
    box_top: int = BOX_TOP
    box_height: int = BOX_HEIGHT
    link_y: int = BOX_TOP + BOX_HEIGHT // 2


@dataclass(frozen=True, slots=True)
class CountedBlock:
    """A block and how many leaves it seals."""

    block: Block
    entries: int


def count_pending() -> int:
    """How many messages wait for a block; MOST_PENDING stands for that many or more."""
    return Message.objects.pending().order_by()[:MOST_PENDING].count()


def with_entries(newest_first: Iterable[Block], shown: int) -> list[CountedBlock]:
    """The first `shown` of blocks in falling height, each less the tree size of the one before it."""
    blocks = list(newest_first)
    sizes = [block.tree_size for block in blocks] + [0]
    return [CountedBlock(block, sizes[place] - sizes[place + 1]) for place, block in enumerate(blocks[:shown])]


def draw_ribbon(newest_first: Iterable[CountedBlock], pending: int, address: Callable[[int], str]) -> Ribbon:
    """Lays the blocks out from old to new, and what is pending after them."""
    sealed = list(newest_first)
    tip = sealed[0].block.height if sealed else 0
    every = math.ceil((len(grouped(tip)) * DIGIT_WIDTH + GAP) / (LEAST_COLUMNS * PITCH + 2 * PADDING + GAP))
    boxes: list[Box] = []
    x = 2
    for item in reversed(sealed):
        height = item.block.height
        boxes.append(
            _box(
                x,
                item.entries,
                state="tip" if height == tip else "sealed",
                title=_title(item),
                label=grouped(height) if (tip - height) % every == 0 else "",
                href=address(height),
            )
        )
        x += boxes[-1].width + GAP
    boxes.append(_box(x, pending, state="forming", title=_forming(pending)))
    return Ribbon(tuple(boxes), x + boxes[-1].width + 2)


def _box(x: int, entries: int, state: str, title: str, label: str = "", href: str = "") -> Box:
    columns = _columns(entries)
    counted = columns <= COUNTED_COLUMNS
    rest = entries % ROWS if counted else 0
    full = entries // ROWS if counted else columns
    width = max(columns, LEAST_COLUMNS) * PITCH + 2 * PADDING - 3
    return Box(x, width, full * PITCH, rest * PITCH, state, title, label, href)


def _columns(entries: int) -> int:
    columns = math.ceil(entries / ROWS)
    if columns <= COUNTED_COLUMNS:
        return columns
    return min(MOST_COLUMNS, COUNTED_COLUMNS + math.ceil(2 * math.log2(columns / COUNTED_COLUMNS)))


def _title(item: CountedBlock) -> str:
    words = ngettext(
        "Block %(height)s · %(count)s entry · %(time)s UTC",
        "Block %(height)s · %(count)s entries · %(time)s UTC",
        item.entries,
    )
    return words % {
        "height": grouped(item.block.height),
        "count": grouped(item.entries),
        "time": time_text(item.block.time_ms),
    }


def _forming(pending: int) -> str:
    words = ngettext(
        "Forming: %(count)s entry waiting for the next block",
        "Forming: %(count)s entries waiting for the next block",
        pending,
    )
    return words % {"count": grouped(pending)}
