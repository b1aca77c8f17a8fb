"""Author signatures: by a key that its author had added, and not revoked, when the entry was recorded.

Key entries are followed in the log's order, so "when" is the place in the log and not a clock. The state is one row for
each key. Whether a signature is good, and that small-order keys are refused, is the callable's affair.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ledger.core.audit_leaf import BadRow, row_record
from ledger.core.audit_rows import Device, MessageRow, Report
from ledger.core.canonical import parse_base64, parse_canonical, parse_hex
from ledger.core.records import device_id, statement_signing_input

KEY_KINDS = frozenset({"key.add", "key.revoke"})
NOBODY = "0" * 32
"""The system's author id, and the room of entries that belong to none."""


@dataclass(slots=True)
class _Key:
    public: bytes
    revoked: bool = False


class Keys:
    """The devices of all authors, as far as the log has been read."""

    def __init__(
        self,
        origin: str,
        verify: Callable[[bytes, bytes, bytes], bool],
        report: Report,
        known: Mapping[tuple[str, bytes], Device],
    ) -> None:
        self._origin = origin
        self._verify = verify
        self._report = report
        self._keys = {device: _Key(*key) for device, key in known.items()}

    def known(self) -> dict[tuple[str, bytes], Device]:
        """All keys by author and device, as they are now."""
        return {device: (key.public, key.revoked) for device, key in self._keys.items()}

    def check(self, row: MessageRow) -> None:
        """The row's signature, then what the row says about keys."""
        if row.device is not None:
            self._check_signature(row)
        if (row.kind in KEY_KINDS) != (row.room == NOBODY):
            self._report.entry("room_wrong", row, "room", expected=NOBODY if row.kind in KEY_KINDS else "a room")
        if row.kind in KEY_KINDS:
            self._follow(row)

    def _check_signature(self, row: MessageRow) -> None:
        key = self._keys.get((row.author, row.device or b""))
        if key is None:
            self._report.entry("device_unknown", row, "device", got=row.device)
        elif key.revoked:
            self._report.entry("device_revoked", row, "device", got=row.device)
        else:
            try:
                message = statement_signing_input(row_record(row, self._origin).statement)
                good = self._verify(key.public, message, row.signature or b"")
            except BadRow:
                good = False
            if not good:
                self._report.entry("signature_bad", row, "signature", got=row.signature)

    def _follow(self, row: MessageRow) -> None:
        try:
            body = parse_canonical((row.body or "").encode())
            assert isinstance(body, dict)
            if row.kind == "key.add":
                public = parse_base64(body["public"], 32)
                self._keys[row.author, device_id(public)] = _Key(public)
            else:
                key = self._keys.get((row.author, parse_hex(body["device"], 32)))
                if key is not None:
                    key.revoked = True
        except (*BadRow, AssertionError):
            return  # the body is a finding of its own; a key that cannot be read is unknown to what it signed
