#!/usr/bin/env python3
"""connect-verify: checks what a Connect log hands out. One file, offline, nothing needed but Python 3.9 or newer.

    python connect_verify.py receipt.tlog-proof [more …] --key VKEY       receipts: was this said, and is it unchanged?
    python connect_verify.py room world.jsonl --key VKEY                  an exported room, entry by entry
    python connect_verify.py log FOLDER --key VKEY                        an exported log, every leaf and every tile
    python connect_verify.py consistency OLD NEW --log FOLDER --key VKEY  is the older tree the beginning of the newer?

VKEY is the log's public key, or a file that holds it. Take it from somewhere else than the thing to be checked: it is
what everything else is measured against. Exit code 0: verified, 1: not verified, 2: it could not be tried.

Nothing in a file is believed before it was recomputed. Whatever has a second spelling (JSON, base64, hex, decimals) is
refused, so that a changed byte is a changed meaning or a failure. In the order of reading:

    1 spelling      JSON, base64, hex and decimals, one spelling each             RFC 8785, RFC 4648
    2 Ed25519       verification only                                             RFC 8032
    3 notes         public keys, signed notes, checkpoints                        C2SP signed-note, tlog-checkpoint
    4 the tree      leaf and node hashes, inclusion, consistency                  RFC 9162
    5 records       what an author states, bodies, block headers                  docs/specs/ledger.md
    6 reports       what was looked at, and what came of it
    7 receipts      8 log folders      9 consistency      10 rooms
    11 printing     12 command line
"""
# ruff: noqa: B905, UP017 (Python 3.9 knows neither zip(strict=) nor datetime.UTC)

from __future__ import annotations

import argparse
import base64
import functools
import hashlib
import json
import os
import re
import struct
import sys
import textwrap
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NoReturn, TypeVar

MAX_INT = 2**53 - 1
MAX_FILE = 2_000_000
"""Bytes of a receipt, a checkpoint or a line of a room: far above what the formats allow, far below what hurts."""


class Refused(ValueError):
    """Something is not what it has to be: where, what was expected, what was found."""

    def __init__(self, where: str, expected: str, got: object) -> None:
        self.where, self.expected = where, expected
        self.got = got if isinstance(got, str) else repr(got)
        if len(self.got) > 200:
            self.got = self.got[:200] + "…"
        super().__init__(f"{where}: expected {self.expected}, got {self.got}")


class UsageError(Exception):
    """The question cannot be asked like this; says nothing about the thing to be checked."""


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


# ── 1. Spelling ──────────────────────────────────────────────────────────────────────────────────────────────────────

HEX = re.compile(r"(?:[0-9a-f]{2})*")
DECIMAL = re.compile(r"0|[1-9][0-9]{0,15}")


def decode_utf8(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(where, "UTF-8", f"{data[error.start : error.start + 4]!r} at byte {error.start}") from None


def encode_canonical(value: object) -> bytes:
    """RFC 8785 for what parse_canonical lets through: no floats, integers below 2^53, keys in ASCII."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def parse_json(data: bytes, where: str) -> Any:
    numbers: dict[str, Any] = {"parse_float": _refuse, "parse_constant": _refuse, "parse_int": _parse_int}
    try:
        return json.loads(decode_utf8(data, where), **numbers)
    except Refused:
        raise
    except (ValueError, RecursionError) as error:  # no JSON, a number too large, nested too deep
        raise Refused(where, "JSON", str(error)) from None


def parse_canonical(data: bytes, where: str) -> Any:
    """The value that is written exactly like this in canonical JSON."""
    value = parse_json(data, where)
    try:
        canonical = encode_canonical(value)
    except UnicodeEncodeError as error:  # a lone surrogate
        raise Refused(where, "canonical JSON", str(error)) from None
    if canonical != data:
        at = next((i for i, pair in enumerate(zip(canonical, data)) if pair[0] != pair[1]), len(data))
        expected = f"canonical JSON, {canonical[at : at + 20]!r} at byte {at}"
        raise Refused(where, expected, f"{data[at : at + 20]!r}")
    return value


def parse_base64(text: object, where: str, size: int | None = None) -> bytes:
    """Standard base64 with padding, unused bits zero."""
    what = "base64" if size is None else f"{size} bytes in base64"
    try:
        data = base64.b64decode(text if isinstance(text, str) else "?", validate=True)
    except ValueError:
        raise Refused(where, what, text) from None
    if base64.b64encode(data).decode() != text or size not in (None, len(data)):
        raise Refused(where, what, text)
    return data


def parse_hex(text: object, where: str, size: int) -> bytes:
    if not isinstance(text, str) or len(text) != 2 * size or not HEX.fullmatch(text):
        raise Refused(where, f"{2 * size} lower-case hex digits", text)
    return bytes.fromhex(text)


def parse_decimal(text: str, where: str) -> int:
    if not DECIMAL.fullmatch(text) or int(text) > MAX_INT:
        raise Refused(where, "a decimal below 2^53 without sign or leading zeros", text)
    return int(text)


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"the number {text[:20]}")


def _parse_int(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > MAX_INT:
        raise ValueError(f"the integer {text[:20]}, not below 2^53")
    return int(text)


# ── 2. Ed25519 (RFC 8032 §5.1), verification only ────────────────────────────────────────────────────────────────────
# Points of the curve −x² + y² = 1 + d·x²·y² over the field of P, as (X, Y, Z, T) with x = X/Z, y = Y/Z, x·y = T/Z.
# Nothing here is secret, so nothing has to take constant time.

Point = tuple[int, int, int, int]

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_MINUS_1 = pow(2, (P - 1) // 4, P)
NEUTRAL: Point = (0, 1, 1, 0)


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature is good. A small-order key never is: with one, a signature fits many messages."""
    if len(public) != 32 or len(signature) != 64:
        return False
    return _fits(public, signature, hashlib.sha512(signature[:32] + public + message).digest())


@functools.lru_cache(maxsize=4096)
def _fits(public: bytes, signature: bytes, digest: bytes) -> bool:
    """Remembered by the message's digest: a message may be long."""
    key = decode_point(public)
    s = int.from_bytes(signature[32:], "little")
    if key is None or _is_neutral(_times_8(key)) or s >= ORDER:
        return False
    k = int.from_bytes(digest, "little") % ORDER
    # R is compared as bytes, so that its other spellings are refused as well.
    return _encode_point(_double_multiply(s, BASE, k, _negate(key))) == signature[:32]


def decode_point(data: bytes) -> Point | None:
    """The point of 32 bytes (§5.1.3); None where there is none, or where the bytes are not its one spelling."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * SQRT_MINUS_1 % P
    if x * x % P != square or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def _encode_point(point: Point) -> bytes:
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _add(p: Point, q: Point) -> Point:
    """§5.1.4; complete, so that it doubles as well."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _negate(p: Point) -> Point:
    return (P - p[0], p[1], p[2], P - p[3])


def _times_8(p: Point) -> Point:
    for _ in range(3):
        p = _add(p, p)
    return p


def _is_neutral(p: Point) -> bool:
    return p[0] % P == 0 and (p[1] - p[2]) % P == 0


def _double_multiply(s: int, p: Point, k: int, q: Point) -> Point:
    """s·p + k·q, both at once from the highest bit down."""
    summands = (NEUTRAL, p, q, _add(p, q))
    total = NEUTRAL
    for bit in range(max(s.bit_length(), k.bit_length()) - 1, -1, -1):
        total = _add(total, total)
        which = (s >> bit & 1) | (k >> bit & 1) << 1
        if which:
            total = _add(total, summands[which])
    return total


_base = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
assert _base is not None, "y = 4/5 is on the curve"
BASE: Point = _base


# ── 3. Public keys, signed notes, checkpoints (C2SP) ─────────────────────────────────────────────────────────────────

LOG_KEY, WITNESS_KEY = 0x01, 0x04
MAX_NOTE = 1_000_000
SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
KEY_NAME = re.compile(f"[^+{SPACE}\x00-\x1f\ud800-\udfff]+")
SIGNATURE_LINE = re.compile("— ([^ \n]+) ([A-Za-z0-9+/=]+)")
CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True)
class Vkey:
    """A public key under a name. The key id, 4 bytes, follows from the rest and finds the key's line in a note."""

    name: str
    type: int
    public: bytes

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + bytes((self.type,)) + self.public)[:4]

    def __str__(self) -> str:
        return f"{self.name}, key {self.id.hex()}"


