"""Every column of every row of a small chain, changed in every way that a database could hold."""

from collections.abc import Iterator
from typing import Any

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
CHAIN = small_chain()
COLUMNS = [(table, column) for table, (_, row) in TABLES.items() for column in row._fields]


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
