"""Checkpoint bodies and the text of receipts: one spelling each."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.canonical import MAX_INT, format_base64
from ledger.core.checkpoints import (
    Checkpoint,
    Receipt,
    format_checkpoint,
    format_receipt,
    parse_checkpoint,
    parse_receipt,
)
from ledger.core.errors import CheckpointError, LedgerFormatError, ReceiptError
from ledger.core.notes import parse_note
from ledger.tests.core.golden import GOLDEN, ORIGIN, text_corruptions

HASHES = st.binary(min_size=32, max_size=32)
LINES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1)
ROOT = format_base64(bytes(32))
TEXT: str = GOLDEN["receipt"]
RECEIPT = parse_receipt(TEXT)


@given(st.builds(Checkpoint, LINES, st.integers(0, MAX_INT), HASHES))
def test_checkpoint_round_trip(checkpoint: Checkpoint) -> None:
    assert parse_checkpoint(format_checkpoint(checkpoint)) == checkpoint


def test_every_corrupted_byte_of_a_checkpoint_is_refused_or_another_checkpoint() -> None:
    body = parse_note(RECEIPT.checkpoint_note).body
    original = parse_checkpoint(body)
    for corrupted in text_corruptions(body):
        try:
            checkpoint = parse_checkpoint(corrupted)
        except LedgerFormatError:
            continue
        assert checkpoint != original
        assert format_checkpoint(checkpoint) == corrupted


@pytest.mark.parametrize(
    "body",
    [
        "",
        f"log\n5\n{ROOT}",
        f"log\n5\n{ROOT}\nextension\n",
        f"log\n5\n{ROOT}\n\n",
        f"\n5\n{ROOT}\n",
        f"log\n05\n{ROOT}\n",
        f"log\n-5\n{ROOT}\n",
        f"log\n+5\n{ROOT}\n",
        f"log\n5 \n{ROOT}\n",
        f"log\n5.0\n{ROOT}\n",
        f"log\n\n{ROOT}\n",
        f"log\n{2**53}\n{ROOT}\n",
        f"log\n5\n{ROOT} \n",
        f"log\r\n5\r\n{ROOT}\r\n",
        "log\n5\n\n",
        "log\n5\n" + "A" * 42 + "B=\n",
        "log\n5\n" + format_base64(bytes(31)) + "\n",
        "log\n5\n" + "00" * 32 + "\n",
    ],
)
def test_other_checkpoints_are_refused(body: str) -> None:
    assert parse_checkpoint(f"log\n5\n{ROOT}\n") == Checkpoint("log", 5, bytes(32))
    with pytest.raises(LedgerFormatError):
        parse_checkpoint(body)


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [("", 1, bytes(32)), ("a\nb", 1, bytes(32)), ("a", -1, bytes(32)), ("a", 2**53, bytes(32)), ("a", 1, bytes(31))],
)
def test_a_checkpoint_that_would_not_parse_cannot_be_made(origin: str, size: int, root: bytes) -> None:
    with pytest.raises(CheckpointError):
        Checkpoint(origin, size, root)


@given(st.binary(max_size=200), st.integers(0, MAX_INT), st.lists(HASHES, max_size=63).map(tuple))
def test_receipt_round_trip(extra: bytes, index: int, proof: tuple[bytes, ...]) -> None:
    receipt = Receipt(extra, index, proof, RECEIPT.checkpoint_note)
    assert parse_receipt(format_receipt(receipt)) == receipt


def test_every_corrupted_byte_of_a_receipt_is_refused_or_another_receipt() -> None:
    for corrupted in text_corruptions(TEXT):
        try:
            receipt = parse_receipt(corrupted)
        except LedgerFormatError:
            continue
        assert receipt != RECEIPT
        assert format_receipt(receipt) == corrupted


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tlog-proof@v1\n", "tlog-proof@v2\n"),
        ("c2sp.org/tlog-proof@v1\n", ""),
        ("extra ", ""),
        ("extra ", "extra  "),
        ("extra ", "Extra "),
        ("\nindex 5\n", "\n"),
        ("\nindex 5\n", "\nindex 05\n"),
        ("\nindex 5\n", "\nindex -5\n"),
        ("\nindex 5\n", "\nindex 5 \n"),
        ("\nindex 5\n", "\n\nindex 5\n"),
        ("\nindex 5\n", "\nindex 5\nindex 5\n"),
        ("\nindex 5\n", f"\nindex 5\n{ROOT[:-4]}\n"),
        ("\nindex 5\n", "\nindex 5\n" + f"{ROOT}\n" * 60),
        ("\nindex 5\n", "\r\nindex 5\r\n"),
    ],
)
def test_malformed_receipts_are_refused(old: str, new: str) -> None:
    assert TEXT.count(old) == 1
    with pytest.raises(ReceiptError):
        parse_receipt(TEXT.replace(old, new))


def test_extra_is_bounded() -> None:
    most = dataclasses.replace(RECEIPT, extra=bytes(48 * 1024))
    assert parse_receipt(format_receipt(most)) == most
    more = dataclasses.replace(RECEIPT, extra=bytes(48 * 1024 + 1))
    with pytest.raises(ReceiptError):
        format_receipt(more)
    with pytest.raises(ReceiptError):
        parse_receipt(TEXT.replace("extra ", "extra " + "AAAA" * 16384))


def test_text_without_a_proof_is_refused() -> None:
    for text in ("", "\n\n", "c2sp.org/tlog-proof@v1\n\n" + RECEIPT.checkpoint_note, ORIGIN):
        with pytest.raises(ReceiptError):
            parse_receipt(text)
