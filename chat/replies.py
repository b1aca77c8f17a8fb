"""Frames to a client, version 1, as text. Spec: docs/specs/protocol.md.

Pure. An event is encoded once, by whoever read it; frames of events are joined from those bytes.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import orjson

from chat import fields, protocol
from chat.refusals import CloseCode, Refusal

PING_MS = 4000
"""A client that has heard nothing for so long asks."""
FRAME_EVENTS = 200
FRAME_BYTES = 128 * 1024
"""A frame of events holds so much, or one event that is larger."""
INFLIGHT_LIMIT = 64
"""Commands of one connection that may wait for their ack; the server reads no further until there are fewer."""
RETRY_MS = {CloseCode.TOO_SLOW: 1000, CloseCode.RATE_LIMIT: 30_000, CloseCode.INTERNAL_ERROR: 2000}


def limits(send_per_min: int, file_bytes: int) -> dict[str, int]:
    """What `welcome` says a client must keep to."""
    return {
        "text": fields.TEXT_LIMIT,
        "frame": protocol.FRAME_LIMIT,
        "inflight": INFLIGHT_LIMIT,
        "ping_ms": PING_MS,
        "send_per_min": send_per_min,
        "file": file_bytes,
        "files": fields.FILES_LIMIT,
    }


def encode_welcome(
    *,
    me: Mapping[str, str],
    now_ms: int,
    limits: Mapping[str, int],
    rooms: list[dict[str, Any]],
    checkpoint: str | None,
    presence: Mapping[UUID, str],
) -> str:
    """`presence` names those who are not offline."""
    return _encode(
        {
            "type": "welcome",
            "v": protocol.VERSION,
            "me": me,
            "now_ms": now_ms,
            "limits": limits,
            "rooms": rooms,
            "checkpoint": checkpoint,
            "presence": {person.hex: state for person, state in presence.items()},
        }
    )


def encode_events(
    room: UUID, events: Iterable[bytes], re: fields.RequestId | None = None, more: bool | None = None
) -> str:
    """`events` are encoded events in the order of their seq, without gaps."""
    tail = {key: value for key, value in (("re", re), ("more", more)) if value is not None}
    end = b"]," + orjson.dumps(tail)[1:] if tail else b"]}"
    head = b'{"type":"events","room":"%s","events":[' % room.hex.encode()
    return (head + b",".join(events) + end).decode()


def encode_ack(
    *, re: fields.RequestId, client_id: UUID, room: UUID, seq: int, hash: bytes, received_ms: int, duplicate: bool
) -> str:
    return _encode(
        {
            "type": "ack",
            "re": re,
            "client_id": client_id.hex,
            "room": room.hex,
            "seq": seq,
            "hash": hash.hex(),
            "received_ms": received_ms,
            "duplicate": duplicate,
        }
    )


def encode_error(refusal: Refusal) -> str:
    optional = {"re": refusal.re, "client_id": refusal.client_id, "after_ms": refusal.after_ms}
    return _encode(
        {"type": "error", "code": refusal.code, "retry": refusal.retry, "detail": refusal.detail}
        | {key: value for key, value in optional.items() if value is not None}
    )


def encode_sealed(block: Mapping[str, Any], rooms: Mapping[UUID, int]) -> str:
    """`rooms` says up to which seq each room is sealed."""
    return _encode({"type": "sealed", "block": block, "rooms": {room.hex: seq for room, seq in rooms.items()}})


def encode_read(room: UUID, seq: int, unread: int, mentions: int) -> str:
    return _encode({"type": "read", "room": room.hex, "seq": seq, "unread": unread, "mentions": mentions})


def encode_typing(room: UUID, person: Mapping[str, str], ttl_ms: int) -> str:
    return _encode({"type": "typing", "room": room.hex, "user": person["id"], "name": person["name"], "ttl_ms": ttl_ms})


def encode_presence(person: UUID, state: str, at_ms: int) -> str:
    return _encode({"type": "presence", "user": person.hex, "state": state, "at_ms": at_ms})


def encode_pins(room: UUID, pinned: list[dict[str, Any]]) -> str:
    return _encode({"type": "pins", "room": room.hex, "pinned": pinned})


def encode_standing(room: UUID, *, moderates: bool, pins: bool) -> str:
    return _encode({"type": "standing", "room": room.hex, "moderates": moderates, "pins": pins})


def encode_person(person: Mapping[str, str]) -> str:
    return _encode({"type": "person", "person": person})


def encode_pong(n: int, now_ms: int, heads: Mapping[UUID, int]) -> str:
    return _encode({"type": "pong", "n": n, "now_ms": now_ms, "heads": {room.hex: seq for room, seq in heads.items()}})


def encode_reset(room: UUID, why: str, *, gone: bool = False) -> str:
    """`gone`: they are not in the room any more."""
    return _encode({"type": "reset", "room": room.hex, "why": why} | ({"gone": True} if gone else {}))


def encode_bye(code: CloseCode) -> str:
    return _encode({"type": "bye", "code": code, "retry_ms": RETRY_MS.get(code)})


def _encode(frame: Mapping[str, Any]) -> str:
    return orjson.dumps(frame).decode()
