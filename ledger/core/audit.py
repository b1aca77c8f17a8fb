"""The full audit: rows in, findings out. Constant memory for each room, however long the log is.

    report = audit(source, trust)            report.valid, report.findings

One pass in the log's order. Block by block: its lead (the genesis, or the header of the block before), then its
messages, each recomputed from its columns and compared with the stored tiles; the root must be the header's, the header
the checkpoint's, the newest checkpoint the signed state's. Then the pending tail, then each room's head.

    audit_entries  messages: leaf, link, body, signature      audit_tree  roots and tiles
    audit_blocks   headers, checkpoints, signed state         audit_leaf  one row's leaf hash; which column is wrong

What it costs for each message is three hashes (record, leaf, body) and one for the tree. Leaves, bodies and links of a
range need only that range and each room's newest entry before it, so that `audit_shared` gives ranges to helpers, and
an audit can go on from where an earlier one stood (`audit_state`): its source then begins with that block.
Spec: docs/specs/ledger.md §8.
"""

from collections.abc import Callable

from ledger.core.audit_blocks import Blocks
from ledger.core.audit_entries import Entries
from ledger.core.audit_headers import genesis_leaf, settle_genesis
from ledger.core.audit_leaf import BadRow
from ledger.core.audit_rows import (
    BLOCK,
    GENESIS,
    MESSAGE,
    AuditState,
    BlockRow,
    GenesisRow,
    MessageRow,
    Report,
    Row,
    Source,
    Trust,
)
from ledger.core.audit_sealed import CHUNK, Sealed, batched
from ledger.core.audit_tree import Blame, Frontier, Tree
from ledger.core.fields import ZERO_HASH
from ledger.core.merkle import leaf_hash
from ledger.core.notes import Vkey, parse_vkey
from ledger.core.records import BLOCK_KIND

Progress = Callable[[int], None]
"""Called now and then with the messages read so far."""


def audit(
    source: Source, trust: Trust, progress: Progress = lambda done: None, since: AuditState | None = None
) -> Report:
    """Reads everything once; with `since`, everything from its block on."""
    run = Audit(source, trust, progress, since)
    rows = (BlockRow(*row) for row in source.blocks())
    if since is not None and not run.continues(since, next(rows, None)):
        return run.report
    for row in rows:
        run.block(row)
    run.finish()
    return run.report


