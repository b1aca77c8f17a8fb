"""Signed notes and verifier keys (C2SP signed-note).

    connect.example/ledger
    15
    6RmQWBaK0h/nnQW45bjWRyTSzDQJlh3c40+NzSpN20E=

    — connect.example/ledger QYxKWUnNuGy5gHDs8xtTguxUQGYraC/XDDFCdvA6GeFr1kKIlnoA9rWPkYZjfloDYcB0oWUJCkhj0hOi+yrib…

The body ends with its newline; the last empty line separates it from the signatures, each
`— name base64(key id[4] ‖ signature)`. Signatures by keys that the reader does not know are ignored; one by a known key
must be good. Signing and verifying are handed in: this module holds no key.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ledger.core.canonical import format_base64, parse_base64, parse_hex
from ledger.core.cosignatures import cosignature_message, parse_cosignature
from ledger.core.errors import NoteError

LOG_KEY_TYPE = 0x01
WITNESS_KEY_TYPE = 0x04
KEY_ID_SIZE = 4
PUBLIC_KEY_SIZE = 32
MAX_NOTE_CHARS = 1_000_000
MAX_SIGNATURES = 100

Sign = Callable[[bytes], bytes]
Verify = Callable[[bytes, bytes, bytes], bool]
"""(public key, message, signature) → whether it is good."""

# Unicode's White_Space, as Go's unicode.IsSpace has it; \s of Python and of JavaScript differ, also from each other.
_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_NAME = re.compile(f"[^+{_SPACE}]+")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\ud800-\udfff]")
_SIGNATURE_LINE = re.compile(r"— ([^ \n]+) ([A-Za-z0-9+/=]+)")


@dataclass(frozen=True, slots=True)
class Vkey:
    """A public key that a reader trusts under a name. `key_id` follows from the rest."""

    name: str
    key_id: bytes
    type: int
    public: bytes

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or _CONTROL.search(self.name):
            raise NoteError("is empty or holds a space, plus or control character", "name")
        if self.type not in (LOG_KEY_TYPE, WITNESS_KEY_TYPE):
            raise NoteError(f"type {self.type} is unknown", "vkey")
        if len(self.public) != PUBLIC_KEY_SIZE:
            raise NoteError(f"is not {PUBLIC_KEY_SIZE} bytes", "public")
        if self.key_id != key_id(self.name, self.type, self.public):
            raise NoteError("does not follow from name, type and public key", "key_id")


@dataclass(frozen=True, slots=True)
class Signature:
    """One line of a note: who claims to have signed, and what comes after the key id."""

    name: str
    key_id: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A body, with its last newline, and its signatures in order."""

    body: str
    signatures: tuple[Signature, ...]


def key_id(name: str, key_type: int, public: bytes) -> bytes:
    """SHA256(name ‖ 0x0A ‖ type ‖ public key)[:4]."""
    return hashlib.sha256(name.encode() + b"\n" + bytes((key_type,)) + public).digest()[:KEY_ID_SIZE]


def make_vkey(name: str, key_type: int, public: bytes) -> Vkey:
    return Vkey(name, key_id(name, key_type, public), key_type, public)


def format_vkey(vkey: Vkey) -> str:
    """name+hex(key id)+base64(type ‖ public key)"""
    return f"{vkey.name}+{vkey.key_id.hex()}+{format_base64(bytes((vkey.type,)) + vkey.public)}"


def parse_vkey(text: str) -> Vkey:
    """A vkey whose key id fits; LedgerFormatError for anything else."""
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise NoteError("is not name+id+key", "vkey")
    name, id_hex, key_base64 = parts
    key = parse_base64(key_base64, 1 + PUBLIC_KEY_SIZE)
    return Vkey(name, parse_hex(id_hex, KEY_ID_SIZE), key[0], key[1:])


def format_note(note: Note) -> str:
    _check_body(note.body)
    lines = [f"— {s.name} {format_base64(s.key_id + s.data)}\n" for s in note.signatures]
    return note.body + "\n" + "".join(lines)


def parse_note(text: str) -> Note:
    """Body and signatures, nothing verified. LedgerFormatError unless format_note gives the same text again."""
    if len(text) > MAX_NOTE_CHARS:
        raise NoteError("is too long", "note")
    body, separator, tail = text.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise NoteError("has no signatures", "note")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError("has too many signatures", "note")
    _check_body(body + "\n")
    return Note(body + "\n", tuple(map(_parse_signature, lines)))


def sign_note(body: str, vkey: Vkey, sign: Sign) -> Note:
    """The note with the log's own signature."""
    assert vkey.type == LOG_KEY_TYPE, "a witness signs a cosignature message"
    _check_body(body)
    return Note(body, (Signature(vkey.name, vkey.key_id, sign(body.encode())),))


def open_note(note: Note, vkeys: Iterable[Vkey], verify: Verify) -> tuple[Signature, ...]:
    """The signatures by these keys, the first of each, all good; NoteError when one is bad or there is none."""
    known = {(vkey.name, vkey.key_id): vkey for vkey in vkeys}
    verified: dict[Vkey, Signature] = {}
    for signature in note.signatures:
        vkey = known.get((signature.name, signature.key_id))
        if vkey is None:
            continue
        if not _is_good(vkey, signature.data, note.body, verify):
            raise NoteError(f"signature by {vkey.name} is not good", "signature")
        verified.setdefault(vkey, signature)
    if not verified:
        raise NoteError("carries no signature by a known key", "signature")
    return tuple(verified.values())


def _is_good(vkey: Vkey, data: bytes, body: str, verify: Verify) -> bool:
    if vkey.type == LOG_KEY_TYPE:
        return len(data) == 64 and verify(vkey.public, body.encode(), data)
    cosignature = parse_cosignature(data)
    return verify(vkey.public, cosignature_message(cosignature.time_s, body), cosignature.signature)


def _check_body(body: str) -> None:
    if not body.endswith("\n") or _CONTROL.search(body):
        raise NoteError("does not end with a newline, or holds a control character", "body")


def _parse_signature(line: str) -> Signature:
    match = _SIGNATURE_LINE.fullmatch(line)
    if not match or not _NAME.fullmatch(match[1]) or _CONTROL.search(match[1]):
        raise NoteError("line is malformed", "signature")
    data = parse_base64(match[2])
    if len(data) <= KEY_ID_SIZE:
        raise NoteError("is too short", "signature")
    return Signature(match[1], data[:KEY_ID_SIZE], data[KEY_ID_SIZE:])
