"""Erased posts and a room of few, for tests of search."""

from uuid import UUID, uuid4

from accounts.models import User
from chat.models import Membership, Room
from ledger.models import Message
from ledger.recording.erasing import Erasure, erase

PRIVATE = UUID(int=0xBEEF)


def erased(target: Message, author: User) -> None:
    erase(Erasure(target, author=author.pk, client_id=uuid4(), sent_ms=1, reason="asked"))


def private_room(*members: User) -> Room:
    room = Room.objects.create(pk=PRIVATE, slug="plans", name="Secret plans", access=Room.Access.PRIVATE)
    Membership.objects.bulk_create(Membership(room=room, user=member) for member in members)
    return room
