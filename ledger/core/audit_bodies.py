"""Bodies that must open their commitments, and the erasures that excuse those that are gone.

An `erase` names one entry of its room, recorded before it. Whether its author might erase that is not known here. Only
missing bodies are remembered until their erasure comes, nothing of the others. Spec: docs/specs/ledger.md §7.
"""

import hashlib

import orjson

from ledger.core.audit_leaf import BadRow
from ledger.core.audit_rows import MessageRow, Report, Row
from ledger.core.bodies import BODY_PREFIX, SALT_SIZE, check_body
from ledger.core.canonical import parse_canonical


def opens(row: Row) -> bool:
    """Whether the body is one of its kind, canonical, and opens the commitment. False for a missing one."""
    kind, body, salt = row[1], row[6], row[7]
    try:
        data = body.encode()
        if len(salt) != SALT_SIZE or hashlib.sha256(BODY_PREFIX + salt + data).digest() != row[8]:
            return False
        value = orjson.loads(data)
        if kind == "post" and len(value) == 1 and type(value["text"]) is str:
            return bool(orjson.dumps(value) == data)  # by far the most common, and the same as below
        check_body(kind, parse_canonical(data))
    except BadRow:
        return False
    return True


class Bodies:
    """The missing bodies of one audit."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._missing: dict[bytes, MessageRow] = {}

    def check(self, row: MessageRow) -> None:
        """A row whose body `opens` does not accept."""
        if row.body_commitment is None:
            for column in ("body", "salt"):
                if getattr(row, column) is not None:
                    self._report.entry("body_surplus", row, column, expected=None, got=getattr(row, column))
        elif row.body is None and row.salt is None:
            self._missing[row.hash] = row
        else:
            self._explain(row)

    def erase(self, row: MessageRow) -> None:
        """An `erase` entry excuses what it names."""
        missing = None if row.ref is None else self._missing.get(row.ref)
        if missing is not None and missing.room == row.room:
            del self._missing[missing.hash]

    @property
    def all_excused(self) -> bool:
        """Whether every missing body has been named so far."""
        return not self._missing

    def finish(self) -> None:
        for row in self._missing.values():
            self._report.entry("body_missing", row, "body", expected=row.body_commitment, got=None)

    def _explain(self, row: MessageRow) -> None:
        column = "salt" if row.salt is None else "body"
        try:
            if len(row.salt or b"") != SALT_SIZE:
                column = "salt"
            check_body(row.kind, parse_canonical((row.body or "").encode()))
            got: object = hashlib.sha256(BODY_PREFIX + (row.salt or b"") + (row.body or "").encode()).digest()
        except BadRow as error:
            got = str(error)
        self._report.entry("body_changed", row, column, expected=row.body_commitment, got=got)
