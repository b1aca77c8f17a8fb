"""Signed notes and vkeys: C2SP's rules, round trips, every byte corrupted."""

import dataclasses

import pytest

from ledger.core.canonical import format_base64
from ledger.core.cosignatures import Cosignature, cosignature_message, format_cosignature, parse_cosignature
from ledger.core.errors import LedgerFormatError, NoteError
from ledger.core.notes import (
    LOG_KEY_TYPE,
    WITNESS_KEY_TYPE,
    Note,
    Signature,
    Vkey,
    format_note,
    format_vkey,
    make_vkey,
    open_note,
    parse_note,
    parse_vkey,
    sign_note,
)
from ledger.tests.core.golden import BLOCKS, GOLDEN, LOG_VKEY, ORIGIN, WITNESS_VKEY, sign, text_corruptions, verify

TEXT: str = GOLDEN["cosigned_checkpoint"]
NOTE = parse_note(TEXT)
LOG_SIGNATURE, COSIGNATURE = NOTE.signatures
STRANGER = Signature("stranger.example", b"\1\2\3\4", b"whatever it is")
BODY = "one\ntwo\n\nthree — é\n"
SPACES = ["\t", " ", "\u0085", "\u00a0", "\u1680", "\u2000", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"]


@pytest.mark.parametrize("body", ["\n", "a\n", BODY, "\n\n\n", "— looks like a signature AAAA\n\n"])
def test_sign_format_parse_open(body: str) -> None:
    note = sign_note(body, LOG_VKEY, sign)
    assert parse_note(format_note(note)) == note
    assert note.body == body
    assert open_note(note, [LOG_VKEY], verify) == note.signatures


@pytest.mark.parametrize("text", [TEXT, BLOCKS[1]["checkpoint"]])
def test_every_corrupted_byte_loses_a_signature(text: str) -> None:
    vkeys = [LOG_VKEY, WITNESS_VKEY]
    good = len(open_note(parse_note(text), vkeys, verify))
    for corrupted in text_corruptions(text):
        try:
            note = parse_note(corrupted)
            verified = open_note(note, vkeys, verify)
        except LedgerFormatError:
            continue
        assert format_note(note) == corrupted
        assert len(verified) < good


def test_signatures_by_unknown_keys_are_ignored() -> None:
    note = Note(NOTE.body, (STRANGER, *NOTE.signatures, STRANGER))
    assert parse_note(format_note(note)) == note
    assert open_note(note, [LOG_VKEY], verify) == (LOG_SIGNATURE,)
    assert open_note(note, [WITNESS_VKEY, LOG_VKEY], verify) == (LOG_SIGNATURE, COSIGNATURE)


def test_a_bad_signature_by_a_known_key_is_never_ignored() -> None:
    for good in NOTE.signatures:
        bad = dataclasses.replace(good, data=good.data[:-1] + bytes((good.data[-1] ^ 1,)))
        note = Note(NOTE.body, tuple(bad if signature is good else signature for signature in NOTE.signatures))
        with pytest.raises(NoteError):
            open_note(note, [LOG_VKEY, WITNESS_VKEY], verify)


@pytest.mark.parametrize("data", [b"", b"\0", bytes(63), bytes(65), bytes(71), bytes(73)])
def test_a_signature_of_another_length_is_bad(data: bytes) -> None:
    for good, vkey in ((LOG_SIGNATURE, LOG_VKEY), (COSIGNATURE, WITNESS_VKEY)):
        with pytest.raises(NoteError):
            open_note(Note(NOTE.body, (dataclasses.replace(good, data=data),)), [vkey], lambda *_: True)


def test_a_note_without_a_known_signature_is_refused() -> None:
    for vkeys in ([], [make_vkey("stranger.example", LOG_KEY_TYPE, LOG_VKEY.public)]):
        with pytest.raises(NoteError):
            open_note(NOTE, vkeys, verify)


def test_the_name_must_be_the_keys_name() -> None:
    renamed = dataclasses.replace(LOG_SIGNATURE, name="another.example/ledger")
    with pytest.raises(NoteError):
        open_note(Note(NOTE.body, (renamed,)), [LOG_VKEY], verify)


def test_only_the_first_signature_by_a_key_counts() -> None:
    other = dataclasses.replace(LOG_SIGNATURE, data=bytes(64))
    assert open_note(Note(NOTE.body, (LOG_SIGNATURE, other)), [LOG_VKEY], lambda *_: True) == (LOG_SIGNATURE,)
    with pytest.raises(NoteError):
        open_note(Note(NOTE.body, (LOG_SIGNATURE, other)), [LOG_VKEY], verify)


def test_a_log_signature_does_not_pass_as_a_cosignature() -> None:
    witness = make_vkey(ORIGIN, WITNESS_KEY_TYPE, LOG_VKEY.public)
    moved = Signature(witness.name, witness.key_id, LOG_SIGNATURE.data)
    with pytest.raises(NoteError):
        open_note(Note(NOTE.body, (moved,)), [witness], verify)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "\n\n",
        "body\n",
        "body\n\n",
        "body\n— a AAAAAAA=\n",
        "\n— a AAAAAAA=\n",
        "body\n\n— a AAAAAAA=",
        "body\n\n— a AAAAAAA=\n\n",
        "body\n\n— a AAAAAAA=\n- a AAAAAAA=\n",
        "body\n\n- a AAAAAAA=\n",
        "body\n\n—a AAAAAAA=\n",
        "body\n\n—  a AAAAAAA=\n",
        "body\n\n— a  AAAAAAA=\n",
        "body\n\n— a AAAAAAA= \n",
        "body\n\n— a AAAAAAA=\r\n",
        "body\n\n— a\n",
        "body\n\n— a \n",
        "body\n\n— a AAAAAA==\n",
        "body\n\n— a AAAAAAB=\n",
        "body\n\n— a AAAAAAA\n",
        "body\n\n— a AAAAA-A=\n",
        "body\n\n— a+b AAAAAAA=\n",
        *(f"body\n\n— a{space}b AAAAAAA=\n" for space in SPACES),
        "bo\rdy\n\n— a AAAAAAA=\n",
        "bo\0dy\n\n— a AAAAAAA=\n",
        "bo\tdy\n\n— a AAAAAAA=\n",
        "bo\ud800dy\n\n— a AAAAAAA=\n",
        "body\n\n— \ud800 AAAAAAA=\n",
        "body\n\n" + "— a AAAAAAA=\n" * 101,
        "b" * 1_000_001 + "\n\n— a AAAAAAA=\n",
    ],
    ids=lambda text: repr(text[:40]),
)
def test_malformed_notes_are_refused(text: str) -> None:
    assert parse_note("body\n\n— a AAAAAAA=\n") == Note("body\n", (Signature("a", bytes(4), b"\0"),))
    with pytest.raises(LedgerFormatError):
        parse_note(text)


