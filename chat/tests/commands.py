"""Commands as the parser makes them of frames."""

from typing import Any
from uuid import UUID, uuid4

from chat.models import Room
from chat.protocol import Act, Send

BODIES: dict[str, dict[str, str]] = {
    "edit": {"text": "mended"},
    "react": {"emoji": "👍"},
    "unreact": {"emoji": "👍"},
    "delete": {},
}


def send(room: UUID, **more: Any) -> Send:
    fields: dict[str, Any] = {
        "id": uuid4().hex,
        "client_id": uuid4(),
        "text": "hello",
        "reply_to": None,
        "files": (),
        "sent_ms": 1,
        "seen": None,
        "checkpoint": None,
        "salt": None,
        "device": None,
        "signature": None,
    }
    return Send(room=room, **fields | more)


def do(kind: str, ref: bytes, **more: Any) -> Act:
    fields: dict[str, Any] = {
        "id": uuid4().hex,
        "client_id": uuid4(),
        "room": Room.WORLD,
        "sent_ms": 1,
        "seen": None,
        "checkpoint": None,
        "salt": None,
        "device": None,
        "signature": None,
    }
    return Act(kind=kind, ref=ref, **fields | more)
