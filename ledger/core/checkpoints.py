"""Checkpoints (C2SP tlog-checkpoint) and receipts (C2SP tlog-proof).

    connect.example/ledger                          origin
    15                                              tree size
    6RmQWBaK0h/nnQW45bjWRyTSzDQJlh3c40+NzSpN20E=    root

    c2sp.org/tlog-proof@v1
    extra <base64>
    index 5
    qlxRI8eBlIgiSkW0+W0oelli2DhByYPdZLSfAFcb2A0=    one line for each hash of the inclusion proof, leaf to root
    <empty line>
    <signed checkpoint>

Only the text is handled here; what `extra` holds is in receipts.py, signatures in notes.py, hashes in proofs.py.
"""

import re
from dataclasses import dataclass

from ledger.core.canonical import MAX_INT, format_base64, parse_base64, parse_decimal
from ledger.core.errors import CanonicalError, CheckpointError, ReceiptError
from ledger.core.fields import HASH_SIZE

MAX_PROOF = 63
MAX_EXTRA_CHARS = 64 * 1024

_RECEIPT_FIRST_LINE = "c2sp.org/tlog-proof@v1"
_LINE = re.compile(r"[^\n]+")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log's signature vouches for."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not _LINE.fullmatch(self.origin):
            raise CheckpointError("is not one line", "origin")
        if not 0 <= self.size <= MAX_INT:
            raise CheckpointError("is out of range", "size")
        if len(self.root) != HASH_SIZE:
            raise CheckpointError(f"is not {HASH_SIZE} bytes", "root")


@dataclass(frozen=True, slots=True)
class Receipt:
    """A proof in a file. `extra` is JCS, `proof` the sibling hashes, `checkpoint_note` the signed note as text."""

    extra: bytes
    index: int
    proof: tuple[bytes, ...]
    checkpoint_note: str


def format_checkpoint(checkpoint: Checkpoint) -> str:
    """The note body."""
    return f"{checkpoint.origin}\n{checkpoint.size}\n{format_base64(checkpoint.root)}\n"


def parse_checkpoint(body: str) -> Checkpoint:
    """Exactly three lines; LedgerFormatError for anything else."""
    lines = body.split("\n")
    if len(lines) != 4 or lines[3]:
        raise CheckpointError("is not exactly three lines")
    try:
        return Checkpoint(lines[0], parse_decimal(lines[1]), parse_base64(lines[2], HASH_SIZE))
    except CanonicalError as error:
        raise CheckpointError(str(error)) from None


def format_receipt(receipt: Receipt) -> str:
    """The text of a .tlog-proof file. ReceiptError when `extra` is over 64 KiB of base64."""
    extra = format_base64(receipt.extra)
    if len(extra) > MAX_EXTRA_CHARS:
        raise ReceiptError(f"is over {MAX_EXTRA_CHARS} characters", "extra")
    lines = [_RECEIPT_FIRST_LINE, f"extra {extra}", f"index {receipt.index}", *map(format_base64, receipt.proof), ""]
    return "\n".join(lines) + "\n" + receipt.checkpoint_note


def parse_receipt(text: str) -> Receipt:
    """The parts, nothing verified. ReceiptError unless format_receipt gives the same text again."""
    head, separator, note = text.partition("\n\n")
    lines = head.split("\n")
    if not separator or len(lines) < 3 or lines[0] != _RECEIPT_FIRST_LINE:
        raise ReceiptError("is not a tlog-proof of version 1")
    if len(lines) > 3 + MAX_PROOF:
        raise ReceiptError("is too long", "proof")
    extra, index = _after("extra ", lines[1]), _after("index ", lines[2])
    if len(extra) > MAX_EXTRA_CHARS:
        raise ReceiptError(f"is over {MAX_EXTRA_CHARS} characters", "extra")
    try:
        proof = tuple(parse_base64(line, HASH_SIZE) for line in lines[3:])
        return Receipt(parse_base64(extra), parse_decimal(index), proof, note)
    except CanonicalError as error:
        raise ReceiptError(str(error)) from None


def _after(label: str, line: str) -> str:
    if not line.startswith(label):
        raise ReceiptError("is missing", label.strip())
    return line[len(label) :]