@pytest.mark.parametrize("body", ["", "a", "a\n\nb", "a\r\n", "\ud800\n", "\x01\n"])
def test_a_body_that_would_not_parse_is_never_signed(body: str) -> None:
    with pytest.raises(NoteError):
        sign_note(body, LOG_VKEY, sign)
    with pytest.raises(NoteError):
        format_note(Note(body, NOTE.signatures))


def test_vkeys_round_trip_and_every_corrupted_byte_is_refused() -> None:
    for text in (GOLDEN["log_vkey"], GOLDEN["witness_vkey"]):
        assert format_vkey(parse_vkey(text)) == text
        for corrupted in text_corruptions(text):
            with pytest.raises(LedgerFormatError):
                parse_vkey(corrupted)


@pytest.mark.parametrize("name", ["", "a+b", "a\nb", "a\x1fb", "\ud800", *(f"a{space}b" for space in SPACES)])
def test_key_names_have_no_space_plus_or_control_character(name: str) -> None:
    assert make_vkey("é.example/上海", LOG_KEY_TYPE, bytes(32)).name == "é.example/上海"
    with pytest.raises((NoteError, UnicodeEncodeError)):
        make_vkey(name, LOG_KEY_TYPE, bytes(32))


def test_a_vkey_of_another_type_length_or_id_is_refused() -> None:
    for key_type, size in ((0, 32), (2, 32), (255, 32), (LOG_KEY_TYPE, 31), (LOG_KEY_TYPE, 33)):
        with pytest.raises(NoteError):
            make_vkey(ORIGIN, key_type, bytes(size))
    with pytest.raises(NoteError):
        Vkey(ORIGIN, bytes(4), LOG_KEY_TYPE, LOG_VKEY.public)
    with pytest.raises(NoteError):
        Vkey(ORIGIN, LOG_VKEY.key_id, WITNESS_KEY_TYPE, LOG_VKEY.public)
    for text in ("", "a", "a+00000000", "a+00000000+", "a++" + format_base64(b"\1" + bytes(32))):
        with pytest.raises(LedgerFormatError):
            parse_vkey(text)


def test_cosignature_message_and_data() -> None:
    assert cosignature_message(7, "body\n") == b"cosignature/v1\ntime 7\nbody\n"
    cosignature = parse_cosignature(COSIGNATURE.data)
    assert format_cosignature(cosignature) == COSIGNATURE.data
    message = cosignature_message(cosignature.time_s, NOTE.body)
    assert verify(WITNESS_VKEY.public, message, cosignature.signature)
    for other in (
        cosignature_message(cosignature.time_s + 1, NOTE.body),
        cosignature_message(cosignature.time_s, BODY),
    ):
        assert not verify(WITNESS_VKEY.public, other, cosignature.signature)
    assert parse_cosignature(format_cosignature(Cosignature(0, bytes(64)))) == Cosignature(0, bytes(64))


@pytest.mark.parametrize("data", [b"", bytes(71), bytes(73), b"\xff" * 72, b"\0\x20" + bytes(70)])
def test_a_malformed_cosignature_is_refused(data: bytes) -> None:
    with pytest.raises(NoteError):
        parse_cosignature(data)
