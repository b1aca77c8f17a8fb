"""A cheap look at the newest blocks: whether they are what was mined, signed and last audited.

Five queries for any log. It finds an end that was rewritten or cut off, not a row changed further back: that takes the
full audit.
"""

from django.conf import settings

from ledger.audit.auditing import any_text, read_trust
from ledger.audit.results import AuditResult
from ledger.core.audit_blocks import Blocks
from ledger.core.audit_leaf import BadRow
from ledger.core.audit_rows import BLOCK, GENESIS, SIGNED_STATE, BlockRow, Report, Trust
from ledger.core.errors import TileError
from ledger.core.merkle import edge_tiles_needed, root_from_tiles
from ledger.core.notes import parse_vkey
from ledger.models import Block, Cosignature, Genesis
from ledger.tiles import read_tiles

BLOCKS = 3
"""The newest may wait for its signature, and one be sealed while we read: the one before is the signed state's then."""


def check_tip(audited: AuditResult | None) -> Report:
    """Findings in the newest blocks, and in the newest one of the last audit, if there was one."""
    report = Report()
    try:
        with any_text():
            _check_tip(audited, report)
    except BadRow as error:  # a value that cannot even be compared: the audit of everything says where
        report.add("tip_malformed", BLOCK, got=error)
    return report


def _check_tip(audited: AuditResult | None, report: Report) -> None:
    trust, problem = read_trust()  # first: a block that is sealed while we read is then in the rows, never beyond them
    if problem:
        report.add("key_file", SIGNED_STATE, got=problem)
    genesis = Genesis.objects.first()
    if genesis is None:
        report.add("genesis_missing", GENESIS, 0)
        return
    newest = Block.objects.order_by("-height").values_list(*BlockRow._fields)[: BLOCKS + 1]
    _check_blocks([BlockRow(*row) for row in reversed(newest)], genesis.min_bits, trust, report)
    if audited and audited.height is not None:
        found = Block.objects.filter(height=audited.height).values_list("hash", flat=True).first()
        if found is None or memoryview(found).hex() != audited.hash:
            place = {"height": audited.height, "expected": audited.hash, "got": found}
            report.add("audited_block_changed", BLOCK, audited.height, "hash", **place)


def _check_blocks(rows: list[BlockRow], min_bits: int, trust: Trust, report: Report) -> None:
    vkey = parse_vkey(trust.vkey) if trust.vkey else None
    checked = rows[-BLOCKS:]
    cosigned = Cosignature.objects.filter(block__in=[row.height for row in checked]).order_by("block_id", "id")
    cosignatures = iter(cosigned.values_list("id", "block_id", "vkey", "time_s", "signature"))
    blocks = Blocks(settings.LOG_ORIGIN, min_bits, vkey, trust, cosignatures, report)
    blocks.newest = rows[-BLOCKS - 1] if len(rows) > BLOCKS else None
    tiles = read_tiles({tile for row in checked for tile in edge_tiles_needed(row.tree_size)})
    for row in checked:
        block = blocks.open(row)
        if block is None:
            continue
        try:
            root = root_from_tiles(block.tree_size, tiles)
        except TileError as error:
            report.add("tile_missing", BLOCK, block.height, height=block.height, got=error)
            root = block.root
        blocks.close(block, block.tree_size, root)
    blocks.finish()
