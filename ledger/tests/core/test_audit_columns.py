"""Every column of every row, changed in every way that a database could hold, is found in its row."""

import pytest

from ledger.core.audit import audit
from ledger.core.audit_rows import (
    BLOCK,
    GENESIS,
    HEAD,
    MESSAGE,
    TILE,
    UNCOVERED,
)
from ledger.tests.core.columns import CHAIN, COLUMNS, audit_with, flips, rows, unnoticed, wrong_values


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
