"""Messages: each row against its leaf, its body, its author's key and the entry before it in its room.

State is one tuple for each room. Rows come in the log's order, the pending ones last. The hot loop says of a row only
that it is sound; whatever is not, or is rare, is examined a second time, slowly and exactly, where a single damaged
column is put right in memory so that one fault is one finding. Spec: docs/specs/ledger.md §2, §8.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ledger.core.audit_bodies import Bodies, opens
from ledger.core.audit_keys import KEY_KINDS, NOBODY, Keys
from ledger.core.audit_leaf import BadRow, exact_leaf, find_column, log_json, row_leaf
from ledger.core.audit_rows import HEAD, Device, HeadRow, MessageRow, Report, RoomTip, Row, Trust, is_hash
from ledger.core.fields import ZERO_HASH

RARE = KEY_KINDS | {"erase"}
"""Kinds whose meaning depends on other entries than the one before."""


class _Newest(NamedTuple):
    """The newest entry of a room, as far as the log has been read."""

    seq: int
    hash: bytes
    received_ms: int
    id: int


_START = _Newest(0, ZERO_HASH, 0, -1)


class Entries:
    """The rooms of one audit; `rooms` are their newest entries before it begins, and follow what it reads."""

    def __init__(
        self,
        origin: str,
        trust: Trust,
        report: Report,
        rooms: dict[str, RoomTip] | None = None,
        keys: Mapping[tuple[str, bytes], Device] | None = None,
    ) -> None:
        self._origin = origin
        self._log = log_json(origin)
        self._report = report
        self._rooms = {} if rooms is None else rooms
        self._bodies = Bodies(report)
        self._keys = Keys(origin, trust.verify, report, keys or {})
        self.last_id = -1
        """The newest id in the block that is being read."""

    def check(self, rows: Iterable[Row], stored: Sequence[bytes | None], block: int | None) -> list[bytes]:
        """The rows' leaf hashes, a known fault put right. `stored` are the tree's, None where the tile is lost.

        A leaf that differs from `stored` is a row that agrees with itself: the caller finds out which of the two the
        signed root confirms.
        """
        leaves, rooms, log = [], self._rooms, self._log
        last_id = self.last_id
        for row, truth in zip(rows, stored, strict=True):
            row_id, room, received_ms = row[0], row[2], row[18]
            seq, previous, newest_ms, newest_id = rooms.get(room, _START)
            try:
                leaf = row_leaf(row, log)
                sound = (
                    leaf == truth == row[19]
                    and row[16] == seq + 1
                    and row[17] == previous
                    and received_ms >= newest_ms
                    and row_id >> 20 == received_ms
                    and row_id > newest_id
                    and row_id > last_id
                    and row[21] == block
                    and opens(row)
                    and not (row[1] in RARE or row[14] or room == NOBODY)
                )
            except BadRow:
                sound = False
            if sound:
                rooms[room] = row[16], leaf, received_ms, row_id
                last_id = row_id
            else:
                leaf, last_id = self._examine(MessageRow(*row), truth, block, last_id)
            leaves.append(leaf)
        self.last_id = last_id
        return leaves

    def start_block(self) -> None:
        """Ids rise within a block; a slow writer's row may be sealed one block later."""
        self.last_id = -1

    def standing(self) -> tuple[dict[str, RoomTip], dict[tuple[str, bytes], Device]] | None:
        """The rooms' newest entries and all keys; None while a missing body waits for its erasure."""
        return (dict(self._rooms), self._keys.known()) if self._bodies.all_excused else None

    def follow(self, first: dict[str, RoomTip], newest: dict[str, RoomTip]) -> bool:
        """Goes on to the rooms' `newest` entries. False where their `first` ones do not follow what was read before."""
        for room, (seq, previous, received_ms, row_id) in first.items():
            before = _Newest(*self._rooms.get(room, _START))
            if (seq, previous) != (before.seq + 1, before.hash) or received_ms < before.received_ms:
                return False
            if row_id <= before.id:
                return False
        self._rooms.update(newest)
        return True

    def finish(self, heads: Iterable[Row]) -> None:
        """After the last pending row: what is still missing, and the row that stands for each room's newest entry."""
        self._bodies.finish()
        self._report.rooms = len(self._rooms)
        for head in map(HeadRow._make, heads):
            newest = self._rooms.pop(head.room, None)
            if newest is None:
                self._report.add("head_surplus", HEAD, head.room, room=head.room, room_seq=head.seq)
                continue
            for column, expected, got in zip(HeadRow._fields[1:], newest, head[1:], strict=True):
                if got != expected:
                    place = {"room": head.room, "room_seq": newest[0]}
                    self._report.add("head_wrong", HEAD, head.room, column, **place, expected=expected, got=got)
        for room, newest in self._rooms.items():
            self._report.add("head_missing", HEAD, room, room=room, room_seq=newest[0])

    def _examine(self, row: MessageRow, truth: bytes | None, block: int | None, last_id: int) -> tuple[bytes, int]:
        try:
            return self._examine_row(row, truth, block, last_id)
        except BadRow as error:  # a value that cannot even be compared
            self._report.entry("entry_malformed", row, got=str(error))
            return truth or ZERO_HASH, last_id

    def _examine_row(self, row: MessageRow, truth: bytes | None, block: int | None, last_id: int) -> tuple[bytes, int]:
        row = self._settle(row, truth)
        newest = _Newest(*self._rooms.get(row.room, _START))
        self._check_link(row, newest)
        row_id = self._check_id(row, max(newest.id, last_id))
        if row.block != block:
            self._report.entry("block_wrong", row, "block", expected=block, got=row.block)
        if not opens(row):
            self._bodies.check(row)
        if row.kind == "erase":
            self._bodies.erase(row)
        self._keys.check(row)
        self._rooms[row.room] = row.room_seq, row.hash, row.received_ms, row_id
        return row.hash, row_id

    def _settle(self, row: MessageRow, truth: bytes | None) -> MessageRow:
        """Reports a row that is not what the tree or its own hash says, and gives it back as it must have been."""
        try:
            leaf: bytes | None = exact_leaf(row, self._origin)
            got: object = leaf
        except BadRow as error:
            leaf, got = None, error
        if leaf is not None and leaf == row.hash:
            return row  # sound, or rewritten together with its hash: the caller knows from the tree
        if truth is None:  # the tile is lost: nothing but the row says what it was
            truth = row.hash if is_hash(row.hash) else leaf or ZERO_HASH
        if leaf is not None and leaf == truth:
            self._report.entry("entry_changed", row, "hash", expected=leaf, got=row.hash)
            return row._replace(hash=leaf)
        found = find_column(row, self._origin, truth, self._likely(row))
        if found is None:
            self._report.entry("entry_changed", row, expected=truth, got=got)
            return row._replace(hash=truth)
        column, value = found
        self._report.entry("entry_changed", row, column, expected=value, got=getattr(row, column))
        return row._replace(**{column: value}, hash=truth)  # type: ignore[arg-type]

    def _likely(self, row: MessageRow) -> dict[str, object]:
        """What the neighbours ask of a damaged row."""
        newest = self._rooms.get(row.room, _START)
        rooms = [room for room, newest in self._rooms.items() if newest[1] == row.previous]
        return {"room_seq": newest[0] + 1, "previous": newest[1], "room": rooms[0] if rooms else row.room}

    def _check_link(self, row: MessageRow, newest: _Newest) -> None:
        if row.room_seq != newest.seq + 1:
            self._report.entry("room_gap", row, "room_seq", expected=newest.seq + 1, got=row.room_seq)
        elif row.previous != newest.hash:
            self._report.entry("room_link", row, "previous", expected=newest.hash, got=row.previous)
        if not isinstance(row.received_ms, int) or row.received_ms < newest.received_ms:
            self._report.entry("room_clock", row, "received_ms", expected=newest.received_ms, got=row.received_ms)

    def _check_id(self, row: MessageRow, newest_id: int) -> int:
        """The id that the next row's must exceed."""
        if row.id >> 20 != row.received_ms:
            self._report.entry("id_wrong", row, "id", expected=f"{row.received_ms} << 20", got=row.id)
            return newest_id
        if row.id <= newest_id:
            self._report.entry("id_order", row, "id", expected=f"> {newest_id}", got=row.id)
        return row.id
