"""The newest block, before another follows it: the one that was mined, and signed.

A crash between a block's commit and its signature leaves one without a checkpoint, and whoever mines next signs it. The
same could have been put there by an intruder with the database: a block that nobody mined, over leaves that nobody
recorded. Signed for, it would make every honest copy of the database one that is behind. So it is checked as if it were
drafted anew: link, work, each message, each tile, the root. Spec: docs/specs/ledger.md §3–5.
"""

from ledger.blocks.pending import read_placed
from ledger.blocks.signing import sign_block
from ledger.core.audit_leaf import BadRow
from ledger.core.checkpoints import Checkpoint, format_checkpoint
from ledger.core.errors import LedgerFormatError
from ledger.core.headers import Header, block_hash, check_link, encode_header, meets_target
from ledger.core.merkle import append_leaves, edge_tiles_needed, leaf_hash, root_from_tiles
from ledger.core.notes import open_note, parse_note
from ledger.core.records import block_leaf_data
from ledger.errors import CorruptLedger
from ledger.keys import LogKey, verify
from ledger.models import Block, Genesis
from ledger.tiles import read_tiles


def settle_tip(genesis: Genesis, tip: Block, key: LogKey) -> Header:
    """The tip's header. Signs the tip where a crash came first; CorruptLedger for one that was not mined and signed."""
    header = _mined_header(genesis, tip)
    if tip.checkpoint is None:
        _check_unsigned(genesis, tip, header, key)
        sign_block(tip, key)
    else:
        _check_signed(genesis, tip, key)
    return header


def _mined_header(genesis: Genesis, block: Block) -> Header:
    try:
        header = block.header(genesis.origin)
        digest = block_hash(encode_header(header))
        intact = digest == block.hash and meets_target(digest, header.bits)
    except BadRow:
        intact = False
    if not intact:
        raise CorruptLedger(f"Block {block.height} is not the one that was mined. {_REMEDY}")
    return header


def _check_signed(genesis: Genesis, block: Block, key: LogKey) -> None:
    """Its checkpoint is the log's own: who has only the database can write none."""
    body = format_checkpoint(Checkpoint(genesis.origin, block.tree_size, bytes(block.root)))
    try:
        note = parse_note(block.checkpoint or "")
        open_note(note, [key.vkey], verify)
        intact = note.body == body
    except LedgerFormatError:
        intact = False
    if not intact:
        raise CorruptLedger(f"Block {block.height} does not carry the log's own signature. {_REMEDY}")


def _check_unsigned(genesis: Genesis, tip: Block, header: Header, key: LogKey) -> None:
    """It follows a signed block and seals what was recorded, no more and no less."""
    previous = _signed_header_before(genesis, tip, key)
    size = previous.tree_size if previous else 0
    try:
        check_link(previous, header, genesis.min_bits)
        leaf_hashes = [_lead(genesis, previous), *read_placed(genesis.origin, tip.height, size + 1, tip.tree_size)]
        edge = read_tiles(edge_tiles_needed(size))
        grown = append_leaves(size, edge, leaf_hashes)
        stored = read_tiles(grown)  # they may have grown on, where another miner signed it meanwhile
        intact = (
            (previous is None or root_from_tiles(size, edge) == previous.root)
            and root_from_tiles(tip.tree_size, {**edge, **grown}) == tip.root
            and all(stored.get(tile, b"").startswith(hashes) for tile, hashes in grown.items())
        )
    except LedgerFormatError as error:
        raise CorruptLedger(f"Block {tip.height} does not follow the one before it: {error}. {_REMEDY}") from error
    if not intact:
        raise CorruptLedger(f"Block {tip.height} does not hold what was recorded. {_REMEDY}")


def _signed_header_before(genesis: Genesis, tip: Block, key: LogKey) -> Header | None:
    """None before block 0."""
    if tip.height == 0:
        return None
    before = Block.objects.filter(height=tip.height - 1).first()
    if before is None:
        raise CorruptLedger(f"Block {tip.height - 1} is missing. {_REMEDY}")
    header = _mined_header(genesis, before)
    _check_signed(genesis, before, key)
    return header


def _lead(genesis: Genesis, previous: Header | None) -> bytes:
    """The hash of a block's first leaf."""
    return leaf_hash(genesis.leaf_data() if previous is None else block_leaf_data(encode_header(previous)))


_REMEDY = "Nothing was sealed or signed; run verify_chain, and put back a copy of the database."
