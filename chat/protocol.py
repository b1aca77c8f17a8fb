"""Frames from a client, version 1: text → command, or Refusal, or Disconnect. Spec: docs/specs/protocol.md.

It knows no socket, no database and no clock. One table names every frame's keys, who reads each, and its default; what
is not in the table does not exist: an unknown type, an unknown key, a boolean where a number belongs.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import orjson

from chat import fields
from chat.fields import RequestId
from chat.refusals import CloseCode, Disconnect, Refusal
from ledger.core.errors import LedgerFormatError
from ledger.core.records import Seen, TreeHead

VERSION = 1
FRAME_LIMIT = 64 * 1024
"""Bytes of a client's frame."""


@dataclass(frozen=True, slots=True)
class Hello:
    v: int
    cursors: Mapping[UUID, int]
    checkpoint: TreeHead | None


# Not frozen: see ledger/core/statements.py.
@dataclass(slots=True)
class Send:
    id: RequestId
    client_id: UUID
    room: UUID
    text: str
    reply_to: bytes | None
    files: tuple[UUID, ...]
    sent_ms: int
    seen: Seen | None
    checkpoint: TreeHead | None
    salt: bytes | None
    device: bytes | None
    signature: bytes | None


@dataclass(frozen=True, slots=True)
class Act:
    """What is done to a post: `edit` with a text, `delete`, `react` and `unreact` with an emoji."""

    kind: str
    id: RequestId
    client_id: UUID
    room: UUID
    ref: bytes
    sent_ms: int
    seen: Seen | None
    checkpoint: TreeHead | None
    salt: bytes | None
    device: bytes | None
    signature: bytes | None
    text: str | None = None
    emoji: str | None = None


@dataclass(frozen=True, slots=True)
class Sync:
    id: RequestId
    room: UUID
    after: int
    limit: int


@dataclass(frozen=True, slots=True)
class Older:
    id: RequestId
    room: UUID
    before: int
    limit: int


@dataclass(frozen=True, slots=True)
class Read:
    room: UUID
    seq: int


@dataclass(frozen=True, slots=True)
class Typing:
    room: UUID


@dataclass(frozen=True, slots=True)
class Ping:
    n: int


Command = Hello | Send | Act | Sync | Older | Read | Typing | Ping
Reader = Callable[[Any], Any]
Optional = tuple[Reader, Any]
"""A reader and what stands for an absent key."""

_OPTIONAL_HASH: Optional = (fields.read_hash, None)
_STATED: dict[str, Reader | Optional] = {
    "id": fields.read_request_id,
    "client_id": fields.read_id,
    "room": fields.read_id,
    "sent_ms": fields.read_count,
    "seen": (fields.read_seen, None),
    "checkpoint": (fields.read_tree_head, None),
    "salt": _OPTIONAL_HASH,
    "device": _OPTIONAL_HASH,
    "signature": (fields.read_signature, None),
}
"""What every durable command says."""
_DONE: dict[str, Reader | Optional] = _STATED | {"ref": fields.read_ref}
_COMMANDS: dict[str, tuple[Callable[..., Command], dict[str, Reader | Optional]]] = {
    "hello": (
        Hello,
        {"v": fields.read_count, "cursors": (fields.read_cursors, {}), "checkpoint": (fields.read_tree_head, None)},
    ),
    "send": (
        Send,
        _STATED | {"text": fields.read_text, "reply_to": _OPTIONAL_HASH, "files": (fields.read_files, ())},
    ),
    "edit": (partial(Act, "edit"), _DONE | {"text": fields.read_text}),
    "delete": (partial(Act, "delete"), _DONE),
    "react": (partial(Act, "react"), _DONE | {"emoji": fields.read_emoji}),
    "unreact": (partial(Act, "unreact"), _DONE | {"emoji": fields.read_emoji}),
    "sync": (
        Sync,
        {
            "id": fields.read_request_id,
            "room": fields.read_id,
            "after": fields.read_count,
            "limit": (fields.read_limit, fields.PAGE_LIMIT),
        },
    ),
    "older": (
        Older,
        {
            "id": fields.read_request_id,
            "room": fields.read_id,
            "before": fields.read_count,
            "limit": (fields.read_limit, fields.PAGE_LIMIT),
        },
    ),
    "read": (Read, {"room": fields.read_id, "seq": fields.read_count}),
    "typing": (Typing, {"room": fields.read_id}),
    "ping": (Ping, {"n": fields.read_count}),
}


def parse_hello(data: str | None) -> Hello:
    """The first frame. Refusal for another command or one that cannot be read, Disconnect for what is no JSON object.

    Another version disconnects before its keys are looked at: they may well be others.
    """
    frame, _ = _decode(data)
    version = frame.get("v")
    if frame.get("type") == "hello" and type(version) is int and version != VERSION:
        raise Disconnect(CloseCode.NEWER_PROTOCOL)
    command = parse_command(data)
    if not isinstance(command, Hello):
        raise Refusal("bad_frame", "hello comes first")
    return command


def parse_command(data: str | None) -> Command:
    """The command in a text frame (None: it was a binary one).

    Refusal for a JSON object that is no command, Disconnect for what is not even a JSON object of a permitted size.
    """
    frame, loose = _decode(data)
    try:
        if loose:
            raise Refusal("bad_frame", "a lone surrogate, or a number that JSON does not have")
        kind = frame.pop("type", None)
        if not isinstance(kind, str) or kind not in _COMMANDS:
            raise Refusal("unknown_type", "this server does not know this type of frame")
        make, readers = _COMMANDS[kind]
        if unknown := frame.keys() - readers.keys():
            raise Refusal("bad_frame", f"{min(unknown)[: fields.ID_LIMIT]}: unknown key")
        return make(**{key: _read(frame, key, reader) for key, reader in readers.items()})
    except Refusal as refusal:
        refusal.re, refusal.client_id = _echo(frame)
        raise


def _decode(data: str | None) -> tuple[dict[str, Any], bool]:
    """The object, and whether only a lenient parser takes it.

    A browser may well send half of a surrogate pair, and after a close would send it again; that one is told by name.
    """
    if data is None or len(data) > FRAME_LIMIT or (not data.isascii() and len(data.encode()) > FRAME_LIMIT):
        raise Disconnect(CloseCode.BAD_FRAME)
    loose = False
    try:
        frame = orjson.loads(data)
    except ValueError:
        loose = True
        frame = _decode_leniently(data)
    if not isinstance(frame, dict):
        raise Disconnect(CloseCode.BAD_FRAME)
    return frame, loose


def _decode_leniently(data: str) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _read(frame: Mapping[str, Any], key: str, reader: Reader | Optional) -> Any:
    read = reader[0] if isinstance(reader, tuple) else reader
    if key not in frame:
        if isinstance(reader, tuple):
            return reader[1]
        raise Refusal("bad_frame", f"{key}: missing")
    try:
        return read(frame[key])
    except LedgerFormatError as error:
        is_named = (error.field or "").startswith(key)
        raise Refusal("bad_frame", str(error) if is_named else f"{key}: {error}") from None


def _echo(frame: Mapping[str, Any]) -> tuple[RequestId | None, str | None]:
    """The request's id and client id as far as they can be read."""
    found: list[Any] = []
    for key, read in (("id", fields.read_request_id), ("client_id", fields.read_id)):
        try:
            found.append(read(frame.get(key)))
        except LedgerFormatError:
            found.append(None)
    return found[0], found[1] and found[1].hex