@dataclass(frozen=True)
class Checkpoint:
    """What a log signs: its name, how many entries its tree has, and the hash over all of them."""

    origin: str
    size: int
    root: bytes
    body: bytes
    signatures: tuple[tuple[str, bytes, bytes], ...]
    """Name, key id and data of each line."""


def parse_vkey(text: str) -> Vkey:
    """name+key id in hex+base64 of type and public key"""
    name, id_hex, key_base64 = (*text.split("+", 2), "", "")[:3]
    key = parse_base64(key_base64, "key", 33)
    if not KEY_NAME.fullmatch(name) or key[0] not in (LOG_KEY, WITNESS_KEY):
        raise Refused("key", "a name and an Ed25519 key of type 1 (log) or 4 (witness)", text)
    vkey = Vkey(name, key[0], key[1:])
    if id_hex != vkey.id.hex():
        raise Refused("key id", vkey.id.hex(), id_hex)
    return vkey


def parse_checkpoint(text: str) -> Checkpoint:
    """A signed note of origin, size and root. Nothing is verified yet."""
    if len(text) > MAX_NOTE:
        raise Refused("checkpoint", f"at most {MAX_NOTE:,} characters", f"{len(text):,}")
    body, empty, tail = text.rpartition("\n\n")
    lines = body.split("\n")
    if not empty or len(lines) != 3 or CONTROL.search(body):
        raise Refused("checkpoint", "three lines (log, size, root), an empty one, and signatures", text)
    if not tail.endswith("\n") or tail.count("\n") > 100:
        raise Refused("checkpoint", "1 to 100 lines of signatures, the last one ended", tail)
    if not lines[0]:
        raise Refused("checkpoint", "the log's name in its first line", text)
    size, root = parse_decimal(lines[1], "checkpoint size"), parse_base64(lines[2], "checkpoint root", 32)
    signatures = tuple(_parse_signature(line) for line in tail[:-1].split("\n"))
    return Checkpoint(lines[0], size, root, f"{body}\n".encode(), signatures)


def cosigned(body: bytes, data: bytes) -> tuple[int, bytes, bytes]:
    """When a witness saw the checkpoint, in seconds; the message that it signed; its signature."""
    seconds = int.from_bytes(data[:8], "big")
    return seconds, f"cosignature/v1\ntime {seconds}\n".encode() + body, data[8:]


def _parse_signature(line: str) -> tuple[str, bytes, bytes]:
    match = SIGNATURE_LINE.fullmatch(line)
    if not match or not KEY_NAME.fullmatch(match[1]):
        raise Refused("signature line", "— name base64", line)
    data = parse_base64(match[2], "signature line")
    if len(data) <= 4:
        raise Refused("signature line", "key id and signature", line)
    return match[1], data[:4], data[4:]


# ── 4. The Merkle tree (RFC 9162 §2.1) ───────────────────────────────────────────────────────────────────────────────

WIDTH = 256
"""Hashes of a full tile (C2SP tlog-tiles, height 8)."""


def leaf_hash(leaf_data: bytes) -> bytes:
    return sha256(b"\x00" + leaf_data)


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right)


def root_hash(hashes: Sequence[bytes]) -> bytes:
    """The root over complete subtrees of one size, at least one, the last of which may be smaller."""
    level = list(hashes)
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)] + odd
    return level[0]


