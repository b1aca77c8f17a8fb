"""What must hold of every room at any moment, whatever was killed before."""

from collections import defaultdict
from uuid import UUID

from django.conf import settings

from ledger.core.fields import ZERO_HASH
from ledger.core.merkle import leaf_hash
from ledger.core.records import record_leaf_data
from ledger.models import Message, RoomHead


def assert_rooms_are_whole() -> None:
    """Every room: 1, 2, 3 …, each entry linked to the one before, keys and times rising, the head at the last."""
    rooms: defaultdict[UUID, list[Message]] = defaultdict(list)
    for message in Message.objects.order_by("room_seq"):
        rooms[message.room].append(message)
    heads = {head.room: head for head in RoomHead.objects.all()}
    assert heads.keys() == rooms.keys()
    for room, messages in rooms.items():
        _assert_linked(messages)
        head, last = heads[room], messages[-1]
        assert (head.seq, head.hash, head.last_id) == (last.room_seq, last.hash, last.id)
        assert head.received_ms == last.received_ms


def _assert_linked(messages: list[Message]) -> None:
    assert [message.room_seq for message in messages] == list(range(1, len(messages) + 1))
    assert [message.previous for message in messages] == [ZERO_HASH, *(message.hash for message in messages[:-1])]
    assert [message.id for message in messages] == sorted({message.id for message in messages})
    assert all(message.id >> 20 == message.received_ms for message in messages)
    for message in messages:
        assert leaf_hash(record_leaf_data(message.record(settings.LOG_ORIGIN))) == message.hash
