"""Canonical JSON, hex, base64 and decimals. The oracle is the rfc8785 package."""

import json
from enum import IntEnum
from typing import Any
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.canonical import (
    MAX_DEPTH,
    MAX_INT,
    encode_canonical,
    format_base64,
    parse_base64,
    parse_canonical,
    parse_decimal,
    parse_hex,
)
from ledger.core.errors import CanonicalError
from ledger.tests.core.golden import GOLDEN, corruptions

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
SCALARS = st.none() | st.booleans() | st.integers(-MAX_INT, MAX_INT) | TEXTS
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=20)


class Colour(IntEnum):
    RED = 1


class Text(str):
    __slots__ = ()


@given(VALUES)
def test_encoding_is_that_of_rfc8785_and_parses_back(value: Any) -> None:
    data = encode_canonical(value)
    assert data == rfc8785.dumps(value)
    assert parse_canonical(data) == value


@given(VALUES, st.sampled_from([None, 1]), st.booleans(), st.booleans())
def test_only_the_canonical_spelling_is_parsed(value: Any, indent: int | None, sort: bool, ascii_only: bool) -> None:
    data = json.dumps(value, indent=indent, sort_keys=sort, ensure_ascii=ascii_only).encode()
    if data == encode_canonical(value):
        assert parse_canonical(data) == value
    else:
        with pytest.raises(CanonicalError):
            parse_canonical(data)


@given(st.binary(max_size=40))
def test_bytes_parse_only_if_they_come_back(data: bytes) -> None:
    try:
        value = parse_canonical(data)
    except CanonicalError:
        return
    assert encode_canonical(value) == data


def test_text_is_not_normalised() -> None:
    composed, decomposed = "\u00e9", "e\u0301"
    assert encode_canonical(composed) != encode_canonical(decomposed)
    assert parse_canonical(encode_canonical(decomposed)) == decomposed


@pytest.mark.parametrize(
    "value",
    [
        0.0,
        1.5,
        float("nan"),
        MAX_INT + 1,
        -MAX_INT - 1,
        2**64,
        "\ud800",
        ["a\ud83d"],
        {"é": 1},
        {1: "a"},
        {"a": 0.5},
        {None: 1},
        b"bytes",
        (1, 2),
        {1},
        UUID(int=1),
        Colour.RED,
        Text("a"),
        {Text("a"): 1},
        NotImplemented,
    ],
    ids=repr,
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    for wrapped in (value, [value], {"key": value}):
        with pytest.raises(CanonicalError):
            encode_canonical(wrapped)


@pytest.mark.parametrize("number", [0, 1, -1, MAX_INT, -MAX_INT])
def test_integers_up_to_the_limit_pass(number: int) -> None:
    assert encode_canonical(number) == str(number).encode()
    assert parse_canonical(str(number).encode()) == number


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" 1",
        b"1 ",
        b"01",
        b"-0",
        b"+1",
        b"1.0",
        b"1e3",
        b"9007199254740992",
        b"-9007199254740992",
        b"99999999999999999999999",
        b"NaN",
        b"Infinity",
        b"tru",
        b'"a',
        b"'a'",
        b'"\\/"',
        b'"\\u0061"',
        b'"\\u001F"',
        b'"\\u000a"',
        b'"\\ud800"',
        b'"\\ud83d\\ude80"',
        b'"\x01"',
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b'\xef\xbb\xbf"a"',
        b"[1,]",
        b"[1, 2]",
        b"[1]\n",
        b"1 2",
        b'{"a":1,"a":1}',
        b'{"b":1,"a":1}',
        b'{"a" :1}',
        '{"é":1}'.encode(),
    ],
)
def test_other_spellings_are_refused(data: bytes) -> None:
    with pytest.raises(CanonicalError):
        parse_canonical(data)


def test_depth_is_limited_and_never_a_crash() -> None:
    def nested(depth: int) -> bytes:
        return b"[" * depth + b"]" * depth

    assert encode_canonical(parse_canonical(nested(MAX_DEPTH))) == nested(MAX_DEPTH)
    for depth in (MAX_DEPTH + 1, 1000, 100_000):
        with pytest.raises(CanonicalError):
            parse_canonical(nested(depth))


def test_every_corrupted_byte_is_refused_or_changes_the_value() -> None:
    data = GOLDEN["messages"][-1]["record_jcs"].encode()
    original = parse_canonical(data)
    for corrupted in corruptions(data):
        try:
            value = parse_canonical(corrupted)
        except CanonicalError:
            continue
        assert value != original
        assert encode_canonical(value) == corrupted


@pytest.mark.parametrize(
    "text", ["ab" * 31, "ab" * 33, "AB" * 32, "g0" * 32, " " + "a" * 63, "a" * 63, "", None, 5, b"a" * 64]
)
def test_hex_of_another_form_is_refused(text: object) -> None:
    with pytest.raises(CanonicalError):
        parse_hex(text, 32)
    assert parse_hex("ab" * 32, 32) == b"\xab" * 32


@given(st.binary(max_size=80))
def test_base64_round_trip(data: bytes) -> None:
    assert parse_base64(format_base64(data)) == data
    assert parse_base64(format_base64(data), len(data)) == data
    with pytest.raises(CanonicalError):
        parse_base64(format_base64(data), len(data) + 1)


@pytest.mark.parametrize(
    "text", ["YQ", "YQ=", "YR==", "YQ==\n", " YQ==", "Y Q==", "YQ==YQ==", "Y-__", "é", "=", None, 7, b"YQ=="]
)
def test_base64_of_another_form_is_refused(text: object) -> None:
    with pytest.raises(CanonicalError):
        parse_base64(text)


@given(st.integers(0, MAX_INT))
def test_decimal_round_trip(number: int) -> None:
    assert parse_decimal(str(number)) == number


@pytest.mark.parametrize(
    "text", ["", "00", "01", "+1", "-1", " 1", "1 ", "1\n", "1_0", "1.0", "٣", "9007199254740992", "9" * 5000]
)
def test_decimals_of_another_form_are_refused(text: str) -> None:
    with pytest.raises(CanonicalError):
        parse_decimal(text)
