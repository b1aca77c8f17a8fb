"""The parts that statements and records are made of: hashes, numbers and exact objects, checked."""

from collections.abc import Mapping

from ledger.core.canonical import MAX_INT, parse_hex
from ledger.core.errors import CanonicalError, RecordFormatError

HASH_SIZE = 32
ZERO_HASH = bytes(HASH_SIZE)
"""Stands for what there is nothing before."""


def check_int(value: int, field: str, least: int = 0) -> None:
    if type(value) is not int or not least <= value <= MAX_INT:
        raise RecordFormatError(f"is not an integer in {least} … 2^53 − 1", field)


def check_size(value: bytes, size: int, field: str) -> None:
    if len(value) != size:
        raise RecordFormatError(f"is not {size} bytes", field)


def parse_object(value: object, keys: frozenset[str], field: str) -> Mapping[str, object]:
    """A JSON object with exactly these keys."""
    if not isinstance(value, Mapping) or value.keys() != keys:
        raise RecordFormatError(f"is not an object with exactly the keys {', '.join(sorted(keys))}", field)
    return value


def parse_text(value: object, field: str) -> str:
    if type(value) is not str:
        raise RecordFormatError("is not a string", field)
    return value


def parse_int(value: object, field: str) -> int:
    if type(value) is not int:
        raise RecordFormatError("is not an integer", field)
    return value


def parse_bytes(value: object, size: int, field: str) -> bytes:
    """`size` bytes from lower-case hex."""
    try:
        return parse_hex(value, size)
    except CanonicalError as error:
        raise RecordFormatError(str(error), field) from None


def parse_hash(value: object, field: str) -> bytes | None:
    """32 bytes from lower-case hex, or None."""
    return None if value is None else parse_bytes(value, HASH_SIZE, field)
