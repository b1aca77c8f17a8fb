"""What a receipt carries: round trip, exact keys, and body and salt only together."""

import copy
import dataclasses
from typing import Any

import pytest

from ledger.core.canonical import encode_canonical, parse_canonical
from ledger.core.checkpoints import parse_receipt
from ledger.core.errors import LedgerFormatError, ReceiptError
from ledger.core.receipts import Extra, encode_extra, parse_extra
from ledger.core.records import parse_record
from ledger.tests.core.golden import BLOCKS, GOLDEN, MESSAGES, corruptions

DATA = parse_receipt(GOLDEN["receipt"]).extra
EXTRA = parse_extra(DATA)


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("erased", [False, True])
def test_round_trip(message: dict[str, Any], erased: bool) -> None:
    record = parse_record(message["record"])
    erased = erased and record.statement.body is not None
    salt, body = (
        (None, None) if erased or message["salt"] is None else (bytes.fromhex(message["salt"]), message["body"])
    )
    extra = Extra(record, salt, body, 3, bytes.fromhex(BLOCKS[3]["header"]), erased)
    assert parse_extra(encode_extra(extra)) == extra


def test_every_corrupted_byte_is_refused_or_another_extra() -> None:
    for corrupted in corruptions(DATA):
        try:
            extra = parse_extra(corrupted)
        except LedgerFormatError:
            continue
        assert extra != EXTRA
        assert encode_extra(extra) == corrupted


def test_what_has_no_body_cannot_be_erased() -> None:
    delete = next(parse_record(message["record"]) for message in MESSAGES if message["salt"] is None)
    with pytest.raises(ReceiptError):
        Extra(delete, None, None, 3, bytes.fromhex(BLOCKS[3]["header"]), erased=True)


def altered(key: str, value: object, inner: str | None = None) -> bytes:
    fields: Any = copy.deepcopy(parse_canonical(DATA))
    if inner:
        fields[key][inner] = value
    else:
        fields[key] = value
    return encode_canonical(fields)


@pytest.mark.parametrize(
    ("key", "value", "inner"),
    [
        ("record", None, None),
        ("record", {}, None),
        ("salt", None, None),
        ("salt", "ab", None),
        ("salt", "AB" * 32, None),
        ("body", None, None),
        ("body", {"emoji": "a"}, None),
        ("body", "text", None),
        ("erased", True, None),
        ("erased", None, None),
        ("erased", 0, None),
        ("block", None, None),
        ("block", -1, "height"),
        ("block", True, "height"),
        ("block", "1", "height"),
        ("block", "ab", "header"),
        ("block", None, "header"),
        ("block", 1, "more"),
        ("more", 1, None),
    ],
)
def test_a_wrong_part_is_refused(key: str, value: object, inner: str | None) -> None:
    with pytest.raises(LedgerFormatError):
        parse_extra(altered(key, value, inner))


def test_constructor_refuses_what_the_parser_refuses() -> None:
    changes: list[dict[str, Any]] = [
        {"salt": None},
        {"salt": bytes(31)},
        {"body": None},
        {"body": {"emoji": "a"}},
        {"erased": True},
        {"erased": True, "salt": None},
        {"erased": True, "body": None},
        {"height": -1},
        {"header": bytes(151)},
    ]
    for change in changes:
        with pytest.raises(LedgerFormatError):
            dataclasses.replace(EXTRA, **change)
