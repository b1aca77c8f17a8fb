"""The thread that records what event loops submit."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from ledger import recorder as module
from ledger.errors import BadDraft, Busy, ClientIdReused
from ledger.models import Message
from ledger.recorder import Recorder, close_recorder, get_recorder
from ledger.recording import batches
from ledger.recording.batches import Recorded, Result, record_batch
from ledger.recording.drafts import Draft
from ledger.tests.builders import draft
from ledger.tests.rooms import assert_rooms_are_whole

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_S = 30


class Gate:
    """Holds each batch back until it is opened, and notes their sizes."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.reached = threading.Event()
        self.open = threading.Event()

    def __call__(self, drafts: Sequence[Draft], answer: Callable[[list[Result]], None]) -> list[Result]:
        self.sizes.append(len(drafts))
        self.reached.set()
        assert self.open.wait(PATIENCE_S)
        return record_batch(drafts, answer)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate()
    monkeypatch.setattr(module, "record_batch", gate)
    yield gate
    gate.open.set()


@pytest.fixture
def make_recorder() -> Iterator[Callable[..., Recorder]]:
    made: list[Recorder] = []

    def make(capacity: int = 100) -> Recorder:
        made.append(Recorder(capacity))
        return made[-1]

    yield make
    for recorder in made:
        recorder.close()


async def reach(gate: Gate) -> None:
    assert await asyncio.to_thread(gate.reached.wait, PATIENCE_S)


async def recorded(recorder: Recorder, draft: Draft) -> Recorded:
    return await recorder.submit(draft)


async def submitted(recorder: Recorder, draft: Draft) -> asyncio.Task[Recorded]:
    """Submits and lets it get as far as waiting."""
    task = asyncio.create_task(recorded(recorder, draft))
    await asyncio.sleep(0)
    return task


def test_everything_submitted_is_answered_with_its_own_row(make_recorder: Callable[[], Recorder]) -> None:
    drafts = [draft(str(n)) for n in range(50)]

    async def main() -> list[Recorded]:
        return await asyncio.gather(*map(make_recorder().submit, drafts))

    results = asyncio.run(main())
    assert [result.message.client_id for result in results] == [plain.client_id for plain in drafts]
    assert [result.message.room_seq for result in results] == list(range(1, 51))
    assert_rooms_are_whole()


def test_a_refusal_is_raised_where_it_belongs(make_recorder: Callable[[], Recorder]) -> None:
    plain = draft()
    drafts = [plain, draft(kind="shout"), draft("other", client_id=plain.client_id), draft("b")]

    async def main() -> list[Recorded | BaseException]:
        return await asyncio.gather(*map(make_recorder().submit, drafts), return_exceptions=True)

    assert [type(result) for result in asyncio.run(main())] == [Recorded, BadDraft, ClientIdReused, Recorded]


def test_what_arrives_during_a_commit_becomes_one_batch(gate: Gate, make_recorder: Callable[[], Recorder]) -> None:
    async def main() -> None:
        recorder = make_recorder()
        tasks = [await submitted(recorder, draft())]
        await reach(gate)
        tasks += [await submitted(recorder, draft(str(n))) for n in range(40)]
        gate.open.set()
        await asyncio.gather(*tasks)

    asyncio.run(main())
    assert gate.sizes == [1, 40]


def test_a_full_recorder_refuses_at_once_and_takes_more_afterwards(
    gate: Gate, make_recorder: Callable[[int], Recorder]
) -> None:
    async def main() -> None:
        recorder = make_recorder(3)
        tasks = [await submitted(recorder, draft())]
        await reach(gate)  # that one no longer waits
        tasks += [await submitted(recorder, draft()) for _ in range(3)]
        with pytest.raises(Busy):
            await recorder.submit(draft())
        gate.open.set()
        await asyncio.gather(*tasks)
        await recorder.submit(draft())

    asyncio.run(main())
    assert Message.objects.count() == 5


def test_who_stops_waiting_does_not_disturb_the_others(gate: Gate, make_recorder: Callable[[], Recorder]) -> None:
    async def main() -> None:
        recorder = make_recorder()
        gone, staying = await submitted(recorder, draft("gone")), await submitted(recorder, draft("staying"))
        await reach(gate)
        gone.cancel()
        gate.open.set()
        assert not (await staying).duplicate

    asyncio.run(main())
    assert Message.objects.count() == 2


def test_an_event_loop_that_ended_does_not_disturb_the_recorder(
    gate: Gate, make_recorder: Callable[[], Recorder]
) -> None:
    recorder = make_recorder()

    async def leave() -> None:
        await submitted(recorder, draft("left behind"))
        await reach(gate)

    asyncio.run(leave())
    gate.open.set()
    assert not asyncio.run(recorded(recorder, draft())).duplicate
    assert Message.objects.count() == 2


def test_a_defect_answers_busy_and_the_recorder_lives_on(
    monkeypatch: pytest.MonkeyPatch, make_recorder: Callable[[], Recorder]
) -> None:
    recorder = make_recorder()

    def fail(drafts: Sequence[Draft], answer: Callable[[list[Result]], None]) -> list[Result]:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(module, "record_batch", fail)
        with pytest.raises(Busy):
            asyncio.run(recorded(recorder, draft()))
    assert not asyncio.run(recorded(recorder, draft())).duplicate


def test_closing_records_what_waits_and_refuses_what_comes(gate: Gate, make_recorder: Callable[[], Recorder]) -> None:
    async def main() -> None:
        recorder = make_recorder()
        tasks = [await submitted(recorder, draft())]
        await reach(gate)
        tasks += [await submitted(recorder, draft()) for _ in range(5)]
        gate.open.set()
        await asyncio.gather(asyncio.to_thread(recorder.close), *tasks)
        with pytest.raises(Busy):
            await recorder.submit(draft())

    asyncio.run(main())
    assert Message.objects.count() == 6


def test_a_process_has_one_recorder_until_it_is_closed() -> None:
    first = get_recorder()
    assert get_recorder() is first
    close_recorder()
    second = get_recorder()
    assert second is not first
    assert not asyncio.run(recorded(second, draft())).duplicate


class Watched(threading.Condition):
    """Tells when somebody waits."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.set()
        return super().wait(timeout)


def test_what_one_turn_of_the_loop_submits_is_one_batch(
    gate: Gate, make_recorder: Callable[[], Recorder], monkeypatch: pytest.MonkeyPatch
) -> None:
    gate.open.set()
    changed = Watched()
    monkeypatch.setattr(module, "Condition", lambda: changed)
    recorder = make_recorder()
    assert changed.waits.wait(PATIENCE_S)

    async def main() -> None:
        answers = []
        for number in range(3):
            answers.append(recorder.submit(draft(str(number))))
            time.sleep(0.05)  # noqa: ASYNC251  (the same turn, in which the recorder could run)
        await asyncio.gather(*answers)

    asyncio.run(main())
    assert gate.sizes == [3]


def test_whoever_is_told_of_a_batch_does_not_wait_for_it(
    make_recorder: Callable[[], Recorder], monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder, heard = make_recorder(), []
    monkeypatch.setattr(batches, "_listeners", [lambda rows: heard.append(recorder.is_busy)])

    async def main() -> None:
        await recorder.submit(draft("alone"))

    asyncio.run(main())
    recorder.close()
    assert heard == [False]