def inclusion_root(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root to which the proof leads from the leaf (§2.1.3.2)."""
    if not index < size:
        raise Refused("index", f"one below the tree's size {size}", index)
    sides = _siblings(index, size - 1)
    if len(proof) != len(sides):
        raise Refused("path", f"{len(sides)} hashes for leaf {index} of {size}", f"{len(proof)}")
    root = leaf
    for is_left, sibling in zip(sides, proof):
        root = node_hash(sibling, root) if is_left else node_hash(root, sibling)
    return root


def consistency_roots(old_size: int, old_root: bytes, new_size: int, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The older and the newer root to which the proof leads (§2.1.4.2), for two different sizes."""
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    path = list(proof) if node else [old_root, *proof]  # a complete old tree is itself the first hash, and is not sent
    sides = _siblings(node, last)
    if len(path) != len(sides) + 1:
        raise Refused("proof", f"{len(sides) + (node > 0)} hashes from {old_size} to {new_size}", f"{len(proof)}")
    old = new = path[0]
    for is_left, sibling in zip(sides, path[1:]):
        if is_left:
            old = node_hash(sibling, old)
        new = node_hash(sibling, new) if is_left else node_hash(new, sibling)
    return old, new


def check_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Refused unless the proof shows the old tree as the beginning of the new one."""
    check_sizes(old_size, new_size)
    if old_size == new_size:
        if proof:
            raise Refused("proof", "no hash between two trees of one size", f"{len(proof)}")
        if old_root != new_root:
            raise Refused("root", f"{old_root.hex()}, as the tree of {old_size} had before", new_root.hex())
        return
    old, new = consistency_roots(old_size, old_root, new_size, proof)
    if old != old_root:
        raise Refused("older root", old_root.hex(), f"{old.hex()} by the proof")
    if new != new_root:
        raise Refused("newer root", new_root.hex(), f"{new.hex()} by the proof")


def check_sizes(old_size: int, new_size: int) -> None:
    if not 1 <= old_size <= new_size:
        raise Refused("sizes", "the older tree first, with at least one entry", f"{old_size}, then {new_size}")


def _siblings(node: int, last: int) -> list[bool]:
    """On the way from a node to the root, for each sibling whether it stands to the left."""
    sides = []
    while last:
        is_left = bool(node & 1) or node == last
        sides.append(is_left)
        while is_left and node and not node & 1:  # the last of its level rises alone until it has a left sibling
            node, last = node >> 1, last >> 1
        node, last = node >> 1, last >> 1
    return sides


# ── 5. Records, bodies, block headers (docs/specs/ledger.md §2–4) ────────────────────────────────────────────────────

Shape = Callable[[object, str], object]
"""Raises Refused unless a JSON value has a certain form; the string says where it stands."""

KINDS: dict[str, tuple[int, str]] = {
    "key.add": (0x02, "Key added"),
    "key.revoke": (0x02, "Key revoked"),
    "room.create": (0x03, "Room created"),
    "room.update": (0x03, "Room changed"),
    "member.join": (0x03, "Member joined"),
    "member.leave": (0x03, "Member left"),
    "member.remove": (0x03, "Member removed"),
    "post": (0x10, "Message"),
    "edit": (0x10, "Edited message"),
    "delete": (0x10, "Message deleted"),
    "react": (0x10, "Reaction"),
    "unreact": (0x10, "Reaction taken back"),
    "erase": (0x20, "Message erased"),
}
FAMILIES = {0x00: "genesis", 0x01: "block", 0x02: "key", 0x03: "room", 0x10: "message", 0x20: "erasure"}


def anything(value: object, where: str) -> None:
    """What another check looks at."""


def string(value: object, where: str) -> None:
    if not isinstance(value, str):
        raise Refused(where, "a string", value)


def hexadecimal(size: int) -> Shape:
    return lambda value, where: parse_hex(value, where, size)


def base64_of(size: int) -> Shape:
    return lambda value, where: parse_base64(value, where, size)


def integer(least: int = 0) -> Shape:
    def check(value: object, where: str) -> None:
        if type(value) is not int or not least <= value <= MAX_INT:
            raise Refused(where, f"an integer from {least} to 2^53 − 1", value)

    return check


def optional(shape: Shape) -> Shape:
    return lambda value, where: None if value is None else shape(value, where)


def list_of(shape: Shape, least: int = 0) -> Shape:
    def check(value: object, where: str) -> None:
        if not isinstance(value, list) or len(value) < least:
            raise Refused(where, f"a list of at least {least}", value)
        for item in value:
            shape(item, where)

    return check


def one_of(*values: object) -> Shape:
    def check(value: object, where: str) -> None:
        if not any(value == one and type(value) is type(one) for one in values):
            raise Refused(where, " or ".join(map(repr, values)), value)

    return check


def fields(shapes: dict[str, Shape], **may: Shape) -> Shape:
    """An object with exactly these keys, and those of `may` where they are there."""

    def check(value: object, where: str) -> None:
        if not isinstance(value, dict) or not shapes.keys() <= value.keys() <= shapes.keys() | may.keys():
            got = ", ".join(map(str, value)) if isinstance(value, dict) else value
            raise Refused(where, f"an object with exactly the keys {', '.join(sorted(shapes))}", got)
        for key, item in value.items():
            (shapes.get(key) or may[key])(item, f"{where}.{key}")

    return check


FILE = fields({"name": string, "type": string, "size": integer(), "commitment": hexadecimal(32)})
MESSAGE = fields({"text": string}, files=list_of(FILE, least=1))
ROOM = fields({"name": string, "topic": string, "access": string})
MEMBER = fields({"member": hexadecimal(16)})
BODIES: dict[str, Shape] = {
    "key.add": fields({"public": base64_of(32), "label": string}),
    "key.revoke": fields({"device": hexadecimal(32), "reason": string}),
    "room.create": ROOM,
    "room.update": ROOM,
    "member.join": MEMBER,
    "member.leave": MEMBER,
    "member.remove": MEMBER,
    "post": MESSAGE,
    "edit": MESSAGE,
    "react": fields({"emoji": string}),
    "unreact": fields({"emoji": string}),
    "erase": fields({"reason": string}),
}
STATEMENT = fields(
    {
        "v": one_of(1),
        "log": string,
        "kind": one_of(*KINDS),
        "room": hexadecimal(16),
        "author": hexadecimal(16),
        "client_id": hexadecimal(16),
        "ref": optional(hexadecimal(32)),
        "body": optional(hexadecimal(32)),
        "sent_ms": integer(),
        "seen": optional(fields({"seq": integer(1), "hash": hexadecimal(32)})),
        "checkpoint": optional(fields({"size": integer(1), "root": hexadecimal(32)})),
        "device": optional(hexadecimal(32)),
    }
)
RECORD = fields(
    {
        "statement": STATEMENT,
        "signature": optional(base64_of(64)),
        "room_seq": integer(1),
        "previous": hexadecimal(32),
        "received_ms": integer(),
    }
)


@dataclass(frozen=True)
class Entry:
    """A record, and the body that its commitment hides, unless the kind has none or it was erased."""

    record: Any
    salt: bytes | None
    body: Any

    @property
    def statement(self) -> Any:
        return self.record["statement"]

    @property
    def has_lost_its_body(self) -> bool:
        return self.body is None and self.statement["body"] is not None

    def leaf_hash(self) -> bytes:
        kind_byte = KINDS[self.statement["kind"]][0]
        return leaf_hash(bytes((1, kind_byte)) + sha256(encode_canonical(self.record)))


@dataclass(frozen=True)
class Header:
    """The mined header of a block."""

    height: int
    tree_size: int
    root: bytes
    time_ms: int
    bits: int
    hash: bytes


def parse_entry(record: object, salt: object, body: object) -> Entry:
    """A well-formed record with a body of its kind. Whether the body is the recorded one is checked later."""
    RECORD(record, "record")
    entry = Entry(record, None if salt is None else parse_hex(salt, "salt", 32), body)
    kind, commitment = entry.statement["kind"], entry.statement["body"]
    if (commitment is None) != (kind == "delete"):
        raise Refused("record.statement.body", "null for a delete and for nothing else", commitment)
    if (entry.record["signature"] is None) != (entry.statement["device"] is None):
        raise Refused("record.signature", "null exactly where device is null", entry.record["signature"])
    if (salt is None) != (body is None) or (body is not None and commitment is None):
        raise Refused("body", "body and salt together, and only where the record commits to a body", body)
    if body is not None:
        BODIES[kind](body, "body")
    return entry


def parse_header(data: bytes, origin: str) -> Header:
    """The 152 bytes of a block header of the log `origin`."""
    layout = struct.Struct(">16s32sQ32sQ32sQB7sQ")
    magic, log, height, _, tree_size, root, time_ms, bits, zeros, _ = layout.unpack(data)
    for name, expected, got in (
        ("header version", b"connect-block/v1", magic),
        ("header log", sha256(origin.encode()), log),
        ("header padding", bytes(7), zeros),
    ):
        if expected != got:
            raise Refused(name, expected.hex(), got.hex())
    if not 8 <= bits <= 40:
        raise Refused("header bits", "8 to 40", bits)
    if max(height, tree_size, time_ms) > MAX_INT:
        raise Refused("header", "height, size and time below 2^53", max(height, tree_size, time_ms))
    return Header(height, tree_size, root, time_ms, bits, sha256(data))


# ── 6. Reports ───────────────────────────────────────────────────────────────────────────────────────────────────────

MAX_FAILURES = 20


@dataclass(frozen=True)
class Trust:
    """What the reader brings along, from elsewhere."""

    key: Vkey
    witnesses: tuple[Vkey, ...] = ()
    quorum: int = 0
    devices: dict[str, bytes] = field(default_factory=dict)
    """Raw Ed25519 public keys of authors' devices by their id, SHA-256 in hex."""


@dataclass(frozen=True)
class Step:
    """One thing that was looked at. `result` is "ok", "failed", or "open" for what cannot be decided here."""

    name: str
    result: str
    says: str
    expected: str = ""
    got: str = ""


@dataclass
class Report:
    """What was looked at, in order, and what follows for a reader. The first failures are listed, all are counted."""

    subject: str
    title: str = ""
    quote: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    failures: int = 0
    proven: list[str] = field(default_factory=list)
    claimed: list[str] = field(default_factory=list)
    not_proven: list[str] = field(default_factory=list)
    values: dict[str, object] = field(default_factory=dict)

    @property
    def is_verified(self) -> bool:
        return bool(self.steps) and not self.failures

    def ok(self, name: str, says: str) -> None:
        self.steps.append(Step(name, "ok", says))

    def leave_open(self, name: str, says: str) -> None:
        self.steps.append(Step(name, "open", says))

    def fail(self, name: str, says: str, expected: object, got: object) -> None:
        self.failures += 1
        if self.failures <= MAX_FAILURES:
            texts = (value.hex() if isinstance(value, bytes) else str(value) for value in (expected, got))
            self.steps.append(Step(name, "failed", says, *texts))

    def refuse(self, name: str, refused: Refused) -> None:
        self.fail(name, refused.where, refused.expected, refused.got)

    def require(self, name: str, good: bool, yes: str, no: str, expected: object, got: object) -> None:
        if good:
            self.ok(name, yes)
        else:
            self.fail(name, no, expected, got)

    def include(self, part: Report, prefix: str) -> None:
        self.steps += [replace(step, name=f"{prefix} {step.name}") for step in part.steps]
        self.failures += part.failures

    def compare(self, name: str, expected: object, got: object, yes: str, no: str) -> None:
        self.require(name, expected == got, yes, no, expected, got)


def check_signatures(report: Report, checkpoint: Checkpoint, trust: Trust) -> None:
    """Each line by the log's key, at least one, and each by a given witness must be good; witnesses are counted."""
    key, origin, size = trust.key, checkpoint.origin, checkpoint.size
    report.compare("log", key.name, origin, f"the checkpoint is one of {origin}", "the checkpoint is another log's")
    lines = _lines_by(checkpoint, key)
    good = all(is_signed(key.public, checkpoint.body, signature) for signature in lines)
    if lines:
        yes, no = f"{key} signed a tree of {size:,} entries", "the log's signature does not fit the checkpoint"
        report.require("signature", good, yes, no, "an Ed25519 signature over log, size and root", lines[-1])
    else:
        names = "; ".join(f"{name}, key {key_id.hex()}" for name, key_id, _ in checkpoint.signatures)
        report.fail("signature", "the checkpoint has none by the given key", key, names)
    _check_witnesses(report, checkpoint, trust)


def _check_witnesses(report: Report, checkpoint: Checkpoint, trust: Trust) -> None:
    seen: dict[bytes, str] = {}
    for witness in trust.witnesses:
        for data in _lines_by(checkpoint, witness):
            seconds, message, signature = cosigned(checkpoint.body, data)
            if seconds <= MAX_INT and is_signed(witness.public, message, signature):
                seen[witness.public] = f"{witness.name} at {moment(seconds * 1000)}"
            else:
                report.fail("witness", f"the cosignature by {witness} does not fit", "a good signature", data)
    report.values["witnesses"] = len(seen)
    unknown = len(checkpoint.signatures) - sum(len(_lines_by(checkpoint, key)) for key in (trust.key, *trust.witnesses))
    others = f"; {unknown} more by keys not given, ignored" if unknown else ""
    if not trust.witnesses:
        report.leave_open("witnesses", f"no witness key was given{others}")
        return
    by = f" ({'; '.join(seen.values())})" if seen else ""
    yes = f"{len(seen)} of {len(trust.witnesses)} given witnesses cosigned{by}, {trust.quorum} needed{others}"
    enough = len(seen) >= trust.quorum
    report.require("witnesses", enough, yes, "too few cosigned", f"at least {trust.quorum}", f"{len(seen)}{by}{others}")


def _lines_by(checkpoint: Checkpoint, key: Vkey) -> list[bytes]:
    return [data for name, key_id, data in checkpoint.signatures if (name, key_id) == (key.name, key.id)]


def check_entry(report: Report, entry: Entry, trust: Trust) -> None:
    """Body against commitment, and the device's signature where there is one."""
    commitment = entry.statement["body"]
    if entry.body is not None and entry.salt is not None:
        found = sha256(b"connect-body/v1\n" + entry.salt + encode_canonical(entry.body))
        yes = f"with its salt it hashes to the record's commitment {short(found)}"
        report.compare("body", bytes.fromhex(commitment), found, yes, "body and salt are not the recorded ones")
    elif commitment is None:
        report.ok("body", "this kind of entry has none")
    else:
        report.leave_open("body", f"not here; the record still commits to it by {short(bytes.fromhex(commitment))}")
    _check_device(report, entry, trust)


def _check_device(report: Report, entry: Entry, trust: Trust) -> None:
    device = entry.statement["device"]
    public = trust.devices.get(device)
    if device is None:
        report.leave_open("author", "no device signed this: that the author wrote it, the server alone attests")
    elif public is None:
        report.leave_open("author", f"signed by device {device}, whose public key was not given (--device)")
    else:
        signature = parse_base64(entry.record["signature"], "record.signature", 64)
        good = is_signed(public, b"connect-core/v1\n" + encode_canonical(entry.statement), signature)
        no = "the device's signature does not fit the statement"
        report.require("author", good, f"signed by device {device}", no, f"a signature by {public.hex()}", signature)


# ── 7. Receipts (C2SP tlog-proof) ────────────────────────────────────────────────────────────────────────────────────

RECEIPT_LINE = "c2sp.org/tlog-proof@v1"
EXTRA = fields(
    {
        "record": anything,
        "salt": anything,
        "body": anything,
        "block": fields({"height": integer(), "header": hexadecimal(152)}),
        "erased": one_of(True, False),
    }
)


@dataclass(frozen=True)
class Receipt:
    """The parts of a receipt, well formed and otherwise unchecked."""

    entry: Entry
    index: int
    proof: tuple[bytes, ...]
    checkpoint: Checkpoint
    height: int
    header: bytes
    erased: bool


def verify_receipt(data: bytes, trust: Trust, subject: str) -> Report:
    """Everything that a receipt can show."""
    report = Report(subject)
    try:
        receipt = parse_receipt(data)
    except Refused as refused:
        report.refuse("format", refused)
        return report
    report.ok("format", f"a well-formed receipt of {len(data):,} bytes, each in its one spelling")
    header = check_receipt(report, receipt, trust)
    _conclude_receipt(report, receipt, header, trust)
    return report


def parse_receipt(data: bytes) -> Receipt:
    head, empty, note = decode_utf8(data, "receipt").partition("\n\n")
    lines = head.split("\n")
    if lines[0] != RECEIPT_LINE:
        raise Refused("first line", RECEIPT_LINE, lines[0])
    if not empty or not 3 <= len(lines) <= 66:
        raise Refused("receipt", "extra, index, up to 63 hashes, an empty line and a checkpoint", f"{len(lines)} lines")
    extra_text, index_text = _after("extra", lines[1]), _after("index", lines[2])
    if len(extra_text) > 64 * 1024:
        raise Refused("extra", "at most 64 KiB of base64", f"{len(extra_text)} characters")
    extra = parse_canonical(parse_base64(extra_text, "extra"), "extra")
    EXTRA(extra, "extra")
    entry = parse_entry(extra["record"], extra["salt"], extra["body"])
    if entry.has_lost_its_body != extra["erased"]:
        raise Refused("extra.erased", "true exactly where the body is gone", extra["erased"])
    return Receipt(
        entry=entry,
        index=parse_decimal(index_text, "index"),
        proof=tuple(parse_base64(line, "path", 32) for line in lines[3:]),
        checkpoint=parse_checkpoint(note),
        height=extra["block"]["height"],
        header=bytes.fromhex(extra["block"]["header"]),
        erased=extra["erased"],
    )


def check_receipt(report: Report, receipt: Receipt, trust: Trust) -> Header | None:
    """From the body up to the signature. Goes on after a failure, so that a reader sees which link is broken."""
    check_entry(report, receipt.entry, trust)
    checkpoint, log = receipt.checkpoint, receipt.entry.statement["log"]
    report.compare("record", checkpoint.origin, log, f"made for {log}", "made for another log than the checkpoint's")
    try:
        root = inclusion_root(receipt.entry.leaf_hash(), receipt.index, checkpoint.size, receipt.proof)
        place = f"leaf {receipt.index:,} of {checkpoint.size:,}"
        yes = f"the record, {place}, leads over {len(receipt.proof)} hashes to the signed root {short(root)}"
        no = "record, index and path lead to another root than the checkpoint's"
        report.compare("path", checkpoint.root, root, yes, no)
    except Refused as refused:
        report.refuse("path", refused)
    header = _check_block(report, receipt)
    check_signatures(report, checkpoint, trust)
    return header


def _check_block(report: Report, receipt: Receipt) -> Header | None:
    checkpoint = receipt.checkpoint
    try:
        header = parse_header(receipt.header, checkpoint.origin)
    except Refused as refused:
        report.refuse("block", refused)
        return None
    expected = f"height {receipt.height}, size {checkpoint.size}, root {checkpoint.root.hex()}"
    got = f"height {header.height}, size {header.tree_size}, root {header.root.hex()}"
    yes = f"the header of block {header.height:,} carries the checkpoint's size and root"
    report.compare("block", expected, got, yes, "the header is another block's")
    good = int.from_bytes(header.hash, "big") >> (256 - header.bits) == 0
    yes = f"the block's hash {short(header.hash)} starts with {header.bits} zero bits, about {2**header.bits:,} tries"
    report.require("work", good, yes, "the block's hash misses its target", f"{header.bits} zero bits", header.hash)
    return header


def _conclude_receipt(report: Report, receipt: Receipt, header: Header | None, trust: Trust) -> None:
    entry, record, checkpoint = receipt.entry, receipt.entry.record, receipt.checkpoint
    statement, device = entry.statement, entry.statement["device"]
    report.title, report.quote = describe(entry), quote_body(entry)
    report.values.update(
        log=checkpoint.origin,
        size=checkpoint.size,
        root=checkpoint.root.hex(),
        leaf_index=receipt.index,
        hash=entry.leaf_hash().hex(),
        height=receipt.height,
        record=record,
        body=entry.body,
        erased=receipt.erased,
    )
    what = "this record, whose body is not in this receipt," if receipt.erased else "exactly what is shown above"
    report.proven = [
        f"{checkpoint.origin} recorded {what} as leaf {receipt.index:,}, and signed the tree of {checkpoint.size:,} "
        "entries that holds it. Neither it nor an entry before it can be changed without breaking that signature.",
        f"By its record it is entry {record['room_seq']:,} of its room, after {record['previous']}.",
    ]
    report.claimed = [
        f"written {moment(statement['sent_ms'])}, by the author's clock",
        f"recorded {moment(record['received_ms'])}, by the server's clock",
        f"author {statement['author']}: an account of that server; who stands behind it the log does not know",
    ]
    if header:
        report.claimed.append(f"sealed in block {header.height:,}, {moment(header.time_ms)}, by the miner's clock")
    report.not_proven = [
        "that any of these clocks was right",
        "that it is the newest version: a later entry may edit, delete or erase it",
        "the block's number and time by signature: mining alone prices their forging",
    ]
    if receipt.erased:
        report.not_proven.append("that the body was erased: it can also have been taken out of this file")
    if device in trust.devices:
        report.proven.append(f"Device {device} signed the statement.")
        report.not_proven.append("that this device was the author's, its key not revoked then: key entries tell that")
    if not report.values["witnesses"]:
        report.not_proven.append("that the log shows everybody the same history: no witness was counted")


def _after(label: str, line: str) -> str:
    if not line.startswith(f"{label} "):
        raise Refused(label, f"a line that begins with {label!r}", line)
    return line[len(label) + 1 :]


# ── 8. Log folders (C2SP tlog-tiles) ─────────────────────────────────────────────────────────────────────────────────

ENTRY_SIZE = 34
LENGTH = ENTRY_SIZE.to_bytes(2, "big")


class LogFolder:
    """The files of a log at one size: hashes in tiles, entries in bundles, 256 each; the last ones may be partial."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder, self.size = folder, size
        self.tile = functools.lru_cache(maxsize=64)(self._read_tile)

    def entries(self, index: int) -> list[bytes]:
        """The leaf data of a bundle; each is preceded by its length in two bytes."""
        data = self._read("entries", index)
        entries = [data[at : at + ENTRY_SIZE] for at in range(2, len(data), 2 + ENTRY_SIZE)]
        for leaf, entry in enumerate(entries, WIDTH * index):
            at = leaf % WIDTH * (2 + ENTRY_SIZE)
            if (
                data[at : at + 2] != LENGTH
                or entry[0] != 1
                or entry[1] not in FAMILIES
                or (entry[1] == 0) != (leaf == 0)
            ):
                what = "34 bytes, version 1, a known kind, genesis at leaf 0 and nowhere else"
                raise Refused(f"entry of leaf {leaf}", what, data[at : at + 2 + ENTRY_SIZE].hex())
        return entries

    def root(self, start: int, end: int) -> bytes:
        """The root over leaves [start, end), put together from tiles."""
        count = end - start
        if count & (count - 1):
            middle = start + _largest_power_below(count)
            return node_hash(self.root(start, middle), self.root(middle, end))
        level, within = divmod(count.bit_length() - 1, 8)
        index, offset = divmod(start >> 8 * level, WIDTH)
        return root_hash(self.tile(level, index)[offset : offset + (1 << within)])

    def consistency_proof(self, old_size: int) -> list[bytes]:
        """From the tree of `old_size` to this one (RFC 9162 §2.1.4.1)."""
        return self._subproof(old_size, 0, self.size, True)

    def older_widths(self, level: int | str, index: int) -> Iterator[tuple[str, bytes]]:
        """Path and content of the partial tiles that stayed from smaller trees."""
        folder = self.folder / f"{_tile_path(level, index)}.p"
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if DECIMAL.fullmatch(path.name) and 0 < int(path.name) < self._width(level, index):
                yield str(path.relative_to(self.folder)), self._read_file(path, int(path.name) * _unit(level))

    def _width(self, level: int | str, index: int) -> int:
        """How many hashes, or entries, the tile holds."""
        complete = self.size >> (0 if isinstance(level, str) else 8 * level)
        return max(0, min(WIDTH, complete - WIDTH * index))

    def _read_tile(self, level: int, index: int) -> list[bytes]:
        return _split(self._read(level, index))

    def _read(self, level: int | str, index: int) -> bytes:
        """A tile that has grown full since may have replaced the partial one."""
        full, width = self.folder / _tile_path(level, index), self._width(level, index)
        partial = full.with_name(f"{full.name}.p") / str(width)
        if width < WIDTH and (partial.exists() or not full.exists()):
            return self._read_file(partial, width * _unit(level))
        return self._read_file(full, WIDTH * _unit(level))[: width * _unit(level)]

    def _read_file(self, path: Path, size: int) -> bytes:
        name = str(path.relative_to(self.folder))
        if not path.is_file():
            raise Refused(name, f"a file of {size} bytes", "none")
        with open(path, "rb") as file:
            data = file.read(size + 1)
        if len(data) != size:
            raise Refused(name, f"{size} bytes", "more" if len(data) > size else len(data))
        return data

    def _subproof(self, old: int, start: int, end: int, is_known: bool) -> list[bytes]:
        if old == end - start:
            return [] if is_known else [self.root(start, end)]
        k = _largest_power_below(end - start)
        if old <= k:
            return [*self._subproof(old, start, start + k, is_known), self.root(start + k, end)]
        return [*self._subproof(old - k, start + k, end, False), self.root(start, start + k)]


class Growth:
    """Builds the tree from leaf hashes in order and compares each tile once it is whole; keeps one tile a level."""

    def __init__(self, folder: LogFolder, report: Report) -> None:
        self.folder, self.report = folder, report
        self.levels: list[list[bytes]] = []
        self.finished: list[int] = []
        self.tiles = 0

    def add(self, level: int, hash_: bytes) -> None:
        if level == len(self.levels):
            self.levels.append([])
            self.finished.append(0)
        self.levels[level].append(hash_)
        if len(self.levels[level]) == WIDTH:
            self.add(level + 1, self._finish_tile(level))

    def finish(self) -> bytes:
        """Compares the partial tiles; the root over all leaves."""
        root: bytes | None = None
        for level, hashes in enumerate(self.levels):
            if hashes:
                root = root_hash([*hashes, root] if root else hashes)
                self._finish_tile(level)
        return root or sha256(b"")

    def _finish_tile(self, level: int) -> bytes:
        hashes, index = self.levels[level], self.finished[level]
        self.levels[level] = []
        self.finished[level] += 1
        try:
            self._compare(level, index, _tile_path(level, index), hashes, self.folder.tile(level, index))
            for path, data in self.folder.older_widths(level, index):
                self._compare(level, index, path, hashes, _split(data))
        except Refused as refused:
            self.report.refuse("tiles", refused)
        return root_hash(hashes)

    def _compare(self, level: int, index: int, path: str, computed: list[bytes], stored: list[bytes]) -> None:
        self.tiles += 1
        for offset, (expected, got) in enumerate(zip(computed, stored)):
            if expected != got:
                first = (index * WIDTH + offset) << 8 * level
                says = f"{path}, hash {offset}, over entries {first:,} to {first + (1 << 8 * level) - 1:,}"
                self.report.fail("tiles", says, f"{expected.hex()} by the entries", got)
                return


def verify_log(folder: Path, trust: Trust) -> Report:
    """Every entry, every tile, the root and its signature."""
    report = Report(str(folder))
    try:
        checkpoint = read_checkpoint(folder / "checkpoint")
    except Refused as refused:
        report.refuse("format", refused)
        return report
    check_signatures(report, checkpoint, trust)
    try:
        _check_entries(report, LogFolder(folder, checkpoint.size), checkpoint)
    except Refused as refused:
        report.refuse("entries", refused)
    report.title = f"Log {checkpoint.origin}, {checkpoint.size:,} entries"
    report.values.update(log=checkpoint.origin, size=checkpoint.size, root=checkpoint.root.hex())
    report.proven = [
        f"This folder holds all {checkpoint.size:,} entries of the tree that {checkpoint.origin} signed, in order.",
        "Any receipt or older checkpoint of this log can be held against it (consistency OLD NEW --log FOLDER).",
    ]
    report.not_proven = [
        "what the entries say: each is a hash, and only who holds a record can open one",
        "the blocks' links, times and work: the log holds the hashes of their headers, not the headers",
        "that the log shows everybody this same history, except by comparing checkpoints",
    ]
    return report


def _check_entries(report: Report, folder: LogFolder, checkpoint: Checkpoint) -> None:
    growth = Growth(folder, report)
    families = dict.fromkeys(FAMILIES, 0)
    bundles = -(-checkpoint.size // WIDTH)
    for index in watch(range(bundles), f"of {bundles:,} bundles of entries"):
        entries = folder.entries(index)
        for entry in entries:
            families[entry[1]] += 1
            growth.add(0, leaf_hash(entry))
        for path, data in folder.older_widths("entries", index):
            newer = b"".join(LENGTH + entry for entry in entries)[: len(data)]
            if data != newer:
                report.fail(
                    "entries", path, f"how the newer bundle begins, {short(sha256(newer))}", short(sha256(data))
                )
    root = growth.finish()
    kinds = ", ".join(f"{count:,} {FAMILIES[byte]}" for byte, count in families.items() if count)
    report.ok("entries", f"{checkpoint.size:,} well-formed entries: {kinds}")
    no = "the entries hash to another root than the checkpoint's"
    report.compare("root", checkpoint.root, root, f"the entries hash to the signed root {short(root)}", no)
    if report.is_verified:
        report.ok("tiles", f"all {growth.tiles:,} hold the hashes that follow from the entries")


def _tile_path(level: int | str, index: int) -> str:
    groups = f"{index % 1000:03}"
    while index := index // 1000:
        groups = f"x{index % 1000:03}/{groups}"
    return f"tile/{level}/{groups}"


def _unit(level: int | str) -> int:
    return 2 + ENTRY_SIZE if isinstance(level, str) else 32


def _split(tile: bytes) -> list[bytes]:
    return [tile[at : at + 32] for at in range(0, len(tile), 32)]


def _largest_power_below(count: int) -> int:
    return 1 << (count - 1).bit_length() - 1


# ── 9. Consistency of two checkpoints ────────────────────────────────────────────────────────────────────────────────


HASHES = list_of(hexadecimal(32))
PROOF = fields({"from": integer(1), "to": integer(1), "proof": HASHES})


def verify_consistency(old_path: Path, new_path: Path, trust: Trust, folder: Path | None, proof: Path | None) -> Report:
    """Whether the tree of the older checkpoint is the beginning of the newer one's."""
    report = Report(f"{old_path} → {new_path}")
    try:
        old, new = read_checkpoint(old_path), read_checkpoint(new_path)
    except Refused as refused:
        report.refuse("format", refused)
        return report
    if folder is not None and not folder.is_dir():
        raise UsageError(f"{folder} is no folder")
    if folder is None and proof is None and old.size != new.size:
        raise UsageError("between two sizes something must lead: give --log FOLDER or --proof FILE")
    for age, checkpoint in (("older", old), ("newer", new)):
        part = Report("")
        check_signatures(part, checkpoint, trust)
        report.include(part, age)
    try:
        if folder is None:
            _check_by_proof(report, old, new, [] if proof is None else read_proof(proof, old.size, new.size))
        else:
            _check_by_folder(report, old, new, folder)
    except Refused as refused:
        report.refuse("history", refused)
    report.title = f"Log {new.origin}, from {old.size:,} to {new.size:,} entries"
    report.values.update(
        log=new.origin, old_size=old.size, old_root=old.root.hex(), new_size=new.size, new_root=new.root.hex()
    )
    report.proven = [f"The first {old.size:,} entries are the same in both trees: nothing among them was rewritten."]
    report.not_proven = ["what was recorded and dropped before a checkpoint covered it"]
    return report


def _check_by_proof(report: Report, old: Checkpoint, new: Checkpoint, proof: list[bytes]) -> None:
    if old.size == new.size and old.root != new.root:
        _report_fork(report, old, new.root)
        return
    check_consistency(old.size, old.root, new.size, new.root, proof)
    report.ok("history", f"{len(proof)} hashes lead from the older root to the newer one")


def _check_by_folder(report: Report, old: Checkpoint, new: Checkpoint, path: Path) -> None:
    """First the folder proves that it belongs to the newer checkpoint; then its own older root can be compared."""
    check_sizes(old.size, new.size)
    folder = LogFolder(path, new.size)
    before = folder.root(0, old.size)
    check_consistency(old.size, before, new.size, new.root, folder.consistency_proof(old.size))
    report.ok("folder", "its tiles belong to the newer checkpoint")
    if before == old.root:
        report.ok("history", f"its first {old.size:,} entries have the older checkpoint's root")
    else:
        _report_fork(report, old, before)


def _report_fork(report: Report, old: Checkpoint, other_root: bytes) -> None:
    report.fail(
        "history",
        f"FORK: there are two histories of the first {old.size:,} entries. Where both signatures are good, the log "
        "stands behind both, and these files are the evidence: keep them",
        f"{old.root.hex()} as in the older checkpoint",
        f"{other_root.hex()} in the newer tree",
    )


def read_checkpoint(path: Path) -> Checkpoint:
    """From a file that holds a checkpoint, or a receipt with one in it."""
    content = decode_utf8(read_file(path), str(path))
    if content.startswith(RECEIPT_LINE):
        content = content.partition("\n\n")[2]
    return parse_checkpoint(content)


def read_proof(path: Path, old_size: int, new_size: int) -> list[bytes]:
    """{"from": size, "to": size, "proof": [hex, …]}, as `/log/proof/consistency` answers."""
    answer = parse_json(read_file(path), str(path))
    PROOF(answer, str(path))
    if (answer["from"], answer["to"]) != (old_size, new_size):
        raise Refused(str(path), f"a proof from {old_size} to {new_size}", f"from {answer['from']} to {answer['to']}")
    return [bytes.fromhex(hash_) for hash_ in answer["proof"]]


# ── 10. Exported rooms (docs/verify.md) ──────────────────────────────────────────────────────────────────────────────

ROOM_LINE = fields({"format": one_of("connect-room/v1"), "log": string, "room": hexadecimal(16)})
ENTRY_LINE = fields(
    {
        "seq": integer(1),
        "hash": hexadecimal(32),
        "record": anything,
        "salt": anything,
        "body": anything,
        "receipt": optional(string),
        "consistency": optional(HASHES),
    },
    file_salts=list_of(optional(hexadecimal(32))),
)
LAST_LINE = fields({"checkpoint": string, "consistency": HASHES})


class Room:
    """Takes the lines of an export in order, and remembers of what came before only what the next line must fit to."""

    def __init__(self, report: Report, trust: Trust, folder: Path) -> None:
        self.report, self.trust, self.folder = report, trust, folder
        self.newest = Report("")
        self.log = self.room = ""
        self.seq = self.sealed = self.received_ms = 0
        self.hash, self.index = bytes(32), -1
        self.checkpoint: Checkpoint | None = None
        self.is_closed = False
        self.files = self.files_left_out = 0
        self.checkpoints = self.erased = self.without_device = self.by_unknown_device = 0
        self.bodiless: dict[str, int] = {}
        """Hash and number of the entries whose body is gone and whose erase entry has not come yet, in a block."""

    def add(self, line: Any) -> None:
        """The next line: first the room, then its entries, last the newest checkpoint."""
        if self.is_closed:
            raise Refused("end", "nothing after the newest checkpoint", line)
        if not self.room:
            ROOM_LINE(line, "room")
            self.log, self.room = line["log"], line["room"]
            if self.log != self.trust.key.name:
                self.report.fail("room", "the export is of another log than the key", self.trust.key.name, self.log)
        elif isinstance(line, dict) and "checkpoint" in line:
            self.is_closed = True
            self._add_checkpoint(line)
        else:
            self._add_entry(line)

    def _add_entry(self, line: Any) -> None:
        ENTRY_LINE(line, "entry")
        entry = parse_entry(line["record"], line["salt"], line["body"])
        self._check_place(line, entry)
        self._count(entry, is_sealed=line["receipt"] is not None)
        self._check_files(entry, line.get("file_salts"))
        if (line["receipt"] is None) != (line["consistency"] is None):
            raise Refused("consistency", "null exactly where receipt is null", line["consistency"])
        if line["receipt"] is None:
            self._check(lambda part: check_entry(part, entry, self.trust))
            return
        receipt = parse_receipt(line["receipt"].encode())
        if receipt.entry != entry:
            raise Refused("receipt", f"one for record, salt and body of entry {self.seq}", "another entry's")
        if self.sealed != self.seq - 1 or receipt.index <= self.index:
            self._fail("order of sealing", f"a leaf after {self.index}, nothing pending before it", receipt.index)
        self.sealed, self.index = self.seq, receipt.index
        # Witnesses are asked for at the newest checkpoint, in whose past all others are shown to lie.
        self._check(lambda part: check_receipt(part, receipt, replace(self.trust, quorum=0)))
        self._follow(receipt.checkpoint, line["consistency"])

    def _add_checkpoint(self, line: Any) -> None:
        LAST_LINE(line, "last line")
        checkpoint = parse_checkpoint(line["checkpoint"])
        self.newest = self._check(lambda part: check_signatures(part, checkpoint, self.trust))
        self._follow(checkpoint, line["consistency"])

    def _check_place(self, line: Any, entry: Entry) -> None:
        record, statement, hash_ = entry.record, entry.statement, entry.leaf_hash()
        before, self.seq = self.seq, record["room_seq"]
        for what, expected, got in (
            ("number", before + 1, record["room_seq"]),
            ("seq", record["room_seq"], line["seq"]),
            ("hash", hash_.hex(), line["hash"]),
            ("link to the entry before", self.hash.hex(), record["previous"]),
            ("room", self.room, statement["room"]),
            ("log", self.log, statement["log"]),
        ):
            if expected != got:
                self._fail(what, expected, got)
        if record["received_ms"] < self.received_ms:
            self._fail("time of recording", f"{self.received_ms} or later", record["received_ms"])
        self.hash, self.received_ms = hash_, record["received_ms"]

    def _check_files(self, entry: Entry, salts: list[str | None] | None) -> None:
        """Contents lie beside the export, called by their commitments; a salt says that they are there."""
        files = (entry.body or {}).get("files", [])
        if salts is None:
            salts = [None] * len(files)
        if len(salts) != len(files):
            raise Refused("file_salts", f"one for each of {len(files)} files", len(salts))
        for file, salt in zip(files, salts):
            if salt is None:
                self.files_left_out += 1
                continue
            self.files += 1
            path = self.folder / "files" / file["commitment"]
            if not path.is_file():
                self._fail("contents of a file", str(path), "none")
            elif (size := path.stat().st_size) != file["size"]:
                self._fail(f"contents of {path}", f"{file['size']} bytes", size)
            elif (found := commit_file(path, size, bytes.fromhex(salt))) != file["commitment"]:
                self._fail(f"contents of {path}", file["commitment"], found)

    def _count(self, entry: Entry, is_sealed: bool) -> None:
        statement = entry.statement
        if entry.has_lost_its_body:
            self.bodiless[self.hash.hex()] = self.seq
        if statement["kind"] == "erase" and is_sealed and self.bodiless.pop(statement["ref"], None):
            self.erased += 1
        self.without_device += statement["device"] is None
        self.by_unknown_device += statement["device"] not in (None, *self.trust.devices)

    def _follow(self, checkpoint: Checkpoint, proof: list[str]) -> None:
        """Each checkpoint extends the one before it, so that all of them lie in the newest one's past."""
        before, self.checkpoint = self.checkpoint or checkpoint, checkpoint
        self.checkpoints += before is checkpoint or checkpoint.size != before.size
        hashes = [bytes.fromhex(hash_) for hash_ in proof]
        check_consistency(before.size, before.root, checkpoint.size, checkpoint.root, hashes)

    def _check(self, check: Callable[[Report], object]) -> Report:
        part = Report("")
        check(part)
        for step in part.steps:
            if step.result == "failed":
                self._fail(f"{step.name}: {step.says}", step.expected, step.got)
        return part

    def _fail(self, says: str, expected: object, got: object) -> None:
        self.report.fail(f"entry {self.seq}", says, expected, got)


def commit_file(path: Path, size: int, salt: bytes) -> str:
    """The commitment to a file of this size. Read in pieces, and no further."""
    digest = hashlib.sha256(b"connect-file/v1\n" + salt)
    with open(path, "rb") as file:
        while size > 0 and (chunk := file.read(min(size, 1 << 20))):
            digest.update(chunk)
            size -= len(chunk)
    return digest.hexdigest()


def verify_room(path: Path, trust: Trust) -> Report:
    """An exported room: order, links, bodies, receipts, one history behind all of them."""
    report = Report(str(path))
    room = Room(report, trust, path.parent)
    with open(path, "rb") as file:
        for number, data in enumerate(watch(iter(lambda: file.readline(MAX_FILE), b""), "lines"), 1):
            try:
                if not data.endswith(b"\n"):
                    raise Refused("line", f"at most {MAX_FILE:,} bytes and an end", "none")
                room.add(parse_canonical(data[:-1], "line"))
            except Refused as refused:
                report.refuse(f"line {number}", refused)
                if not room.room:
                    return report
    if not room.is_closed:
        report.fail("end", "the export is cut off", "the newest checkpoint as its last line", "none")
    for hash_, seq in room.bodiless.items():
        report.fail(f"entry {seq}", "its body is gone", f"a later erase entry for {hash_}, in a block", "none")
    if room.seq and not room.sealed:
        report.fail("receipts", "no entry is in a block: anyone could have written them", "a receipt", "none")
    if not report.failures:
        _conclude_room(report, room)
    return report


def _conclude_room(report: Report, room: Room) -> None:
    """What is in no block says nothing: it carries no signature of the log's."""
    pending, size = room.seq - room.sealed, room.checkpoint.size if room.checkpoint else 0
    rest = f"what follows entry {room.sealed:,}"
    report.title = f"Room {room.room} of {room.log}, {room.seq:,} entries"
    report.title += f", {pending:,} of them pending" if pending else ""
    report.values.update(log=room.log, room=room.room, entries=room.seq, sealed=room.sealed, erased=room.erased)
    report.values.update(files=room.files)
    report.values.update(size=size, hash=room.hash.hex())
    report.ok("order", f"entries 1 to {room.seq:,}, none missing between, each linked to the one before")
    named = f"{room.erased:,} erased, each named by a later erase entry"
    report.ok("bodies", f"each is the one that its record commits to; {named}")
    if room.files:
        report.ok("files", f"the contents of {room.files:,} hash with their salts to what the messages commit to")
    if room.files_left_out:
        report.leave_open("files", f"the contents of {room.files_left_out:,} are not in the export")
    if room.sealed:
        report.ok("receipts", f"those of entries 1 to {room.sealed:,} verified")
    if pending:
        report.leave_open("receipts", f"{rest} is pending: nothing shows yet that the log has it")
    report.ok("history", f"all {room.checkpoints:,} checkpoints are beginnings of the newest, of {size:,} entries")
    report.include(room.newest, "newest")
    if room.without_device:
        report.leave_open("authors", f"{room.without_device:,} entries are attested by the server alone")
    if room.by_unknown_device:
        report.leave_open("authors", f"{room.by_unknown_device:,} are by devices whose keys were not given (--device)")
    if room.sealed:
        report.proven = [
            f"{room.log} recorded entries 1 to {room.sealed:,} in this order, and signed a tree of {size:,} entries "
            "that holds them."
        ]
    report.not_proven = [
        "that any clock was right, or who stands behind an account",
        "that no newer entries follow",
    ]
    if room.sealed:
        report.not_proven.append(
            "that everybody was given this version of the room: a log can hold two. Whoever has the same one has "
            f"the same hash of entry {room.seq:,}, {room.hash.hex()}"
        )
    if not room.newest.values["witnesses"]:
        report.not_proven.append("that the log shows everybody the same history: no witness was counted")
    if pending:
        report.not_proven.append(f"that the log ever recorded {rest}: without a block, anyone could have written it")


# ── 11. Printing ─────────────────────────────────────────────────────────────────────────────────────────────────────

QUOTE_WIDTH = 72
MARKS = {"ok": "ok    ", "failed": "FAILED", "open": "–     "}
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

T = TypeVar("T")


def print_report(report: Report) -> None:
    say(report.subject)
    if report.title:
        say(f"  {report.title}")
    for line in report.quote:
        for part in _rows("".join(map(_visible, line))):
            say(f"    │ {part}")
    say("")
    width = max(len(step.name) for step in report.steps)
    for step in report.steps:
        say(f"  {MARKS[step.result]} {step.name:<{width}} {step.says}")
        if step.result == "failed":
            say(f"{'':{width}}          expected {step.expected}")
            say(f"{'':{width}}          got      {step.got}")
    if report.failures > MAX_FAILURES:
        say(f"  and {report.failures - MAX_FAILURES:,} more failures")
    say("")
    if report.is_verified:
        _print_list("Proven", report.proven)
        _print_list("Claimed, not proven", report.claimed)
        _print_list("Not proven", report.not_proven)
        say("VERIFIED")
    else:
        names = dict.fromkeys(step.name for step in report.steps if step.result == "failed")
        say(f"NOT VERIFIED because of {', '.join(names)}. Rely on nothing above.")
    say("")


def report_fields(report: Report) -> dict[str, object]:
    """For --json. Conclusions are there only where they hold."""
    conclusions = {"proven": report.proven, "claimed": report.claimed, "not_proven": report.not_proven}
    return {
        "subject": report.subject,
        "verified": report.is_verified,
        "failures": report.failures,
        "steps": [vars(step) for step in report.steps],
        "values": report.values,
        **(conclusions if report.is_verified else {}),
    }


def describe(entry: Entry) -> str:
    kind, ref, author = entry.statement["kind"], entry.statement["ref"], entry.statement["author"]
    name = "Reply" if kind == "post" and ref else KINDS[kind][1]
    to = f" (to {ref})" if ref else ""
    return f"{name}{to} by {author}, entry {entry.record['room_seq']:,} of room {entry.statement['room']}"


def quote_body(entry: Entry) -> list[str]:
    if entry.body is None:
        return ["(without its body)"] if entry.has_lost_its_body else []
    lines: list[str] = entry.body.get("text", "").split("\n") if "text" in entry.body else []
    for key, value in entry.body.items():
        if key == "files":
            lines += [f"[file {f['name']}, {f['type']}, {f['size']:,} bytes, {f['commitment']}]" for f in value]
        elif key != "text":
            lines.append(f"{key}: {value}")
    return lines


def moment(milliseconds: int) -> str:
    try:
        at = EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return f"{milliseconds} ms after 1970"
    return f"{at:%Y-%m-%d %H:%M:%S}.{milliseconds % 1000:03} UTC"


def short(hash_: bytes) -> str:
    return f"{hash_.hex()[:8]}…{hash_.hex()[-4:]}"


def say(line: str) -> None:
    """Whatever a message holds, it moves no cursor, turns no direction and adds no line of its own to the verdict."""
    sys.stdout.write("".join(map(_visible, line)) + "\n")


def watch(items: Iterable[T], of_what: str) -> Iterator[T]:
    """Passes the items on; on a terminal says once a second how many have passed."""
    due = time.monotonic() + 1
    is_shown = False
    for done, item in enumerate(items):
        if time.monotonic() >= due and sys.stderr.isatty():
            sys.stderr.write(f"\r{done:,} {of_what} …")
            is_shown, due = True, time.monotonic() + 1
        yield item
    if is_shown:
        sys.stderr.write("\r\033[K")


def _rows(line: str) -> Iterator[str]:
    """In pieces that fit a terminal: what it broke itself would stand at its left edge, where the verdict does."""
    row, width = "", 0
    for character in line:
        wide = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if width + wide > QUOTE_WIDTH:
            yield row
            row, width = "", 0
        row, width = row + character, width + wide
    yield row


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    is_plain = (category[0] != "C" and category not in ("Zl", "Zp")) or character == "\u200d"  # joins emoji
    return character if is_plain else f"\\u{{{ord(character):x}}}"


def _print_list(title: str, lines: list[str]) -> None:
    if lines:
        say(f"  {title}")
        for line in lines:
            for part in textwrap.wrap(line, 100, initial_indent="    - ", subsequent_indent="      "):
                say(part)


# ── 12. Command line ─────────────────────────────────────────────────────────────────────────────────────────────────

COMMANDS = ("receipt", "room", "log", "consistency")


def main(arguments: Sequence[str] | None = None) -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0] not in (*COMMANDS, "-h", "--help"):
        words.insert(0, "receipt")
    options = _parser().parse_args(words)
    try:
        return _answer(_reports(options, _read_trust(options)), options.json)
    except (UsageError, OSError) as error:
        sys.stderr.write(f"connect_verify: {error}\n")
        return 2


