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
    fields = {"text": "hello", "reply_to": None, "files": ()}
    return Send(room=room, **_common() | fields | more)


def do(kind: str, ref: bytes, **more: Any) -> Act:
    return Act(kind=kind, ref=ref, **_common() | {"room": Room.WORLD} | more)


def _common() -> dict[str, Any]:
    nothing = dict.fromkeys(("seen", "checkpoint", "salt", "device", "signature"))
    return {"id": uuid4().hex, "client_id": uuid4(), "sent_ms": 1, **nothing}
