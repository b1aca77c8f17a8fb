"""Erasure: the words of a message go, and that there was a message stays. Spec: docs/specs/ledger.md §7.

    lock the room's head → may this be? → one `erase` entry for the post and one for each of its edits → words and salts
    go → commit

All of it is one transaction of the recorder: a crash leaves every word or none. Leaves, links and proofs are untouched,
for they hold only salted commitments. Who may erase is not known here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from ledger.core.records import SYSTEM_AUTHOR
from ledger.errors import NotErasable
from ledger.models import Message
from ledger.recording.batches import record_planned
from ledger.recording.drafts import Draft


@dataclass(frozen=True, slots=True)
class Erasure:
    """Somebody's wish that a post be erased. `allow` is asked inside the transaction, and raises to refuse."""

    post: Message
    author: UUID
    client_id: UUID
    sent_ms: int
    reason: str
    allow: Callable[[], None] = lambda: None


def erase(erasure: Erasure) -> list[Message]:
    """The `erase` entries that this recorded; none when everything was erased before.

    NotErasable for what is no post, or the system's; RecordError when it could not be recorded. Then nothing changed.
    """
    if erasure.post.kind != "post":
        raise NotErasable(_("Only messages can be erased, and with them all their versions."))
    if erasure.post.author == SYSTEM_AUTHOR:
        raise NotErasable(_("What the system says cannot be erased."))
    recorded = record_planned(erasure.post.room, lambda: _plan(erasure))
    _empty_write_ahead_log()
    return [result.message for result in recorded]


def _plan(erasure: Erasure) -> list[Draft]:
    """An entry for each version that still has words; an edit that comes later must wait for the head's lock."""
    erasure.allow()
    post = erasure.post
    versions = Message.objects.filter(Q(hash=post.hash) | Q(kind="edit", ref=post.hash), body__isnull=False)
    # The room is compared here: asked for it as well, SQLite reads all its entries, while nobody can write in it.
    rows = versions.order_by("room_seq").values_list("room", "hash")
    return [
        Draft(
            kind="erase",
            room=post.room,
            author=erasure.author,
            client_id=erasure.client_id if place == 0 else uuid4(),
            sent_ms=erasure.sent_ms,
            body={"reason": erasure.reason},
            ref=bytes(hash_),
        )
        for place, hash_ in enumerate(hash_ for room, hash_ in rows if room == post.room)
    ]


def _empty_write_ahead_log() -> None:
    """SQLite's log of recent changes holds the old page until it is overwritten, which on a quiet site takes long.

    Without waiting: where others read or write just now it stays for a later checkpoint. Spec: docs/specs/ledger.md §7.
    """
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with _never_waiting(), connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def _never_waiting() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        (wait_ms,) = cursor.fetchone()
        cursor.execute("PRAGMA busy_timeout = 0")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {wait_ms:d}")
