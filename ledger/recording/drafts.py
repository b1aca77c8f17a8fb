"""What the recorder is handed: a draft, and the same once it is checked and its body is committed to.

Nothing is read here. Whether the author may say it, how long a text may be and whether a device's signature is good has
been decided before; here a draft only gets the form that a row can hold. Spec: docs/specs/ledger.md §2.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from ledger.core.bodies import SALT_SIZE, check_body, commit_body
from ledger.core.canonical import encode_canonical
from ledger.core.errors import LedgerFormatError
from ledger.core.records import Seen, Statement, TreeHead
from ledger.errors import BadDraft, RecordError, TooLong

MAX_BODY_BYTES = 40_000
"""Of JCS(body), so that what a receipt carries beside the proof stays under 64 KiB of base64."""


Claim = Callable[[int], RecordError | None]
"""Given the row's key to be, takes what the entry needs, or says why the entry may not stand.

Asked in the recorder's transaction with the room's head locked, for new entries alone; it may be asked again.
"""


# Neither is frozen: see Statement.
@dataclass(slots=True)
class Draft:
    """One entry to be. Without a salt the server draws one; device and signature come together or not at all."""

    kind: str
    room: UUID
    author: UUID
    client_id: UUID
    sent_ms: int
    body: Mapping[str, object] | None = None
    ref: bytes | None = None
    seen: Seen | None = None
    checkpoint: TreeHead | None = None
    salt: bytes | None = None
    device: bytes | None = None
    signature: bytes | None = None
    claim: Claim | None = None


@dataclass(slots=True)
class Entry:
    """A checked draft: it lacks only its place in its room."""

    statement: Statement
    body: str | None
    """JCS(body)."""
    salt: bytes | None
    signature: bytes | None
    claim: Claim | None = None


def check_drafts(drafts: Sequence[Draft], origin: str) -> list[Entry | BadDraft]:
    """Each in the form that a row can hold, or BadDraft where it has none."""
    # Drawn at once: drawing lets go of the interpreter, which busier threads then keep.
    salts = secrets.token_bytes(SALT_SIZE * len(drafts))
    checked: list[Entry | BadDraft] = []
    for number, draft in enumerate(drafts):
        try:
            checked.append(_check(draft, origin, salts[number * SALT_SIZE : (number + 1) * SALT_SIZE]))
        except BadDraft as error:
            checked.append(error)
    return checked


def _check(draft: Draft, origin: str, fresh_salt: bytes) -> Entry:
    if (draft.device is None) != (draft.signature is None) or len(draft.signature or bytes(64)) != 64:
        raise BadDraft("device and signature come together, the signature in 64 bytes")
    try:
        check_body(draft.kind, draft.body)
        body = salt = commitment = None
        if draft.body is not None:
            body = encode_canonical(dict(draft.body))
            if len(body) > MAX_BODY_BYTES:
                raise TooLong(f"{len(body):,} of at most {MAX_BODY_BYTES:,} bytes once it is written as canonical JSON")
            salt = fresh_salt if draft.salt is None else draft.salt
            commitment = commit_body(salt, body)
        statement = Statement(
            log=origin,
            kind=draft.kind,
            room=draft.room,
            author=draft.author,
            client_id=draft.client_id,
            ref=draft.ref,
            body=commitment,
            sent_ms=draft.sent_ms,
            seen=draft.seen,
            checkpoint=draft.checkpoint,
            device=draft.device,
        )
    except LedgerFormatError as error:
        raise BadDraft(str(error)) from None
    return Entry(statement, None if body is None else body.decode(), salt, draft.signature, draft.claim)
