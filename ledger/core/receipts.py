"""What a receipt carries beside the proof: all that its reader needs to rebuild the leaf and the block.

    extra = JCS({"block": {"header": hex, "height": int}, "body": … | null, "erased": bool, "record": {…},
                 "salt": hex | null})

The reader trusts none of it before having recomputed it: body and salt must open the record's commitment, the record
must hash to the leaf, the header must carry the checkpoint's size and root. Spec: docs/specs/ledger.md §6.
"""

from dataclasses import dataclass

from ledger.core.bodies import SALT_SIZE, check_body
from ledger.core.canonical import encode_canonical, parse_canonical
from ledger.core.errors import ReceiptError
from ledger.core.fields import check_int, parse_bytes, parse_int, parse_object
from ledger.core.headers import HEADER_SIZE
from ledger.core.records import Record, parse_record, record_fields

_KEYS = frozenset({"record", "salt", "body", "block", "erased"})
_BLOCK_KEYS = frozenset({"height", "header"})


@dataclass(frozen=True, slots=True)
class Extra:
    """`body` and `salt` are None together: when the kind has none, or when they were erased. `header` is 152 bytes."""

    record: Record
    salt: bytes | None
    body: object
    height: int
    header: bytes
    erased: bool

    def __post_init__(self) -> None:
        check_int(self.height, "block.height")
        for name, value, size in (("salt", self.salt, SALT_SIZE), ("block.header", self.header, HEADER_SIZE)):
            if value is not None and len(value) != size:
                raise ReceiptError(f"is not {size} bytes", name)
        if self.erased and self.record.statement.body is None:
            raise ReceiptError("is true where there is no body to erase", "erased")
        has_body = self.record.statement.body is not None and not self.erased
        if (self.body is not None) != has_body or (self.salt is not None) != has_body:
            raise ReceiptError("and salt are there unless the kind has none or they were erased", "body")
        if has_body:
            check_body(self.record.statement.kind, self.body)


def encode_extra(extra: Extra) -> bytes:
    """The receipt's `extra`."""
    fields = {
        "record": record_fields(extra.record),
        "salt": None if extra.salt is None else extra.salt.hex(),
        "body": extra.body,
        "block": {"height": extra.height, "header": extra.header.hex()},
        "erased": extra.erased,
    }
    return encode_canonical(fields)


def parse_extra(data: bytes) -> Extra:
    """LedgerFormatError unless encode_extra gives the same bytes again."""
    fields = parse_object(parse_canonical(data), _KEYS, "extra")
    block = parse_object(fields["block"], _BLOCK_KEYS, "block")
    salt, erased = fields["salt"], fields["erased"]
    if type(erased) is not bool:
        raise ReceiptError("is not a boolean", "erased")
    return Extra(
        record=parse_record(fields["record"]),
        salt=None if salt is None else parse_bytes(salt, SALT_SIZE, "salt"),
        body=fields["body"],
        height=parse_int(block["height"], "block.height"),
        header=parse_bytes(block["header"], HEADER_SIZE, "block.header"),
        erased=erased,
    )
