"""Statements, records and leaves: one spelling, exact keys, every byte under the leaf hash."""

import copy
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.canonical import MAX_INT, encode_canonical
from ledger.core.errors import LedgerFormatError, RecordFormatError
from ledger.core.fields import ZERO_HASH
from ledger.core.records import (
    BLOCK_KIND,
    GENESIS_KIND,
    KIND_BYTES,
    NO_ROOM,
    SYSTEM_AUTHOR,
    Record,
    Seen,
    Statement,
    TreeHead,
    block_leaf_data,
    device_id,
    encode_record,
    genesis_leaf_data,
    parse_record,
    record_fields,
    record_leaf_data,
    statement_signing_input,
)
from ledger.tests.core.golden import GOLDEN, MESSAGES, corruptions, verify

HASHES = st.binary(min_size=32, max_size=32)
TIMES = st.integers(0, MAX_INT)
COUNTS = st.integers(1, MAX_INT)
SIGNED = parse_record(MESSAGES[-1]["record"])


@st.composite
def records(draw: st.DrawFn) -> Record:
    kind = draw(st.sampled_from(sorted(KIND_BYTES)))
    signed = draw(st.booleans())
    statement = Statement(
        log=draw(st.text(st.characters(exclude_categories=["Cs"]))),
        kind=kind,
        room=draw(st.uuids()),
        author=draw(st.uuids()),
        client_id=draw(st.uuids()),
        ref=draw(st.none() | HASHES),
        body=None if kind == "delete" else draw(HASHES),
        sent_ms=draw(TIMES),
        seen=draw(st.none() | st.builds(Seen, COUNTS, HASHES)),
        checkpoint=draw(st.none() | st.builds(TreeHead, COUNTS, HASHES)),
        device=draw(HASHES) if signed else None,
    )
    signature = draw(st.binary(min_size=64, max_size=64)) if signed else None
    return Record(statement, signature, draw(COUNTS), draw(HASHES), draw(TIMES))


@given(records())
def test_round_trip(record: Record) -> None:
    data = encode_record(record)
    assert parse_record(data) == parse_record(record_fields(record)) == record
    assert data == encode_canonical(record_fields(record))
    statement_jcs = encode_canonical(record_fields(record)["statement"])
    assert statement_signing_input(record.statement) == b"connect-core/v1\n" + statement_jcs
    assert record_leaf_data(record)[:2] == bytes((1, KIND_BYTES[record.statement.kind]))
    assert len(record_leaf_data(record)) == 34


@pytest.mark.parametrize("message", MESSAGES)
def test_every_corrupted_byte_is_refused_or_another_leaf(message: dict[str, Any]) -> None:
    for corrupted in corruptions(message["record_jcs"].encode()):
        try:
            record = parse_record(corrupted)
        except LedgerFormatError:
            continue
        assert encode_record(record) == corrupted
        assert record_leaf_data(record).hex() != message["leaf_data"]


def test_every_corrupted_byte_of_a_signed_statement_breaks_the_signature() -> None:
    public, signature = bytes.fromhex(GOLDEN["device_public"]), SIGNED.signature or b""
    signed = statement_signing_input(SIGNED.statement)
    assert verify(public, signed, signature)
    assert not any(verify(public, corrupted, signature) for corrupted in corruptions(signed))
    assert not any(verify(public, signed, corrupted) for corrupted in corruptions(signature))


def altered(path: tuple[str, ...], value: object) -> dict[str, Any]:
    """A good record as JSON with one value replaced; `...` removes it."""
    fields: dict[str, Any] = copy.deepcopy(MESSAGES[-1]["record"])
    inner = fields
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    if value is ...:
        del inner[path[-1]]
    return fields


BAD_HASHES = ["", "ab", "AB" * 32, "ab" * 33, "xy" * 32, 1, True, [], {}]
BAD_NUMBERS = [-1, MAX_INT + 1, 1.0, "1", None, True, []]
BAD_IDS = [None, "", 1, "AB" * 16, "ab" * 15, "00000000-0000-0000-0000-000000000000"]
BAD = {
    ("signature",): ["", "A" * 88, "A" * 86 + "==\n", "A" * 84, 1, None, MESSAGES[-1]["record"]["signature"][:-2]],
    ("room_seq",): [*BAD_NUMBERS, 0],
    ("previous",): [*BAD_HASHES, None],
    ("received_ms",): BAD_NUMBERS,
    ("statement",): [None, [], "a"],
    ("statement", "v"): [0, 2, True, 1.0, "1", None],
    ("statement", "log"): [None, 1, "\ud800"],
    ("statement", "kind"): [None, 1, "", "Post", "genesis", "delete"],
    ("statement", "room"): BAD_IDS,
    ("statement", "author"): BAD_IDS,
    ("statement", "client_id"): BAD_IDS,
    ("statement", "ref"): BAD_HASHES,
    ("statement", "body"): [*BAD_HASHES, None],
    ("statement", "sent_ms"): BAD_NUMBERS,
    ("statement", "seen"): [[], "", {}, {"seq": 1}, {"seq": 1, "hash": "ab" * 32, "more": 1}],
    ("statement", "seen", "seq"): [*BAD_NUMBERS, 0],
    ("statement", "seen", "hash"): [*BAD_HASHES, None],
    ("statement", "checkpoint"): [
        [],
        {},
        {"size": 0, "root": "ab" * 32},
        {"size": 1, "root": "AB" * 32},
        {"size": True, "root": "ab" * 32},
        {"size": 1, "root": None},
    ],
    ("statement", "device"): [*BAD_HASHES, None],
    ("more",): [1, None],
    ("statement", "more"): [1, None],
}


