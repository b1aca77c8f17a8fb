"""Block rows and the genesis row: read as they stand, put right where one column explains the stored hash.

An audit that went on with a damaged height or tree size would blame everything behind it. So a row that does not hash
to what is stored is tried with what its place, its neighbour, its own checkpoint and every difficulty would make of it.
Spec: docs/specs/ledger.md §3, §4.
"""

from collections.abc import Iterator

from ledger.core.audit_leaf import BadRow
from ledger.core.audit_rows import BLOCK, GENESIS, BlockRow, GenesisRow, Report, is_hash
from ledger.core.checkpoints import parse_checkpoint
from ledger.core.fields import ZERO_HASH
from ledger.core.headers import MAX_BITS, MIN_BITS, Header, block_hash, encode_header, meets_target
from ledger.core.merkle import leaf_hash
from ledger.core.notes import Vkey, format_vkey, parse_note
from ledger.core.records import genesis_leaf_data

_ALL_BITS = range(MIN_BITS, MAX_BITS + 1)


def row_header(row: BlockRow, origin: str) -> Header:
    """One of BadRow where the columns hold no header."""
    return Header(origin, row.height, row.previous, row.tree_size, row.root, row.time_ms, row.bits, row.nonce)


def settle_header(row: BlockRow, origin: str, before: BlockRow | None, report: Report) -> BlockRow | None:
    """The row as it must have been; None where its columns hold no header at all. Reports what is not so."""
    header_hash = _hash(row, origin)
    if header_hash is not None and header_hash == row.hash:
        return row
    for column, value in _candidates(row, before) if is_hash(row.hash) else ():
        if _hash(mended := row._replace(**{column: value}), origin) == row.hash:  # type: ignore[arg-type]
            report.add(
                "block_changed", BLOCK, row.height, column, height=row.height, expected=value, got=row[_at(column)]
            )
            return mended
    if header_hash is not None and (meets_target(header_hash, row.bits) or not is_hash(row.hash)):
        report.add("block_changed", BLOCK, row.height, "hash", height=row.height, expected=header_hash, got=row.hash)
        return row._replace(hash=header_hash)
    report.add("block_changed", BLOCK, row.height, height=row.height, expected=row.hash, got=header_hash or "no header")
    return row if header_hash is not None else None


def settle_genesis(row: GenesisRow, stored: bytes | None, vkey: Vkey | None, report: Report) -> GenesisRow:
    """The same for the one row of the genesis, against the tree's first leaf."""
    if row.id != 0:
        report.add("genesis_changed", GENESIS, row.id, "id", leaf_index=0, expected=0, got=row.id)
    if genesis_leaf(row) == stored:
        return row
    if stored is None:
        return _usable(row)
    likely = [("origin", vkey.name), ("key", format_vkey(vkey))] if vkey else []
    for column, value in [*likely, *(("min_bits", bits) for bits in _ALL_BITS)]:
        if genesis_leaf(mended := row._replace(**{column: value})) == stored:  # type: ignore[arg-type]
            got = getattr(row, column)
            report.add("genesis_changed", GENESIS, row.id, column, leaf_index=0, expected=value, got=got)
            return mended
    return _usable(row)


def genesis_leaf(row: GenesisRow) -> bytes:
    """The hash of leaf 0; zeros, which no leaf has, where the columns hold none."""
    try:
        return leaf_hash(genesis_leaf_data(row.origin, row.created_ms, row.min_bits, row.key))
    except BadRow:
        return ZERO_HASH


def _usable(row: GenesisRow) -> GenesisRow:
    """With something to compare blocks with, whatever it holds; that it is damaged, the tree's first leaf tells."""
    is_name = isinstance(row.origin, str) and row.origin != "" and row.origin.isprintable()
    bits = row.min_bits if isinstance(row.min_bits, int) else MIN_BITS
    return row._replace(origin=row.origin if is_name else "?", min_bits=bits)


def _candidates(row: BlockRow, before: BlockRow | None) -> Iterator[tuple[str, object]]:
    yield "height", before.height + 1 if before else 0
    yield "previous", before.hash if before else ZERO_HASH
    for bits in _ALL_BITS:
        yield "bits", bits
    try:
        checkpoint = parse_checkpoint(parse_note(row.checkpoint or "").body)
    except BadRow:
        return
    yield "tree_size", checkpoint.size
    yield "root", checkpoint.root


def _hash(row: BlockRow, origin: str) -> bytes | None:
    try:
        return block_hash(encode_header(row_header(row, origin)))
    except BadRow:
        return None


def _at(column: str) -> int:
    return BlockRow._fields.index(column)
