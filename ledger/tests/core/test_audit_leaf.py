"""Both ways to a row's leaf hash give the vectors'."""

from contextlib import suppress
from typing import Any

import pytest

from ledger.core.audit_leaf import BadRow, exact_leaf, log_json, row_leaf
from ledger.core.audit_rows import MessageRow
from ledger.core.records import parse_record
from ledger.tests.core.golden import MESSAGES, ORIGIN


def golden_row(message: dict[str, Any]) -> MessageRow:
    record = parse_record(message["record"])
    said = record.statement
    return MessageRow(
        id=record.received_ms << 20,
        kind=said.kind,
        room=said.room.hex,
        author=said.author.hex,
        client_id=said.client_id.hex,
        ref=said.ref,
        body=message["body_jcs"],
        salt=bytes.fromhex(message["salt"]) if message["salt"] else None,
        body_commitment=said.body,
        sent_ms=said.sent_ms,
        seen_seq=said.seen.seq if said.seen else None,
        seen_hash=said.seen.hash if said.seen else None,
        checkpoint_size=said.checkpoint.size if said.checkpoint else None,
        checkpoint_root=said.checkpoint.root if said.checkpoint else None,
        device=said.device,
        signature=record.signature,
        room_seq=record.room_seq,
        previous=record.previous,
        received_ms=record.received_ms,
        hash=bytes.fromhex(message["leaf_hash"]),
        leaf_index=None,
        block=None,
    )


@pytest.mark.parametrize("message", MESSAGES)
def test_both_ways_give_the_leaf_hash_of_the_vectors(message: dict[str, Any]) -> None:
    row = golden_row(message)
    assert row_leaf(row, log_json(ORIGIN)) == exact_leaf(row, ORIGIN) == row.hash


@pytest.mark.parametrize("origin", ["other.example/ledger", 'a"b', "é"])
def test_another_logs_name_gives_another_hash_the_same_both_ways(origin: str) -> None:
    row = golden_row(MESSAGES[-1])
    assert row_leaf(row, log_json(origin)) == exact_leaf(row, origin) != row.hash


HASHED = MessageRow._fields[1:6] + MessageRow._fields[8:19]


@pytest.mark.parametrize("column", HASHED)
def test_no_json_slips_in_through_a_column(column: str) -> None:
    """A value that carries JSON of its own is refused; the fast way may also give another hash."""
    values = golden_row(MESSAGES[-1])._asdict() | {column: '","kind":"post'}
    changed = MessageRow(**values)
    with suppress(*BadRow):
        assert row_leaf(changed, log_json(ORIGIN)) != changed.hash
    with pytest.raises(BadRow):
        exact_leaf(changed, ORIGIN)
