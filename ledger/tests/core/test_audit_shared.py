"""The audit with helpers calls no ledger valid that the other one does not, and says the same of a valid one."""

from collections.abc import Callable
from typing import Any

import pytest

from ledger.core import audit_shared
from ledger.core.audit_ranges import Vouched, vouch
from ledger.core.audit_rows import Report, Row
from ledger.core.audit_shared import Doubtful
from ledger.tests.core.chains import ALICE, BOB, ORIGIN, OTHER_ROOM, ROOM, Chain, Rows, check, small_chain
from ledger.tests.core.columns import COLUMNS, audit_with, chain_with, flips, unnoticed

RANGE = 4


class Ranges(Rows):
    """A chain as ranges, and a helper in the same process."""

    def __init__(self, chain: Chain) -> None:
        super().__init__(chain)
        self.size = chain.blocks[-1].tree_size
        self.vouched = 0

    def sealed_range(self, start: int, end: int) -> list[Row]:
        return [row for row in self.sealed() if isinstance(row[20], int) and start <= row[20] < end]

    def count_sealed(self) -> int:
        return len(list(self.sealed()))

    def help(self, number: int) -> Vouched | None:
        end = min((number + 1) * RANGE, self.size) if isinstance(self.size, int) else 0
        found = vouch(self.sealed_range(number * RANGE, end), ORIGIN)
        self.vouched += found is not None
        return found


@pytest.fixture(autouse=True)
def _small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_shared, "RANGE", RANGE)


def share(chain: Chain, helper: Callable[[Ranges], Any] = lambda source: source.help) -> Report | None:
    source = Ranges(chain)
    try:
        return audit_shared.audit_shared(source, chain.trust(), helper(source), lambda done: None)
    except Doubtful:
        return None


def long_chain() -> Chain:
    """Blocks shorter and longer than a range, after one of everything."""
    chain = small_chain()
    for length in (9, 1, 2, 14, 3):
        for number in range(length):
            chain.say((ROOM, OTHER_ROOM)[number % 2], (ALICE, BOB)[number % 3 % 2], f"{length}/{number}")
        chain.seal()
    chain.say(ROOM, ALICE, "pending")
    return chain


LONG = long_chain()


def test_both_report_the_same_of_a_valid_chain() -> None:
    for chain in (small_chain(), LONG):
        assert share(chain) == share(chain, lambda source: lambda number: None) == check(chain)
    source = Ranges(LONG)
    audit_shared.audit_shared(source, LONG.trust(), source.help, lambda done: None)
    assert source.vouched >= 8


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_changed_column_is_doubted(table: str, column: str) -> None:
    for place, row, changed in flips(table, column):
        alone, shared = audit_with(table, place, changed), share(chain_with(table, place, changed))
        if shared is None:
            assert not alone.valid or unnoticed(table, column, row, changed), (row, changed)
        else:
            assert shared == alone
            assert alone.valid


@pytest.mark.parametrize(
    "column", ["id", "room", "body", "salt", "room_seq", "previous", "received_ms", "hash", "block"]
)
def test_a_row_changed_in_a_range_that_a_helper_reads_is_doubted(column: str) -> None:
    (place, row) = next((n, row) for n, row in enumerate(LONG.messages) if row.body == '{"text":"14/5"}')
    other = LONG.messages[1]
    chain = changed(place, row._replace(**{column: getattr(other, column)}))
    assert (share(chain), check(chain).valid) == (None, False)


def test_rows_that_come_go_or_trade_places_are_doubted() -> None:
    for place, row in enumerate(LONG.messages):
        fewer = changed(place, None)
        assert (share(fewer), check(fewer).valid) == (None, False)
        if row.leaf_index is not None:
            again = row._replace(id=row.id + 1, client_id="f" * 32, leaf_index=-1)
            more = changed(place, row)
            more.messages.append(again)
            assert (share(more), check(more).valid) == (None, False)
    for leaf_index in (0, 5, 10_000, "x"):
        more = changed(0, LONG.messages[0])
        more.messages.append(LONG.messages[3]._replace(id=7, leaf_index=leaf_index, client_id="f" * 32))  # type: ignore[arg-type]
        assert (share(more), check(more).valid) == (None, False)


def test_a_helper_that_vouches_for_another_range_is_not_believed() -> None:
    assert share(LONG, lambda source: lambda number: source.help(number + 1)) is None


def test_nothing_is_vouched_for_that_depends_on_more_than_the_range() -> None:
    chain = small_chain()
    kinds = {row.kind: row for row in chain.messages}
    assert vouch(chain.messages[:2], ORIGIN) is not None
    signed = next(row for row in chain.messages if row.device)
    erased = next(row for row in chain.messages if row.body is None and row.body_commitment)
    for row in (kinds["key.add"], kinds["erase"], signed, erased):
        assert vouch([row], ORIGIN) is None
    assert vouch([], ORIGIN) is None


def changed(place: int, row: Any) -> Chain:
    """The long chain with one message in another's place, or without it."""
    chain = Chain.__new__(Chain)
    rest = LONG.messages[place + 1 :]
    chain.__dict__ = LONG.__dict__ | {"messages": [*LONG.messages[:place], *([row] if row else []), *rest]}
    return chain
