"""Sealed messages in the order of the log, a range of leaves at a time.

Rows that have no place (no integer, a place that was passed already) are reported and left out.
Spec: docs/specs/ledger.md §8.
"""

from collections.abc import Iterator
from itertools import islice

from ledger.core.audit_rows import MessageRow, Report, Row

CHUNK = 4_096
_LEAF_INDEX = MessageRow._fields.index("leaf_index")


class Sealed:
    """A reader over rows by leaf index."""

    def __init__(self, rows: Iterator[Row], report: Report) -> None:
        self._rows = rows
        self._report = report
        self._ahead: list[Row] = []

    def take(self, start: int, count: int) -> list[Row]:
        """The rows with leaf index start … start + count − 1, as many as there are, each place once."""
        ahead = self._ahead
        rows = ahead[:count] + list(islice(self._rows, max(0, count - len(ahead))))
        self._ahead = ahead[count:]
        places = [row[_LEAF_INDEX] for row in rows]
        return rows if places == list(range(start, start + count)) else self._sort_out(rows, start, start + count)

    def rest(self) -> Iterator[Row]:
        """What is left behind the last block."""
        yield from self._ahead
        yield from self._rows

    def _sort_out(self, rows: list[Row], start: int, end: int) -> list[Row]:
        found: dict[int, Row] = {}
        later = []
        for row in rows:
            place = row[_LEAF_INDEX]
            if not isinstance(place, int) or place < start or place in found:
                self._report.entry("entry_surplus", MessageRow(*row), "leaf_index", got=place)
            elif place < end:
                found[place] = row
            else:
                later.append(row)
        self._ahead = later + self._ahead
        return list(found.values())


def batched(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Lists of up to CHUNK rows."""
    while chunk := list(islice(rows, CHUNK)):
        yield chunk
