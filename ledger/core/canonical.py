"""The one spelling of a value: canonical JSON, hex, base64 and decimals.

    {"b": 1, "a": "é\\n"}   →   {"a":"é\\n","b":1}

JSON is RFC 8785 (JCS), restricted to ASCII keys, strings, booleans, null and integers |n| < 2^53: sorting by bytes and
by UTF-16 units then agree, and no number has two spellings. Text is never Unicode-normalised. Parsers take only what
encodes to the same bytes again. Spec: docs/specs/ledger.md §1.
"""

import base64
import binascii
import re

import orjson

from ledger.core.errors import CanonicalError

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]

MAX_INT = 2**53 - 1
MAX_DEPTH = 64
JCS_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,15}")


def encode_canonical(value: object) -> bytes:
    """JCS of a value of plain dicts, lists, strings, integers, booleans and None; anything else is a CanonicalError."""
    _check_value(value, MAX_DEPTH)
    try:
        return orjson.dumps(value, option=JCS_OPTIONS)
    except TypeError as error:  # an integer beyond 2^53, a lone surrogate
        raise CanonicalError(str(error)) from None


def parse_canonical(data: bytes) -> Json:
    """The value that encodes to exactly these bytes."""
    try:
        value: Json = orjson.loads(data)
    except ValueError as error:
        raise CanonicalError(f"not JSON: {error}") from None
    if encode_canonical(value) != data:
        raise CanonicalError("JSON is not canonical")
    return value


def parse_hex(text: object, size: int) -> bytes:
    """`size` bytes from lower-case hex."""
    try:
        data = bytes.fromhex(text) if type(text) is str else b""
    except ValueError:
        data = b""
    if len(data) != size or data.hex() != text:
        raise CanonicalError(f"not {size} bytes in lower-case hex")
    return data


def format_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def parse_base64(text: object, size: int | None = None) -> bytes:
    """Bytes from standard padded base64 whose unused bits are zero."""
    try:
        data = base64.b64decode(text if type(text) is str else "?", validate=True)
    except (binascii.Error, ValueError):
        raise CanonicalError("not base64") from None
    if format_base64(data) != text:
        raise CanonicalError("base64 is not canonical")
    if size is not None and len(data) != size:
        raise CanonicalError(f"not {size} bytes in base64")
    return data


def parse_decimal(text: str) -> int:
    """A decimal below 2^53 without sign or leading zeros."""
    if not _DECIMAL.fullmatch(text) or (number := int(text)) > MAX_INT:
        raise CanonicalError("not a canonical decimal below 2^53")
    return number


def _check_value(value: object, depth: int) -> None:
    """Exact types: a subclass, a float, a UUID or a tuple would pass through the encoder unnoticed."""
    kind = type(value)
    if kind is str or kind is int or value is None or kind is bool:
        return
    if depth == 0:
        raise CanonicalError(f"nested deeper than {MAX_DEPTH}")
    if isinstance(value, dict) and kind is dict:
        for key, item in value.items():
            if type(key) is not str or not key.isascii():
                raise CanonicalError("a key is not an ASCII string")
            _check_value(item, depth - 1)
    elif isinstance(value, list) and kind is list:
        for item in value:
            _check_value(item, depth - 1)
    else:
        raise CanonicalError(f"{kind.__name__} has no canonical form")
