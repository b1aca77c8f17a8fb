"""Blocks: each against the one before it, the tree, the work, the log's key, its witnesses and the signed state.

Spec: docs/specs/ledger.md §4, §5, §8.
"""

from collections.abc import Iterable, Iterator

from ledger.core.audit_headers import settle_header
from ledger.core.audit_leaf import BadRow
from ledger.core.audit_rows import BLOCK, COSIGNATURE, SIGNED_STATE, BlockRow, CosignatureRow, Report, Row, Trust
from ledger.core.checkpoints import Checkpoint, format_checkpoint
from ledger.core.cosignatures import cosignature_message
from ledger.core.errors import NoteError
from ledger.core.fields import ZERO_HASH
from ledger.core.headers import meets_target
from ledger.core.notes import WITNESS_KEY_TYPE, Vkey, open_note, parse_note, parse_vkey


class Blocks:
    """The chain of one audit: `open` before a block's leaves are read, `close` after."""

    def __init__(
        self, origin: str, min_bits: int, vkey: Vkey | None, trust: Trust, cosignatures: Iterator[Row], report: Report
    ) -> None:
        self.newest: BlockRow | None = None
        self._origin = origin
        self._min_bits = min_bits
        self._vkey = vkey
        self._trust = trust
        self._cosignatures = map(CosignatureRow._make, cosignatures)
        self._cosignature = next(self._cosignatures, None)
        self._report = report
        self._signed_seen = False
        self._any_signed = False

    def resume(self, block: BlockRow) -> None:
        """Goes on behind a block that was audited before; its cosignatures, which may have come since, are read."""
        self._accept(block)

    def open(self, row: BlockRow) -> BlockRow | None:
        """The block as it must have been mined; None for a row that is no block of this chain."""
        before = self.newest
        block = settle_header(row, self._origin, before, self._report)
        if block is None:
            return None
        height, size = (before.height + 1, before.tree_size) if before else (0, 0)
        if block.height < height or block.tree_size <= size:
            self._add("block_size", block, "tree_size", expected=f"> {size}", got=block.tree_size)
            return None
        if block.height > height:
            self._add("block_missing", block, "height", expected=height, got=block.height)
        elif block.previous != (before.hash if before else ZERO_HASH):
            self._add(
                "block_link", block, "previous", expected=before.hash if before else ZERO_HASH, got=block.previous
            )
        if before and block.time_ms < before.time_ms:
            self._add("block_clock", block, "time_ms", expected=f">= {before.time_ms}", got=block.time_ms)
        if block.bits < self._min_bits:
            self._add("block_bits", block, "bits", expected=f">= {self._min_bits}", got=block.bits)
        if not meets_target(block.hash, block.bits):
            self._add("block_work", block, "nonce", expected=f"{block.bits} zero bits", got=block.hash)
        return block

    def close(self, block: BlockRow, size: int, root: bytes) -> None:
        """After the block's leaves: `size` and `root` are those of the tree."""
        if block.tree_size != size:
            self._add("block_size", block, "tree_size", expected=size, got=block.tree_size)
        elif block.root != root:
            self._add("block_root", block, "root", expected=root, got=block.root)
        if self.newest and self.newest.checkpoint is None:
            # Only the newest block may still wait for its signature: the next is not mined before it has one.
            self._add("checkpoint_missing", self.newest, "checkpoint")
        self._accept(block)

    def finish(self) -> None:
        """After the last block: nothing that was signed is gone."""
        for row in self._cosigned_until(None):
            self._report.add("cosignature_surplus", COSIGNATURE, row.id, "block", height=row.block)
        signed, size = self._trust.signed, self.newest.tree_size if self.newest else 0
        if signed is None:
            if self._any_signed and not self._trust.signed_elsewhere:
                self._report.add("signed_state_missing", SIGNED_STATE)
        elif size < signed.size:
            self._report.add("behind_signed_state", SIGNED_STATE, height=signed.height, expected=signed.size, got=size)
        elif not self._signed_seen:
            self._report.add("forked", SIGNED_STATE, height=signed.height, expected=signed.root)

    def _accept(self, block: BlockRow) -> None:
        """Its signatures; from here on it is what the next one follows."""
        body = format_checkpoint(Checkpoint(self._origin, block.tree_size, block.root))
        if block.checkpoint is not None:
            self._any_signed = True
            self._check_checkpoint(block, block.checkpoint, body)
        self._check_cosignatures(block, body)
        self._check_signed(block)
        self.newest = block

    def _check_checkpoint(self, block: BlockRow, text: str, body: str) -> None:
        try:
            note = parse_note(text)
            if note.body != body:
                self._add("checkpoint_changed", block, "checkpoint", expected=body, got=note.body)
            elif len(note.signatures) != 1:
                self._add("checkpoint_changed", block, "checkpoint", expected="one signature", got=len(note.signatures))
            else:
                open_note(note, [self._vkey] if self._vkey else [], self._trust.verify)
        except BadRow as error:
            self._add("checkpoint_signature", block, "checkpoint", got=error)

    def _check_cosignatures(self, block: BlockRow, body: str) -> None:
        witnesses: set[str] = set()
        for row in self._cosigned_until(block.height):
            if row.block != block.height:
                self._report.add("cosignature_surplus", COSIGNATURE, row.id, "block", height=row.block)
                continue
            try:
                vkey = parse_vkey(row.vkey)
                if vkey.type != WITNESS_KEY_TYPE:
                    raise NoteError("is no witness's", "vkey")
                if not self._trust.verify(vkey.public, cosignature_message(row.time_s, body), row.signature):
                    raise NoteError("is not good", "signature")
                if row.vkey in witnesses:
                    self._report.add("cosignature_surplus", COSIGNATURE, row.id, "vkey", height=row.block)
                witnesses.add(row.vkey)
            except BadRow as error:
                self._report.add("cosignature_bad", COSIGNATURE, row.id, height=row.block, got=error)

    def _cosigned_until(self, height: int | None) -> Iterable[CosignatureRow]:
        while (row := self._cosignature) is not None:
            if height is not None and isinstance(row.block, int) and row.block > height:
                return
            yield row
            self._cosignature = next(self._cosignatures, None)

    def _check_signed(self, block: BlockRow) -> None:
        signed = self._trust.signed
        if signed is not None and (block.tree_size, block.root, block.height) == tuple(signed):
            self._signed_seen = True

    def _add(self, code: str, block: BlockRow, column: str, **where: object) -> None:
        self._report.add(code, BLOCK, block.height, column, height=block.height, **where)
