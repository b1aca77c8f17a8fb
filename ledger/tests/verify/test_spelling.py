"""One spelling each: connect_verify takes and refuses the same JSON, base64, hex and decimals as the core."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import connect_verify
from ledger.core import canonical
from ledger.core.bodies import check_body
from ledger.core.checkpoints import parse_checkpoint
from ledger.core.errors import LedgerFormatError
from ledger.core.notes import parse_note, parse_vkey
from ledger.core.records import parse_record
from ledger.tests.core.golden import GOLDEN, MESSAGES, text_corruptions

INTEGERS = st.integers(-canonical.MAX_INT, canonical.MAX_INT)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
KEYS = st.text(st.characters(max_codepoint=127))
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | TEXT, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner)
)


def is_taken(parse: Any, *words: Any) -> bool:
    try:
        parse(*words)
    except (connect_verify.Refused, LedgerFormatError):
        return False
    return True


@given(VALUES)
def test_json_is_written_alike(value: Any) -> None:
    data = canonical.encode_canonical(value)
    assert connect_verify.encode_canonical(value) == data
    assert connect_verify.parse_canonical(data, "") == canonical.parse_canonical(data) == value


@given(VALUES, st.sampled_from([{"indent": 1}, {"ensure_ascii": True}, {"separators": (", ", ":")}]))
def test_json_in_another_spelling_is_refused_alike(value: Any, options: dict[str, Any]) -> None:
    spelling: dict[str, Any] = {"sort_keys": True, "separators": (",", ":"), "ensure_ascii": False} | options
    data = json.dumps(value, **spelling).encode()
    expected = data == canonical.encode_canonical(value)
    assert is_taken(connect_verify.parse_canonical, data, "") == is_taken(canonical.parse_canonical, data) == expected


WRONG_JSON = [
    b"",
    b" 1",
    b"1 ",
    b"1\n",
    b"01",
    b"-0",
    b"1.0",
    b"1e3",
    b"1E400",
    b"NaN",
    b"Infinity",
    b"-Infinity",
    b"9007199254740992",
    b"-9007199254740992",
    b"9" * 5000,
    b'{"b":1,"a":1}',
    b'{"a":1,"a":1}',
    b'{"a":1,}',
    b'"\\u00e9"',
    b'"\\/"',
    b'"\\u000a"',
    b'"\\u001F"',
    b'"\\ud800"',
    b'"\\ud83d\\ude80"',
    b'"\xed\xa0\x80"',
    b'"\xff"',
    b'"\n"',
    b"'a'",
    b"\xef\xbb\xbf1",
    '"a"'.encode("utf-16"),
    b"[" * 100_000,
    b"[" * 100_000 + b"]" * 100_000,
    b"true false",
]


@pytest.mark.parametrize("data", WRONG_JSON, ids=lambda data: repr(data[:30]))
def test_wrong_json_is_refused_alike(data: bytes) -> None:
    assert not is_taken(canonical.parse_canonical, data)
    assert not is_taken(connect_verify.parse_canonical, data, "")


def test_the_place_of_the_first_difference_is_told() -> None:
    with pytest.raises(connect_verify.Refused) as caught:
        connect_verify.parse_canonical(b'{"a": 1}', "extra")
    assert (caught.value.where, caught.value.expected) == ("extra", "canonical JSON, b'1}' at byte 5")
    assert caught.value.got == "b' 1}'"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AA==",
        "AB==",
        "AAA=",
        "AAB=",
        "AAAA",
        "AA",
        "AA=",
        "A===",
        "AAAA\n",
        " AAAA",
        "AA_-",
        "ÄÄ==",
        "AAAA=",
        "=",
        1,
    ],
)
def test_base64_is_taken_alike(text: Any) -> None:
    assert is_taken(connect_verify.parse_base64, text, "") == is_taken(canonical.parse_base64, text)


@pytest.mark.parametrize("text", ["", "00", "ab", "AB", "0", "0g", " 0", "0x", "００", None, 10])
def test_hex_is_taken_alike(text: Any) -> None:
    assert is_taken(connect_verify.parse_hex, text, "", 1) == is_taken(canonical.parse_hex, text, 1)


@pytest.mark.parametrize(
    "text", ["0", "1", "00", "01", "-1", "+1", "", " 1", "1_0", "１", "9007199254740991", "9" * 16]
)
def test_decimals_are_taken_alike(text: str) -> None:
    assert is_taken(connect_verify.parse_decimal, text, "") == is_taken(canonical.parse_decimal, text)


def test_notes_and_keys_are_taken_alike_with_each_byte_corrupted() -> None:
    for text in text_corruptions(GOLDEN["cosigned_checkpoint"]):
        body = text.rpartition("\n\n")[0]
        is_checkpoint = is_taken(lambda text=text: parse_note(text)) and is_taken(_parse_body, body + "\n")
        assert is_taken(connect_verify.parse_checkpoint, text) == is_checkpoint, text
    for text in text_corruptions(GOLDEN["log_vkey"]):
        assert is_taken(connect_verify.parse_vkey, text) == is_taken(parse_vkey, text) is False


def _parse_body(body: str) -> None:
    parse_checkpoint(body)


KINDS = list(connect_verify.KINDS)
STRANGE: list[Any] = [None, True, 0, 1, -1, 2**53, "", "a", "ab" * 16, "ab" * 32, "AB" * 32, [], {}, [1]]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message["leaf_hash"][:8])
def test_records_are_taken_alike_with_each_part_replaced(message: dict[str, Any]) -> None:
    assert is_taken(connect_verify.parse_entry, message["record"], message["salt"], message["body"])
    for path in _paths(message["record"]):
        for strange in [*STRANGE, *KINDS]:
            record = _replaced(message["record"], path, strange)
            ours = is_taken(connect_verify.parse_entry, record, None, None)
            assert ours == is_taken(parse_record, record), (path, strange)


BODIES: list[Any] = [
    {"text": "a"},
    {"text": "a", "files": []},
    {"text": "a", "files": [{"name": "a", "type": "b", "size": 1, "commitment": "ab" * 32}]},
    {"text": "a", "files": [{"name": "a", "type": "b", "size": -1, "commitment": "ab" * 32}]},
    {"text": "a", "files": [{"name": "a", "type": "b", "size": 1}]},
    {"text": 1},
    {"emoji": "a"},
    {"reason": "a"},
    {"name": "a", "topic": "", "access": ""},
    {"name": "a", "topic": ""},
    {"member": "ab" * 16},
    {"member": "ab"},
    {"public": "A" * 43 + "=", "label": ""},
    {"public": "A" * 42 + "==", "label": ""},
    {"device": "ab" * 32, "reason": ""},
    {},
    [],
    "text",
    0,
]


@pytest.mark.parametrize("kind", KINDS)
def test_bodies_are_taken_alike(kind: str) -> None:
    taken = [body for body in BODIES if is_taken(check_body, kind, body)]
    assert [body for body in BODIES if kind != "delete" and is_taken(connect_verify.BODIES[kind], body, "")] == taken
    assert len(taken) == (0 if kind == "delete" else 2 if kind in ("post", "edit") else 1)


def _paths(value: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(value, dict):
        return [path]
    return [path] + [inner for key, item in value.items() for inner in _paths(item, (*path, key))]


def _replaced(value: Any, path: tuple[str, ...], new: Any) -> Any:
    return {**value, path[0]: _replaced(value[path[0]], path[1:], new)} if path else new


def test_a_note_may_be_as_long_here_as_there() -> None:
    note: str = GOLDEN["cosigned_checkpoint"]
    for length in (1_000_000, 1_000_001):
        name = "é" * (length - len(note) - len("—  AAAAAAA=\n"))
        long = f"{note}— {name} AAAAAAA=\n"
        assert len(long) == length
        for parse in (connect_verify.parse_checkpoint, parse_note):
            assert is_taken(parse, long) is (length == 1_000_000)