def _answer(reports: Iterable[Report], as_json: bool) -> int:
    """Prints what was looked at, also where the rest could not be tried."""
    done: list[Report] = []
    trouble: Exception | None = None
    try:
        for report in reports:
            done.append(report)
            if not as_json:
                print_report(report)
    except (UsageError, OSError) as error:
        trouble = error
    verified = sum(report.is_verified for report in done)
    is_good = verified == len(done) and trouble is None
    if as_json and done:
        answer = {"verified": is_good, "reports": [report_fields(report) for report in done]}
        sys.stdout.write(json.dumps(answer, indent=1) + "\n")
    elif len(done) > 1:
        say(f"{verified:,} of {len(done):,} verified.")
    if trouble is not None:
        raise trouble
    return 0 if is_good else 1


def _reports(options: argparse.Namespace, trust: Trust) -> Iterator[Report]:
    if options.command == "receipt":
        for path in options.files:
            yield verify_receipt(read_file(path), trust, str(path))
    elif options.command == "room":
        yield verify_room(options.file, trust)
    elif options.command == "log":
        yield verify_log(options.folder, trust)
    else:
        yield verify_consistency(options.old, options.new, trust, options.log, options.proof)


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--key", required=True, metavar="VKEY", help="the log's public key, or a file that holds it")
    common.add_argument("--witness", action="append", default=[], metavar="VKEY", help="count this one's cosignature")
    common.add_argument("--quorum", type=int, default=0, metavar="N", help="ask for at least N cosignatures")
    common.add_argument("--device", action="append", default=[], metavar="KEY", help="an author's device, in base64")
    common.add_argument("--json", action="store_true", help="print everything as JSON")
    about = (__doc__ or "").partition("Nothing in a file")[0]
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="connect_verify.py", description=about, formatter_class=formatter)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    receipt = commands.add_parser("receipt", parents=[common], help="receipts; the word may be left out")
    receipt.add_argument("files", nargs="+", type=Path, metavar="RECEIPT")
    room = commands.add_parser("room", parents=[common], help="an exported room")
    room.add_argument("file", type=Path, metavar="FILE.jsonl")
    log = commands.add_parser("log", parents=[common], help="an exported log")
    log.add_argument("folder", type=Path, metavar="FOLDER")
    consistency = commands.add_parser("consistency", parents=[common], help="two checkpoints, or receipts, of one log")
    consistency.add_argument("old", type=Path, metavar="OLD")
    consistency.add_argument("new", type=Path, metavar="NEW")
    source = consistency.add_mutually_exclusive_group()
    source.add_argument("--log", type=Path, metavar="FOLDER", help="an exported log that reaches NEW")
    source.add_argument("--proof", type=Path, metavar="FILE", help="what /log/proof/consistency answered")
    return parser


