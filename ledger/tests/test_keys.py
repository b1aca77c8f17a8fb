"""The log's key and its signed state."""

import base64
import stat
from pathlib import Path

import pytest

from ledger.core.errors import LedgerFormatError
from ledger.core.notes import format_vkey, parse_vkey
from ledger.errors import KeyFileError
from ledger.keys import ensure_key, load_key, verify
from ledger.signed_state import SignedState, advance_signed_state, load_signed_state
from ledger.tests.core.golden import corruptions

ORIGIN = "connect.test/ledger"
FIELD_PRIME = 2**255 - 19


def accept(old: SignedState | None) -> None:
    """A check that lets every state follow."""


def square_roots(square: int) -> set[int]:
    """The roots modulo the field's prime, which is 5 modulo 8: none, or two."""
    root = pow(square, (FIELD_PRIME + 3) // 8, FIELD_PRIME)
    root_of_minus_1 = pow(2, (FIELD_PRIME - 1) // 4, FIELD_PRIME)
    candidates = (root, root * root_of_minus_1 % FIELD_PRIME)
    return {y for r in candidates for y in (r, FIELD_PRIME - r) if (y * y - square) % FIELD_PRIME == 0}


def small_order_points() -> list[bytes]:
    """Every encoding, canonical or not, of a point whose order divides 8, from the curve -x² + y² = 1 + d·x²·y².

    Orders 1 and 2 have y = ±1, order 4 has y = 0. Doubling a point of order 8 gives y = 0, hence x² = −y² there, hence
    d·y⁴ + 2·y² − 1 = 0.
    """
    d = -121665 * pow(121666, -1, FIELD_PRIME) % FIELD_PRIME
    squares = [(root - 1) * pow(d, -1, FIELD_PRIME) % FIELD_PRIME for root in square_roots(1 + d)]
    order_8 = {y for square in squares for y in square_roots(square)}
    assert len(order_8) == 2
    ys = {0, 1, FIELD_PRIME - 1, FIELD_PRIME, FIELD_PRIME + 1} | order_8
    return [(y | sign << 255).to_bytes(32, "little") for y in sorted(ys) for sign in (0, 1)]


def test_a_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    path = tmp_path / "log.key"
    first = ensure_key(path, ORIGIN)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert ensure_key(path, ORIGIN).vkey == load_key(path, ORIGIN).vkey == first.vkey
    assert list(tmp_path.iterdir()) == [path]


def test_what_the_key_signs_verifies_under_its_vkey_and_nothing_else_does(tmp_path: Path) -> None:
    key = ensure_key(tmp_path / "log.key", ORIGIN)
    signature = key.sign(b"hello")
    public = parse_vkey(format_vkey(key.vkey)).public
    assert verify(public, b"hello", signature)
    assert not verify(public, b"hullo", signature)
    assert not any(verify(public, b"hello", bad) for bad in corruptions(signature))
    assert not verify(public, b"hello", signature + b"\0")
    assert not verify(public[:31], b"hello", signature)


def test_the_key_does_not_show_itself(tmp_path: Path) -> None:
    path = tmp_path / "log.key"
    key = ensure_key(path, ORIGIN)
    seed = path.read_text().strip().split("+", 4)[4]  # base64 may hold a plus sign
    assert seed not in repr(key)
    assert base64.b64decode(seed)[1:].hex() not in repr(key)


@pytest.mark.parametrize("public", small_order_points(), ids=bytes.hex)
def test_a_small_order_key_never_verifies(public: bytes) -> None:
    """With such a key the library accepts one signature for message after message."""
    identity = (1).to_bytes(32, "little")
    assert not any(verify(public, bytes((n,)), identity + bytes(32)) for n in range(16))


def test_every_damaged_byte_of_a_key_file_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "log.key"
    ensure_key(path, ORIGIN)
    good = path.read_bytes().strip()
    for bad in (bad for bad in corruptions(good) if bad.strip() != good):
        path.write_bytes(bad)
        with pytest.raises(KeyFileError, match=r"log\.key"):
            load_key(path, ORIGIN)


def test_a_missing_key_or_one_of_another_log_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "log.key"
    with pytest.raises(KeyFileError, match="is missing; put it back"):
        load_key(path, ORIGIN)
    ensure_key(path, "other.test/ledger")
    with pytest.raises(KeyFileError, match=r"no key of connect\.test/ledger"):
        load_key(path, ORIGIN)


def test_a_signed_state_that_a_disk_does_not_give_is_not_to_be_replaced_by_an_older_one(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match=r"cannot be read \(.*Is a directory: .*\)\.$"):
        load_signed_state(tmp_path, ORIGIN)


def test_there_is_no_signed_state_before_the_first_signature(tmp_path: Path) -> None:
    assert load_signed_state(tmp_path / "state.json", ORIGIN) is None


def test_a_signed_state_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    state = SignedState(ORIGIN, 12, bytes(range(32)), 3)
    seen: list[SignedState | None] = []
    advance_signed_state(path, state, seen.append)
    advance_signed_state(path, state, seen.append)
    assert load_signed_state(path, ORIGIN) == state
    assert seen == [None, state]


def test_a_refused_state_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    old = SignedState(ORIGIN, 12, bytes(32), 3)
    advance_signed_state(path, old, accept)

    def refuse(state: SignedState | None) -> None:
        raise LedgerFormatError("no")

    with pytest.raises(LedgerFormatError):
        advance_signed_state(path, SignedState(ORIGIN, 13, bytes(32), 4), refuse)
    assert load_signed_state(path, ORIGIN) == old


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"not json",
        b"[1]",
        b'{"height":0,"origin":"connect.test/ledger","root":"00","size":1}',
        b'{"height":-1,"origin":"connect.test/ledger","root":"' + b"00" * 32 + b'","size":1}',
        b'{"height":0,"origin":"connect.test/ledger","root":"' + b"00" * 32 + b'","size":true}',
        b'{"height":0,"origin":"other.test/ledger","root":"' + b"00" * 32 + b'","size":1}',
    ],
)
def test_a_damaged_signed_state_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(content)
    with pytest.raises(KeyFileError, match=r"signed state .*state\.json cannot be used"):
        load_signed_state(path, ORIGIN)
