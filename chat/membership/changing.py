"""What every act on a room shares: one transaction for its entries and for the rows that follow from them."""

import time
from collections.abc import Callable, Sequence
from uuid import UUID, uuid4, uuid5

from accounts.models import User
from chat.models import Room
from chat.posting import refusal_of
from ledger.core.records import SYSTEM_AUTHOR
from ledger.errors import RecordError
from ledger.recording.batches import record_planned
from ledger.recording.drafts import Draft


def act(room: UUID, plan: Callable[[Room], Sequence[Draft]]) -> None:
    """Records what `plan` says of the room as it is then, with the rows that it writes. Refusal: nothing was changed.

    `plan` raises Refusal for what is not allowed; where there is nothing to do it has no entries.
    """
    try:
        record_planned(room, lambda: plan(Room.objects.get(pk=room)))
    except RecordError as error:
        raise refusal_of(error) from None


def open_room(room: Room, plan: Callable[[], Sequence[Draft]]) -> None:
    """The same for a room that does not exist yet."""
    try:
        record_planned(room.pk, plan)
    except RecordError as error:
        raise refusal_of(error) from None


def member_entry(kind: str, room: Room, by: User, member: User) -> Draft:
    return _draft(f"member.{kind}", room, by.pk, {"member": member.pk.hex})


def room_entry(kind: str, room: Room, by: User) -> Draft:
    """The format has no key for whether a room is archived: `access` says it, by a second word."""
    access = f"{room.access} archived" if room.archived else str(room.access)
    return _draft(f"room.{kind}", room, by.pk, {"name": room.name, "topic": room.topic, "access": access})


def system_words(room: Room, text: str) -> Draft:
    """For what the ledger has no kind of entry."""
    return _draft("post", room, SYSTEM_AUTHOR, {"text": text})


def reason_entry(removal: Draft, room: Room, by: User, text: str) -> Draft:
    """Why somebody was removed, in the words of who did it: the format has no key for that either."""
    return _draft("post", room, by.pk, {"text": text}, reason_id(removal.client_id))


def reason_id(removal: UUID) -> UUID:
    """Which post says why: the removal's client id is random, and this follows from it."""
    return uuid5(removal, "reason")


def _draft(kind: str, room: Room, author: UUID, body: dict[str, object], client_id: UUID | None = None) -> Draft:
    return Draft(kind, room.pk, author, client_id or uuid4(), time.time_ns() // 1_000_000, body)