def _read_trust(options: argparse.Namespace) -> Trust:
    key = _read_vkey(options.key, LOG_KEY)
    witnesses = tuple(dict.fromkeys(_read_vkey(word, WITNESS_KEY) for word in options.witness))
    if not 0 <= options.quorum <= len({witness.public for witness in witnesses}):
        raise UsageError(f"--quorum {options.quorum} needs as many --witness keys")
    devices = [_read(word, "=", lambda text: parse_base64(text, "device", 32)) for word in options.device]
    return Trust(key, witnesses, options.quorum, {sha256(public).hex(): public for public in devices})


def _read_vkey(word: str, key_type: int) -> Vkey:
    vkey = _read(word, "+", parse_vkey)
    if vkey.type != key_type:
        raise UsageError(f"{word} is a {'witness' if key_type == LOG_KEY else 'log'}'s key")
    return vkey


def _read(word: str, mark: str, parse: Callable[[str], T]) -> T:
    """The word itself where it is a key, whatever files there are; else what the file of that name holds."""
    try:
        return parse(word)
    except Refused as refused:
        if mark in word and not os.path.exists(word):
            raise UsageError(f"{word} is no key: {refused}") from None
    try:
        return parse(decode_utf8(read_file(Path(word)), word).strip())
    except Refused as refused:
        raise UsageError(f"{word} is no key: {refused}") from None


def read_file(path: Path) -> bytes:
    with open(path, "rb") as file:
        data = file.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise UsageError(f"{path} is over {MAX_FILE:,} bytes: no receipt, checkpoint or key")
    return data


if __name__ == "__main__":
    sys.exit(main())