@pytest.mark.parametrize(("path", "values"), BAD.items(), ids=str)
def test_a_wrong_value_is_refused_wherever_it_stands(path: tuple[str, ...], values: list[object]) -> None:
    assert parse_record(MESSAGES[-1]["record"]) == SIGNED
    for value in values:
        with pytest.raises(LedgerFormatError):
            encode_record(parse_record(altered(path, value)))


@pytest.mark.parametrize("path", [path for path in BAD if "more" not in path], ids=str)
def test_no_key_may_be_absent(path: tuple[str, ...]) -> None:
    fields = altered(path, ...) if path != ("statement", "checkpoint") else altered(("statement", "checkpoint"), {})
    with pytest.raises(RecordFormatError):
        parse_record(fields)


@pytest.mark.parametrize("data", [b"", b"{}", b"null", b"[]", None, 1, "{}", []], ids=repr)
def test_what_is_no_record_is_refused(data: object) -> None:
    with pytest.raises(LedgerFormatError):
        parse_record(data)


def test_an_error_names_the_field_and_has_a_code() -> None:
    with pytest.raises(RecordFormatError) as caught:
        parse_record(altered(("statement", "seen", "hash"), "AB" * 32))
    assert caught.value.field == "seen.hash"
    assert caught.value.code == "bad_record"


def test_constructors_refuse_what_parsers_refuse() -> None:
    for kind, body in (("post", None), ("delete", ZERO_HASH), ("none", ZERO_HASH)):
        with pytest.raises(RecordFormatError):
            Statement("log", kind, NO_ROOM, SYSTEM_AUTHOR, UUID(int=1), None, body, 0)
    times: list[dict[str, Any]] = [{"sent_ms": -1}, {"sent_ms": True}, {"sent_ms": 1.0}, {"sent_ms": MAX_INT + 1}]
    hashes: list[dict[str, Any]] = [{"device": None}, {"device": bytes(31)}, {"ref": bytes(33)}, {"body": bytes(31)}]
    for wrong in hashes + times:
        fields = {name: getattr(SIGNED.statement, name) for name in Statement.__slots__}
        with pytest.raises(RecordFormatError):
            Record(Statement(**{**fields, **wrong}), bytes(64), 1, ZERO_HASH, 0)
    for signature, seq, previous, received_ms in (
        (bytes(63), 1, ZERO_HASH, 0),
        (bytes(64), 0, ZERO_HASH, 0),
        (bytes(64), 1, bytes(31), 0),
        (bytes(64), 1, ZERO_HASH, -1),
    ):
        with pytest.raises(RecordFormatError):
            Record(SIGNED.statement, signature, seq, previous, received_ms)


def test_kinds_and_nobody() -> None:
    assert (GENESIS_KIND, BLOCK_KIND) == (0, 1)
    assert set(KIND_BYTES.values()) == {0x02, 0x03, 0x10, 0x20}
    assert SYSTEM_AUTHOR.hex == NO_ROOM.hex == "0" * 32
    assert bytes(32) == ZERO_HASH


def test_genesis_and_block_leaves_depend_on_everything() -> None:
    genesis = genesis_leaf_data("log", 1, 12, "key")
    others = [("lag", 1, 12, "key"), ("log", 2, 12, "key"), ("log", 1, 13, "key"), ("log", 1, 12, "kay")]
    assert genesis[:2] == b"\x01\x00"
    assert all(genesis_leaf_data(*other) != genesis for other in others)
    header = bytes.fromhex(GOLDEN["blocks"][0]["header"])
    assert all(block_leaf_data(corrupted) != block_leaf_data(header) for corrupted in corruptions(header))


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_device_key_has_32_bytes(size: int) -> None:
    with pytest.raises(RecordFormatError):
        device_id(bytes(size))
