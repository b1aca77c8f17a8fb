"""What the ledger is dated by: the server's clock, which may be wrong for a while, and never goes back in a room."""

from uuid import UUID

import pytest

from ledger.models import Message
from ledger.recording.batches import record_batch
from ledger.tests.builders import ROOM, draft, room_id
from ledger.tests.rooms import assert_rooms_are_whole

pytestmark = pytest.mark.django_db(transaction=True)


def times(room: UUID) -> list[int]:
    return list(Message.objects.filter(room=room).order_by("room_seq").values_list("received_ms", flat=True))


def test_a_clock_that_goes_back_stands_still_in_the_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    for now_ms in (2_000, 1_000, 1_500, 3_000):
        monkeypatch.setattr("time.time_ns", lambda now_ms=now_ms: now_ms * 1_000_000)
        record_batch([draft(), draft(), draft(room=room_id(1))])
    assert all(2_000 <= time_ms <= 2_003 for time_ms in times(ROOM)[:6])
    assert times(ROOM)[6:] == [3_000] * 2
    assert_rooms_are_whole()


def test_a_room_that_is_ahead_of_the_clock_takes_no_other_along(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server whose clock was an hour ahead for one message must not date every other room by it from then on."""
    for now_ms, rooms in ((3_600_000, [1]), (2_000, [0, 1, 2]), (3_000, [2, 1, 0])):
        monkeypatch.setattr("time.time_ns", lambda now_ms=now_ms: now_ms * 1_000_000)
        record_batch([draft(room=room_id(n)) for n in rooms])
    assert times(room_id(0)) == times(room_id(2)) == [2_000, 3_000]
    assert all(3_600_000 <= time_ms <= 3_600_002 for time_ms in times(room_id(1)))
    assert_rooms_are_whole()
