"""A message takes the files it names: its author's, uploaded for its room, each for one message and once.

    find what the ids name → body with name, type, size, commitment → in the recorder's transaction: waiting → sent

Somebody else's file, one of another room and one that never was get the same answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop as _

from chat.files.models import File
from ledger.errors import RecordError


class NoSuchFile(RecordError):
    code = "not_found"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a draft needs: what its body says of its files, and how they become the message's."""

    ids: tuple[UUID, ...]
    uploader: UUID
    room: UUID
    files: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, message: int) -> RecordError | None:
        """Asked inside the transaction, with the room's head locked: two sends of one file come one after the other."""
        waiting = File.objects.waiting(self.uploader, self.room).filter(pk__in=self.ids)
        held = waiting.select_for_update().values_list("pk", flat=True)  # against a sweep
        if len(set(held)) != len(self.ids):
            return NoSuchFile(_("There is no such file, or it is in a message already."))
        waiting.update(state=File.State.SENT, message=message)
        return None


def find_claim(ids: Sequence[UUID], uploader: UUID, room: UUID) -> Claim:
    """Files that are sent already are found too: the same message may come again.

    Those that are not found are left to the transaction, which alone knows whether this message was recorded before.
    """
    usable = (File.State.WAITING, File.State.SENT)
    found = File.objects.filter(pk__in=ids, uploader=uploader, room=room, state__in=usable).in_bulk()
    rows = [found[id] for id in ids if id in found]
    return Claim(tuple(ids), uploader, room, [_body(row) for row in rows])


def _body(file: File) -> dict[str, Any]:
    return {"name": file.name, "type": file.type, "size": file.size, "commitment": bytes(file.commitment).hex()}
