"""Headers: 152 bytes, every one of them meant; links between blocks."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.canonical import MAX_INT
from ledger.core.errors import HeaderError
from ledger.core.headers import (
    HEADER_SIZE,
    MAX_NONCE,
    Header,
    block_hash,
    check_link,
    encode_header,
    meets_target,
    parse_header,
)
from ledger.core.work import target
from ledger.tests.core.golden import BLOCKS, ORIGIN, corruptions

HEADERS = [parse_header(bytes.fromhex(block["header"]), ORIGIN) for block in BLOCKS]
NUMBERS = st.integers(0, MAX_INT)
HASHES = st.binary(min_size=32, max_size=32)


@given(
    st.builds(
        Header,
        origin=st.text(st.characters(exclude_categories=["Cs"])),
        height=NUMBERS,
        previous=HASHES,
        tree_size=NUMBERS,
        root=HASHES,
        time_ms=NUMBERS,
        bits=st.integers(8, 40),
        nonce=st.integers(0, MAX_NONCE),
    )
)
def test_round_trip(header: Header) -> None:
    data = encode_header(header)
    assert len(data) == HEADER_SIZE
    assert parse_header(data, header.origin) == header


@pytest.mark.parametrize("header", HEADERS, ids=lambda header: f"block {header.height}")
def test_every_corrupted_byte_is_refused_or_another_block(header: Header) -> None:
    data = encode_header(header)
    for corrupted in corruptions(data):
        try:
            parsed = parse_header(corrupted, ORIGIN)
        except HeaderError:
            continue
        assert parsed != header
        assert encode_header(parsed) == corrupted
        assert block_hash(corrupted) != block_hash(data)


@pytest.mark.parametrize(
    ("offsets", "field"), [(range(16), "magic"), (range(16, 48), "origin"), (range(137, 144), "padding")]
)
def test_constant_bytes_are_refused_by_name(offsets: range, field: str) -> None:
    data = encode_header(HEADERS[1])
    for offset in offsets:
        with pytest.raises(HeaderError) as caught:
            parse_header(data[:offset] + bytes((data[offset] ^ 1,)) + data[offset + 1 :], ORIGIN)
        assert caught.value.field == field


def test_a_header_belongs_to_its_log() -> None:
    with pytest.raises(HeaderError):
        parse_header(encode_header(HEADERS[1]), ORIGIN + "2")


@pytest.mark.parametrize("size", [0, 151, 153])
def test_another_length_is_refused(size: int) -> None:
    with pytest.raises(HeaderError):
        parse_header(encode_header(HEADERS[1])[:size].ljust(size, b"\0"), ORIGIN)


@pytest.mark.parametrize(
    "change",
    [
        {"height": -1},
        {"height": MAX_INT + 1},
        {"tree_size": -1},
        {"tree_size": 2**64},
        {"time_ms": -1},
        {"nonce": -1},
        {"nonce": 2**64},
        {"bits": 7},
        {"bits": 41},
        {"previous": bytes(31)},
        {"root": bytes(33)},
    ],
    ids=str,
)
def test_no_header_is_out_of_range(change: dict[str, Any]) -> None:
    with pytest.raises(HeaderError) as caught:
        dataclasses.replace(HEADERS[1], **change)
    assert [caught.value.field] == list(change)


@pytest.mark.parametrize("bits", [8, 12, 20, 40])
def test_work_is_a_hash_below_the_target(bits: int) -> None:
    assert meets_target((target(bits) - 1).to_bytes(32), bits)
    assert meets_target(bytes(32), bits)
    assert not meets_target(target(bits).to_bytes(32), bits)
    assert not meets_target(b"\xff" * 32, bits)


def test_the_golden_chain_links() -> None:
    for before, header in zip([None, *HEADERS], HEADERS, strict=False):
        check_link(before, header, min_bits=12)
        with pytest.raises(HeaderError):
            check_link(before, header, min_bits=13)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"height": 1}, "height"),
        ({"height": 3}, "height"),
        ({"previous": bytes(32)}, "previous"),
        ({"previous": HEADERS[1].previous}, "previous"),
        ({"tree_size": HEADERS[1].tree_size}, "tree_size"),
        ({"tree_size": HEADERS[1].tree_size - 1}, "tree_size"),
        ({"time_ms": HEADERS[1].time_ms - 1}, "time_ms"),
        ({"bits": 11}, "bits"),
        ({"origin": "another"}, "origin"),
    ],
    ids=str,
)
def test_a_broken_link_is_named(change: dict[str, Any], field: str) -> None:
    check_link(HEADERS[1], HEADERS[2], min_bits=12)
    check_link(HEADERS[1], dataclasses.replace(HEADERS[2], time_ms=HEADERS[1].time_ms), min_bits=12)
    with pytest.raises(HeaderError) as caught:
        check_link(HEADERS[1], dataclasses.replace(HEADERS[2], **change), min_bits=12)
    assert caught.value.field == field


@pytest.mark.parametrize(
    "change", [{"height": 1}, {"previous": b"\1" * 32}, {"tree_size": 2}, {"tree_size": 0}], ids=str
)
def test_block_0_stands_on_nothing_and_seals_one_leaf(change: dict[str, Any]) -> None:
    with pytest.raises(HeaderError) as caught:
        check_link(None, dataclasses.replace(HEADERS[0], **change), min_bits=12)
    assert [caught.value.field] == list(change)


def test_a_block_does_not_follow_a_changed_one() -> None:
    with pytest.raises(HeaderError) as caught:
        check_link(dataclasses.replace(HEADERS[1], nonce=0), HEADERS[2], min_bits=12)
    assert caught.value.field == "previous"
