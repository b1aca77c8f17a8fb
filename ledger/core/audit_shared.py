"""The full audit with helpers: they check ranges of messages, this process ties them together and checks all the rest.

It only ever says "valid". At the first doubt it gives up, and the audit that reads everything in order, by itself, says
what is wrong: so both find the same by construction. Spec: docs/specs/ledger.md §8.
"""

from collections.abc import Callable
from typing import Protocol

from ledger.core.audit import Audit, Progress
from ledger.core.audit_ranges import RANGE, Vouched
from ledger.core.audit_rows import BlockRow, Report, Row, Source, Trust
from ledger.core.audit_sealed import Sealed
from ledger.core.audit_tree import Blame
from ledger.core.fields import HASH_SIZE

Helpers = Callable[[int], Vouched | None]
"""Number of a range → what a helper vouches for. Asked for ranges in ascending order, once each."""


class RangedSource(Source, Protocol):
    def sealed_range(self, start: int, end: int) -> list[Row]:
        """Messages with leaf index start … end − 1, by leaf index."""

    def count_sealed(self) -> int:
        """Messages with any leaf index."""


class Doubtful(Exception):
    """Something is not as it must be, or cannot be told by ranges."""


def audit_shared(source: RangedSource, trust: Trust, helpers: Helpers, progress: Progress) -> Report:
    """The report of a valid ledger; Doubtful for any other."""
    run = _SharedAudit(source, trust, helpers, progress)
    for row in source.blocks():
        run.block(BlockRow(*row))
    run.finish()
    run.check()
    return run.report


class _SharedAudit(Audit):
    def __init__(self, source: RangedSource, trust: Trust, helpers: Helpers, progress: Progress) -> None:
        super().__init__(source, trust, progress)
        self._ranges = source
        self._helpers = helpers
        self._number = -1
        self._vouched: Vouched | None = None

    def check(self) -> None:
        if self.report.found:
            raise Doubtful

    def finish(self) -> None:
        self.check()
        if self._ranges.count_sealed() != self.report.sealed:
            raise Doubtful  # a row at a place where none belongs
        self._sealed = Sealed(iter(()), self.report)
        super().finish()

    def _add_messages(self, block: BlockRow, gaps: bool) -> bool:
        start = self._tree.size
        count = min(RANGE - start % RANGE, block.tree_size - start)
        stored = self._tree.stored(count)
        leaves: list[bytes] | None = self._vouched_leaves(start, count, block.height)
        if leaves is None:
            rows = self._ranges.sealed_range(start, start + count)
            if [row[20] for row in rows] != list(range(start, start + count)):
                raise Doubtful
            leaves = self._entries.check(rows, stored, block.height)
        if leaves != stored:
            raise Doubtful
        self.check()
        self._tree.add(leaves, stored, _nobody)
        self.report.sealed += count
        return True

    def _vouched_leaves(self, start: int, count: int, height: int) -> list[bytes] | None:
        """The leaf hashes that a helper found at these places; None where no helper vouches for the range."""
        number = start // RANGE
        if number != self._number:
            self._number, self._vouched = number, self._helpers(number)
            if self._vouched is not None and not self._follow(self._vouched):
                raise Doubtful
        if self._vouched is None:
            return None
        first, leaves = self._vouched.leaves.get(height, (-1, b""))
        if (first, len(leaves)) != (start, count * HASH_SIZE):
            raise Doubtful
        self._entries.last_id = self._vouched.last_id
        return [leaves[at : at + HASH_SIZE] for at in range(0, len(leaves), HASH_SIZE)]

    def _follow(self, vouched: Vouched) -> bool:
        return vouched.first_id > self._entries.last_id and self._entries.follow(vouched.first, vouched.newest)


def _nobody(index: int) -> Blame:
    raise AssertionError("leaves and tiles agree")
