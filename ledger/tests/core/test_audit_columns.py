"""Every column of every row, changed in every way that a database could hold, is found in its row."""

from collections.abc import Iterator
from typing import Any

import pytest

from ledger.core.audit import audit
from ledger.core.audit_rows import (
    BLOCK,
    COSIGNATURE,
    GENESIS,
    HEAD,
    MESSAGE,
    TILE,
    UNCOVERED,
    BlockRow,
    CosignatureRow,
    GenesisRow,
    HeadRow,
    MessageRow,
    Report,
    TileRow,
)
from ledger.tests.core.chains import Chain, small_chain

TABLES: dict[str, tuple[str, Any]] = {
    GENESIS: ("genesis", GenesisRow),
    BLOCK: ("blocks", BlockRow),
    MESSAGE: ("messages", MessageRow),
    TILE: ("tiles", TileRow),
    HEAD: ("heads", HeadRow),
    COSIGNATURE: ("cosignatures", CosignatureRow),
}
COLUMNS = [(table, column) for table, (_, row) in TABLES.items() for column in row._fields]
CHAIN = small_chain()


def wrong_values(value: Any) -> Iterator[Any]:
    """Values that the column does not have: near, far, of another size, of another type."""
    if isinstance(value, int):
        yield from (value + 1, value - 1, value + 1_000, -1, 2**62, str(value) + "x")
    elif isinstance(value, bytes):
        yield from (bytes((value[0] ^ 1,)) + value[1:], value[:-1] + bytes((value[-1] ^ 128,)))
        yield from (value[:-1], value + b"\0", b"", value.hex())
    elif isinstance(value, str):
        yield from (value[:-1] + ("0" if value[-1] != "0" else "1"), value.upper(), value + " ", value[1:], "")
    else:
        yield from (1, b"\1" * 32, "x", b"")
    yield from (None, 1.5)


def rows(table: str) -> dict[Any, Any]:
    held = getattr(CHAIN, TABLES[table][0])
    return held if isinstance(held, dict) else dict(enumerate(held))


def chain_with(table: str, place: Any, row: Any) -> Chain:
    """The chain with one row in another's place."""
    name = TABLES[table][0]
    chain = Chain.__new__(Chain)
    chain.__dict__ = CHAIN.__dict__ | {name: rows(table) | {place: row}}
    if not isinstance(getattr(CHAIN, name), dict):
        chain.__dict__[name] = list(chain.__dict__[name].values())
    return chain


def audit_with(table: str, place: Any, row: Any) -> Report:
    chain = chain_with(table, place, row)
    return audit(chain.source(), chain.trust())


def flips(table: str, column: str) -> Iterator[tuple[Any, Any, Any]]:
    for place, row in rows(table).items():
        before = getattr(row, column)
        for value in wrong_values(before):
            if (type(value), value) != (type(before), before):
                yield place, row, row._replace(**{column: value})


def unnoticed(table: str, column: str, row: Any, changed: Any) -> bool:
    """What `UNCOVERED` says can go unnoticed, and no more."""
    if (table, column) not in UNCOVERED:
        return False
    if table == MESSAGE:
        return isinstance(changed.id, int) and changed.id >> 20 == row.received_ms
    if table == BLOCK:
        return changed.checkpoint is None and row.height == CHAIN.blocks[-1].height
    return True


def test_the_chain_is_valid_as_it_stands() -> None:
    assert audit(CHAIN.source(), CHAIN.trust()).findings == []


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_changed_column_is_found_in_its_row(table: str, column: str) -> None:
    for place, row, changed in flips(table, column):
        if unnoticed(table, column, row, changed):
            continue
        report = audit_with(table, place, changed)
        found = {finding.pk for finding in report.findings if finding.table == table}
        assert found & {row[0], changed[0], str(changed[0])}, (row, getattr(changed, column), report.findings)


@pytest.mark.parametrize(("table", "column"), UNCOVERED)
def test_the_list_of_uncovered_columns_holds_nothing_that_is_covered(table: str, column: str) -> None:
    passed = [
        audit_with(table, place, changed).valid
        for place, row, changed in flips(table, column)
        if unnoticed(table, column, row, changed)
    ]
    assert any(passed)


NAMED = [
    *((GENESIS, column) for column in ("id", "origin", "min_bits", "key")),
    *((BLOCK, column) for column in ("hash", "previous", "tree_size", "root", "bits", "checkpoint")),
    *((MESSAGE, column) for column in ("kind", "room_seq", "previous", "received_ms", "body", "body_commitment")),
    *((MESSAGE, column) for column in ("hash", "block", "room")),
    *((TILE, column) for column in ("id", "hashes")),
    *((HEAD, column) for column in ("seq", "hash", "received_ms", "last_id")),
]


@pytest.mark.parametrize(("table", "column"), NAMED)
def test_a_column_that_its_neighbours_know_is_named_with_what_it_was(table: str, column: str) -> None:
    """In a sealed entry that is not its room's first, so that there are neighbours."""
    place = {MESSAGE: 3, BLOCK: 2}.get(table, next(iter(rows(table))))
    row = rows(table)[place]
    value = next(wrong_values(getattr(row, column))) if column != "kind" else "edit"
    report = audit_with(table, place, row._replace(**{column: value}))
    assert (report.findings[0].table, report.findings[0].column) == (table, column)


@pytest.mark.parametrize(
    "column", ["kind", "author", "client_id", "sent_ms", "room_seq", "previous", "received_ms", "room", "hash", "id"]
)
def test_one_fault_is_one_finding(column: str) -> None:
    """A damaged column is put right in memory, so that what follows is not blamed for it."""
    row = rows(MESSAGE)[5]
    value = "edit" if column == "kind" else 1 if column == "id" else next(wrong_values(getattr(row, column)))
    changed = row._replace(**{column: value})
    (finding,) = audit_with(MESSAGE, 5, changed).findings
    assert (finding.table, finding.pk) == (MESSAGE, changed.id)
    assert (finding.leaf_index, finding.height) == (row.leaf_index, row.block)
