"""Ranges of leaves that can be checked apart from each other, by several processes.

A helper checks the messages of one range as if the log began there, and vouches for it only where there is nothing to
say: every row sound, each following the one before it in its room. What ties ranges together (each room's first entry
to the newest one before the range, the leaves to the tree) remains for whoever reads them in order. Ranges with rare
entries (keys, signatures, erasures) are not vouched for: what they mean depends on all that came before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from ledger.core.audit_entries import RARE, Entries
from ledger.core.audit_keys import NOBODY
from ledger.core.audit_leaf import BadRow
from ledger.core.audit_rows import Report, RoomTip, Row, Trust

RANGE = 4_096
"""Leaves; range n holds those from n · RANGE on."""

_BLOCK = itemgetter(21)


@dataclass(frozen=True, slots=True)
class Vouched:
    """The messages of a range, all of them sound."""

    leaves: dict[int, tuple[int, bytes]]
    """Block → index of its first message in the range, and the leaf hashes from there on, joined."""
    first: dict[str, RoomTip]
    """Room → its first entry, with the hash of the entry before it."""
    newest: dict[str, RoomTip]
    """Room → its newest entry, with its own hash."""
    first_id: int
    last_id: int


def vouch(rows: Sequence[Row], origin: str) -> Vouched | None:
    """`rows` are a range's messages by leaf index. None where they are not all sound and common."""
    try:
        return _vouch(rows, origin)
    except BadRow:
        return None


def _vouch(rows: Sequence[Row], origin: str) -> Vouched | None:
    first: dict[str, RoomTip] = {}
    for row in rows:
        room = row[2]
        if row[1] in RARE or row[14] is not None or room == NOBODY or (row[6] is None is not row[8]):
            return None
        if room not in first:
            first[room] = row[16], row[17], row[18], row[0]
    before = {room: (seq - 1, previous, 0, -1) for room, (seq, previous, _, _) in first.items()}
    report = Report()
    entries = Entries(origin, Trust(None, None, _no_signatures), report, before)
    leaves = {}
    for block, group in groupby(rows, _BLOCK):
        run = list(group)
        start = run[0][20]
        if block in leaves or [row[20] for row in run] != list(range(start, start + len(run))):
            return None
        entries.start_block()
        leaves[block] = start, b"".join(entries.check(run, [row[19] for row in run], block))
    if report.found or not rows:
        return None
    return Vouched(leaves, first, before, rows[0][0], rows[-1][0])


def _no_signatures(public: bytes, message: bytes, signature: bytes) -> bool:
    return False
