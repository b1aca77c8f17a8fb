"""A recorder that crashes between any two steps, for as long as Hypothesis likes.

At every moment: what was acknowledged is stored as it was acknowledged, no client id is stored twice, and every room is
dense and linked. Whoever was not answered sends the same again.
"""

from dataclasses import replace
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from ledger.errors import ClientIdReused
from ledger.models import Message, RoomHead
from ledger.recording.batches import Recorded, record_batch
from ledger.recording.drafts import Draft
from ledger.tests.builders import ALICE, BOB, draft, room_id
from ledger.tests.crashes import Countdown, Crash, raise_crash, steps
from ledger.tests.rooms import assert_rooms_are_whole

MOST_STEPS = 12
"""More than a batch over two rooms takes: the last ones do not crash at all."""
CRASH_STEP = st.integers(1, MOST_STEPS)


class Clients(RuleBasedStateMachine):
    """Several clients' drafts through a recorder that may crash in every batch."""

    drafts = Bundle("drafts")

    def __init__(self) -> None:
        super().__init__()
        Message.objects.all().delete()
        RoomHead.objects.all().delete()
        self.acked: dict[tuple[UUID, UUID], bytes] = {}

    @rule(
        target=drafts,
        texts=st.lists(st.sampled_from("abc"), min_size=1, max_size=4),
        author=st.sampled_from([ALICE, BOB]),
        step=CRASH_STEP,
    )
    def say(self, texts: list[str], author: UUID, step: int) -> MultipleResults[Draft]:
        """Something new, in two rooms by turns."""
        batch = [draft(text, room=room_id(place % 2), author=author) for place, text in enumerate(texts)]
        self.send(batch, step)
        return multiple(*batch)

    @rule(batch=st.lists(drafts, min_size=1, max_size=6), step=CRASH_STEP)
    def say_again(self, batch: list[Draft], step: int) -> None:
        self.send(batch, step)

    @rule(target=drafts, other=drafts, step=CRASH_STEP)
    def say_something_else_under_a_used_id(self, other: Draft, step: int) -> Draft:
        changed = replace(other, body={"text": "something else"})
        self.send([changed], step)
        return changed

    def send(self, batch: list[Draft], step: int) -> None:
        try:
            with steps(Countdown(step, raise_crash)):
                results = record_batch(batch)
        except Crash:
            connection.close()  # as the end of the process does; what it had not committed is gone
            return
        for plain, result in zip(batch, results, strict=True):
            key = (plain.author, plain.client_id)
            if isinstance(result, Recorded):
                assert self.acked.setdefault(key, bytes(result.message.hash)) == result.message.hash
                assert result.message.body == f'{{"text":"{(plain.body or {})["text"]}"}}'
            else:
                assert isinstance(result, ClientIdReused)

    @invariant()
    def what_was_acknowledged_is_stored(self) -> None:
        rows = {(row.author, row.client_id): row.hash for row in Message.objects.all()}
        assert len(rows) == Message.objects.count()
        assert self.acked.items() <= rows.items()

    @invariant()
    def rooms_are_whole(self) -> None:
        assert_rooms_are_whole()


@pytest.mark.django_db(transaction=True)
def test_crashes_lose_nothing_that_was_acknowledged() -> None:
    run_state_machine_as_test(
        Clients,
        settings=settings(
            max_examples=40, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.django_db(transaction=True)
def test_the_steps_of_a_batch_are_crashed_at_one_by_one() -> None:
    """The same without chance: each step is reached, and the draft is stored once whenever it is sent again."""
    for step in range(1, 100):
        plain = draft(str(step), room=room_id(step))
        try:
            with steps(Countdown(step, raise_crash)):
                record_batch([plain])
        except Crash:
            connection.close()
        else:
            break
        (result,) = record_batch([plain])
        assert isinstance(result, Recorded)
        assert Message.objects.filter(client_id=plain.client_id).count() == 1
        assert_rooms_are_whole()
    assert 6 < step < MOST_STEPS
