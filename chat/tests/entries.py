"""Entries for tests: recorded by the recorder, as everything is."""

import uuid
from typing import Any

from accounts.models import User
from chat.models import Room
from ledger.core.records import SYSTEM_AUTHOR
from ledger.models import Message
from ledger.recording.batches import record
from ledger.recording.drafts import Draft


def post(text: str, author: User | None = None, room: uuid.UUID = Room.WORLD, **more: Any) -> Message:
    """A post; without an author the system's."""
    author_id = SYSTEM_AUTHOR if author is None else author.pk
    draft = Draft(
        kind="post",
        room=room,
        author=author_id,
        client_id=more.pop("client_id", None) or uuid.uuid4(),
        sent_ms=1,
        body={"text": text},
        **more,
    )
    return record(draft).message


def act(kind: str, target: Message, author: User, **body: Any) -> Message:
    """Something done to a post: `act("edit", row, alice, text="mended")`."""
    draft = Draft(
        kind=kind,
        room=target.room,
        author=author.pk,
        client_id=uuid.uuid4(),
        sent_ms=1,
        body=body or None,
        ref=bytes(target.hash),
    )
    return record(draft).message
