"""Everything the core refuses is one of these; `code` is stable, the text is for people.

A format error means that somebody else's bytes are not what the spec says. It is never a defect of this program: broken
invariants assert.
"""


class LedgerFormatError(ValueError):
    """Bytes, text or values that the formats of version 1 do not allow."""

    code = "bad_format"

    def __init__(self, detail: str, field: str | None = None) -> None:
        super().__init__(f"{field}: {detail}" if field else detail)
        self.field = field
        """The part that is wrong, by its name in the spec, where one part is."""


class CanonicalError(LedgerFormatError):
    """JSON, hex, base64 or a decimal that has another, canonical, spelling, or none."""

    code = "not_canonical"


class BodyError(LedgerFormatError):
    """A body without exactly the keys of its kind."""

    code = "bad_body"


class RecordFormatError(LedgerFormatError):
    """A statement or record with a wrong key, length or range."""

    code = "bad_record"


class HeaderError(LedgerFormatError):
    """A block header that is malformed or does not follow the one before it."""

    code = "bad_header"


class NoteError(LedgerFormatError):
    """A signed note, vkey or cosignature that is malformed or carries no good signature."""

    code = "bad_note"


class CheckpointError(LedgerFormatError):
    """A note body that is not origin, size and root."""

    code = "bad_checkpoint"


class ReceiptError(LedgerFormatError):
    """A file that is not a tlog-proof, or whose extra data are not a receipt's."""

    code = "bad_receipt"


class TileError(LedgerFormatError):
    """A tile that is absent, too short, or named by a path that is not canonical."""

    code = "bad_tile"


class ProofError(LedgerFormatError):
    """A proof that does not lead to the root."""

    code = "bad_proof"