class Audit:
    """One audit: every block in order, then `finish`."""

    def __init__(self, source: Source, trust: Trust, progress: Progress, since: AuditState | None = None) -> None:
        self.report = report = Report()
        self._source = source
        self._progress = progress
        frontier = Frontier(since.size, since.subtrees) if since else Frontier()
        self._tree = Tree(source.tiles, source.other_tiles, report, frontier)
        self._vkey = _parse_vkey(trust.vkey)
        self._genesis = self._read_genesis()
        self._origin = origin = self._vkey.name if self._vkey else self._genesis.origin
        vkey = self._vkey or _parse_vkey(self._genesis.key)
        rooms, keys = (dict(since.rooms), since.keys) if since else ({}, {})
        self._entries = Entries(origin, trust, report, rooms, keys)
        self._blocks = Blocks(origin, self._genesis.min_bits, vkey, trust, source.cosignatures(), report)
        self._sealed = Sealed(source.sealed(), report)

    def continues(self, since: AuditState, row: BlockRow | None) -> bool:
        """Whether the block that now stands where the earlier audit ended is its block; a finding where it is not."""
        block = since.block
        if row is None or not since.is_continued_by(row) or since.origin != self._origin:
            got = "none" if row is None else row.hash
            self.report.add("audited_block_replaced", BLOCK, block.height, expected=block.hash, got=got)
            return False
        self._blocks.resume(row)
        self._note(row, block.tree_size, block.root)
        return True

    def block(self, row: BlockRow) -> None:
        """One block: its header, its leaves, what the tree is then."""
        before = self._blocks.newest
        block = self._blocks.open(row)
        if block is None:
            return
        whole = block.height == (before.height + 1 if before else 0)
        self._entries.start_block()
        if whole:
            self._add_lead(before, block)
        while self._tree.size < block.tree_size and self._add_messages(block, gaps=not whole):
            self._progress(self.report.sealed)
        root = self._tree.end_block(block.root)
        self._blocks.close(block, self._tree.size, root)
        self._note(block, self._tree.size, root)

    def finish(self) -> None:
        """What no block holds, each room's newest entry, and what only the whole can show."""
        report = self.report
        report.state = self._state()
        self._blocks.finish()
        self._tree.finish()
        for row in self._sealed.rest():
            report.entry("entry_surplus", MessageRow(*row), "leaf_index", expected=f"< {self._tree.size}", got=row[20])
            self._entries.start_block()
            self._entries.check([row], [row[19]], row[21])
        self._entries.start_block()
        for rows in batched(self._source.pending()):
            report.pending += len(rows)
            self._entries.check(rows, [row[19] for row in rows], None)
            self._progress(report.sealed + report.pending)
        self._entries.finish(self._source.heads())
        for row in self._source.reused_client_ids():
            report.entry("client_id_reused", MessageRow(*row), "client_id", got=row[4])

    def _note(self, block: BlockRow, size: int, root: bytes) -> None:
        report = self.report
        report.size, report.root, report.height, report.hash = size, root, block.height, block.hash

    def _state(self) -> AuditState | None:
        """Where a later audit can go on; None where a signature or an erasure of what was read is still to come."""
        block, standing = self._blocks.newest, self._entries.standing()
        if block is None or block.checkpoint is None or standing is None:
            return None
        return AuditState(self._origin, block._replace(checkpoint=None), self._tree.subtrees(), *standing)

    def _read_genesis(self) -> GenesisRow:
        rows = [GenesisRow(*row) for row in self._source.genesis()]
        for row in rows[1:]:
            self.report.add("genesis_surplus", GENESIS, row.id)
        if rows:
            return settle_genesis(rows[0], self._tree.first(), self._vkey, self.report)
        self.report.add("genesis_missing", GENESIS, 0)
        return GenesisRow(0, "", 0, 0, "")

    def _add_lead(self, before: BlockRow | None, block: BlockRow) -> None:
        """The block's first leaf: the genesis for block 0, else the header of the block before."""
        leaf = leaf_hash(bytes((1, BLOCK_KIND)) + before.hash) if before else genesis_leaf(self._genesis)
        table, pk = (BLOCK, before.height) if before else (GENESIS, self._genesis.id)

        def blame(expected: bytes, got: bytes) -> None:
            self.report.add("lead_changed", table, pk, leaf_index=start, expected=expected, got=got)

        start = self._tree.size
        self._tree.add([leaf], self._tree.stored(1), lambda index: blame)

    def _add_messages(self, block: BlockRow, gaps: bool) -> bool:
        """The block's next messages. False where neither a row nor a tile knows of any."""
        start = self._tree.size
        count = min(CHUNK, block.tree_size - start)
        rows, stored = self._sealed.take(start, count), self._tree.stored(count)
        if not rows and not any(stored):
            self.report.add("entries_missing", BLOCK, block.height, leaf_index=start, height=block.height)
            return False
        self.report.sealed += len(rows)
        if len(rows) == count:
            leaves = self._entries.check(rows, stored, block.height)
        else:
            leaves = self._fill(rows, stored, start, block.height, gaps)
        at = {row[20]: row for row in rows} if leaves != stored else {}
        self._tree.add(leaves, stored, lambda index: _blame_row(at[start + index], self.report))
        return True

    def _fill(self, rows: list[Row], stored: list[bytes | None], start: int, height: int, gaps: bool) -> list[bytes]:
        """Leaves where some rows are absent: the tiles stand in for them."""
        present = [row[20] - start for row in rows]
        found = dict(zip(present, self._entries.check(rows, [stored[i] for i in present], height), strict=True))
        if not gaps:
            for index in sorted(set(range(len(stored))) - found.keys()):
                place = {"leaf_index": start + index, "height": height}
                self.report.add("entry_missing", MESSAGE, None, None, **place, expected=stored[index])
        return [found.get(index) or truth or ZERO_HASH for index, truth in enumerate(stored)]


def _blame_row(row: Row, report: Report) -> Blame:
    return lambda expected, got: report.entry("entry_rewritten", MessageRow(*row), expected=expected, got=got)


def _parse_vkey(text: str | None) -> Vkey | None:
    try:
        return parse_vkey(text or "")
    except BadRow:
        return None
