"""Who may not write is refused, inside the transaction. The answers here are the test's own."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from pytest_django import Settings

from ledger.core.records import SYSTEM_AUTHOR
from ledger.errors import NotAllowed, RecordError
from ledger.models import Message, RoomHead
from ledger.recording import writers
from ledger.recording.batches import Recorded, record, record_batch, record_planned
from ledger.recording.drafts import Draft
from ledger.tests.rooms import assert_rooms_are_whole

ROOM, ADA, BEN = uuid4(), uuid4(), uuid4()

asked: list[set[tuple[UUID, UUID]]] = []


def refuse_ben(authors: set[writers.Writer]) -> dict[writers.Writer, RecordError]:
    asked.append(authors)
    return {writer: NotAllowed("not Ben") for writer in authors if writer[1] == BEN}


@pytest.fixture(autouse=True)
def _ben_may_not(settings: Settings, transactional_db: None) -> None:
    asked.clear()
    settings.LEDGER_REFUSED_WRITERS = f"{__name__}.refuse_ben"


def said(author: UUID, kind: str = "post", ref: bytes | None = None) -> Draft:
    return Draft(kind, ROOM, author, uuid4(), 1, {"text": "hello"}, ref)


def test_those_who_may_not_are_refused_alone() -> None:
    first, refused, second = record_batch([said(ADA), said(BEN), said(ADA)])
    assert isinstance(refused, NotAllowed)
    assert [each.message.room_seq for each in (first, second) if isinstance(each, Recorded)] == [1, 2]
    assert asked == [{(ROOM, ADA), (ROOM, BEN)}]
    assert_rooms_are_whole()


def test_what_was_recorded_before_is_acknowledged_again(settings: Settings) -> None:
    draft = said(BEN)
    settings.LEDGER_REFUSED_WRITERS = None
    record(draft)
    settings.LEDGER_REFUSED_WRITERS = f"{__name__}.refuse_ben"
    assert record(draft).duplicate


@pytest.mark.parametrize(
    "recorded",
    [
        lambda: record(said(SYSTEM_AUTHOR)),
        lambda: record(Draft("member.leave", ROOM, BEN, uuid4(), 1, {"member": BEN.hex})),
        lambda: record_planned(ROOM, lambda: [said(BEN)]),
    ],
    ids=["the system", "no words", "planned"],
)
def test_nobody_is_asked_about(recorded: Callable[[], object]) -> None:
    recorded()
    assert asked == []
    assert Message.objects.count() == 1


def test_what_a_plan_writes_goes_with_its_entries_or_not_at_all() -> None:
    def plan() -> list[Draft]:
        RoomHead.objects.create(room=UUID(int=9), seq=0, hash=bytes(32), received_ms=0, last_id=0)
        return [said(ADA, "edit", bytes(32))]

    with pytest.raises(RecordError):
        record_planned(ROOM, plan)
    assert not RoomHead.objects.exists()
