"""The updater against a store in memory: whatever is announced, lost, late or doubled, rings and database agree."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from chat.delivery import updater as module
from chat.delivery.ring import RING_EVENTS
from chat.delivery.sealings import Sealing
from chat.delivery.updater import encode_recorded
from chat.tests.delivery.updating import CELLAR, ROOM, Scene, Store, sealing
from chat.tests.until import until


@pytest.fixture
async def scene(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    """An updater that has looked once, has heard of three entries since, and looks again only when told to."""
    made = Scene(Store())
    monkeypatch.setattr(module, "store", made.store)
    await made.updater.open([ROOM])
    task = asyncio.create_task(made.updater.run(tick_s=3600))
    made.updater.take_events(ROOM, made.store.encode_rows(made.store.add(3)))
    await until(lambda: made.audience.growths)
    made.audience.growths.clear()
    yield made
    task.cancel()


async def test_a_ring_holds_what_came_since_it_was_opened(scene: Scene) -> None:
    assert scene.held() == [1, 2, 3]
    assert scene.updater.sealings.height == 0


async def test_any_number_of_rooms_opens_with_one_look_and_none_of_their_entries(scene: Scene) -> None:
    rooms = [UUID(int=number) for number in range(10, 110)]
    for room in rooms:
        scene.store.add(3, room)
    reads = scene.store.reads
    await scene.updater.open([ROOM, *rooms, CELLAR])
    assert scene.store.reads - reads == 1
    assert {(ring.head, ring.first) for room, ring in scene.updater.rings.items() if room in rooms} == {(3, 4)}
    assert scene.updater.rings[CELLAR].head == 0
    await scene.updater.open(rooms)
    assert scene.store.reads - reads == 1


async def test_what_was_sealed_while_the_first_room_was_opened_is_written_into_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = Scene(Store())
    monkeypatch.setattr(module, "store", made.store)
    made.store.add(3)
    places = made.store.find_sealed_heads([ROOM])

    def find_sealed_heads(rooms: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
        made.store.blocks.append(sealing(1, {ROOM: {1: 10, 2: 11}}))
        return places

    monkeypatch.setattr(made.store, "find_sealed_heads", find_sealed_heads)
    await made.updater.open([ROOM])
    assert (made.updater.rings[ROOM].sealed, made.updater.sealings.height) == (2, 1)


async def test_what_is_recorded_here_reaches_the_ring_without_being_read(scene: Scene) -> None:
    reads = scene.store.reads
    rows = scene.store.add(2)
    scene.take(rows)
    await until(lambda: scene.held() == [1, 2, 3, 4, 5])
    assert scene.audience.growths == [ROOM]
    assert [(room, head, [seq for seq, _ in events]) for room, head, events in scene.audience.announced] == [
        (ROOM, 5, [4, 5])
    ]
    assert scene.store.reads == reads


async def test_rows_of_several_rooms_are_kept_apart(scene: Scene) -> None:
    scene.audience.rooms.add(CELLAR)
    scene.store.add(1, CELLAR)
    await scene.updater.open([CELLAR])
    scene.take([*scene.store.add(1), *scene.store.add(1, CELLAR), *scene.store.add(1)])
    await until(lambda: scene.held() == [1, 2, 3, 4, 5] and scene.held(CELLAR) == [2])


async def test_a_row_of_a_room_without_listeners_is_announced_all_the_same(scene: Scene) -> None:
    scene.take(scene.store.add(1, CELLAR))
    await until(lambda: scene.audience.announced)
    assert scene.audience.announced == [(CELLAR, 1, [])]
    assert CELLAR not in scene.updater.rings


async def test_what_was_recorded_while_the_room_was_opened_is_read(scene: Scene) -> None:
    scene.updater.take_recorded(encode_recorded(scene.store.add(2), []))
    await until(lambda: scene.held() == [1, 2, 3, 4, 5])


async def test_what_another_process_announces_reaches_the_ring(scene: Scene) -> None:
    reads = scene.store.reads
    rows = scene.store.add(2)
    scene.updater.take_events(ROOM, scene.store.encode_rows(rows))
    await until(lambda: scene.held() == [1, 2, 3, 4, 5])
    assert scene.audience.announced == []
    assert scene.store.reads == reads


async def test_an_announcement_after_a_lost_one_is_completed_from_the_database(scene: Scene) -> None:
    scene.store.add(5)
    scene.updater.take_events(ROOM, scene.store.encode_rows(scene.store.add(1)))
    await until(lambda: scene.held() == list(range(1, 10)))


async def test_an_announcement_with_a_hole_is_completed_from_the_database(scene: Scene) -> None:
    first, _, third = scene.store.add(3)
    scene.take([first, third])
    await until(lambda: scene.held() == [1, 2, 3, 4, 5, 6])


async def test_what_is_told_out_of_order_is_read_in_order(scene: Scene) -> None:
    """Several threads record: who committed first may tell of it last, between the first and the last that are told."""
    first, second, third, fourth = scene.store.add(4)
    for row in (first, third, second, fourth):
        scene.take([row])
    await until(lambda: scene.updater.rings[ROOM].head == 7)
    assert scene.held() == [1, 2, 3, 4, 5, 6, 7]


async def test_a_doubled_or_old_announcement_changes_nothing(scene: Scene) -> None:
    rows = scene.store.add(2)
    scene.take(rows)
    scene.updater.take_events(ROOM, scene.store.encode_rows(rows))
    scene.updater.take_events(ROOM, [(1, b"{}")])
    await until(lambda: len(scene.audience.growths) == 1)
    scene.take(scene.store.add(1))
    await until(lambda: len(scene.audience.growths) == 2)
    assert scene.held() == [1, 2, 3, 4, 5, 6]


async def test_what_nobody_announced_is_found_by_looking(scene: Scene) -> None:
    scene.store.add(4)
    scene.updater.look()
    await until(lambda: scene.held() == list(range(1, 8)))
    assert scene.audience.growths == [ROOM]


async def test_looking_comes_by_itself_with_time(scene: Scene) -> None:
    ticking = asyncio.create_task(scene.updater.run(tick_s=0.001))
    scene.store.add(4)
    await until(lambda: scene.held() == list(range(1, 8)))
    ticking.cancel()


async def test_a_gap_wider_than_the_ring_is_not_read_whole(scene: Scene) -> None:
    scene.store.add(3 * RING_EVENTS)
    reads = scene.store.reads
    scene.updater.look()
    await until(lambda: scene.updater.rings[ROOM].head == 3 * RING_EVENTS + 3)
    assert scene.held() == list(range(2 * RING_EVENTS + 4, 3 * RING_EVENTS + 4))
    assert scene.store.reads - reads == 3


async def test_missing_rows_do_not_stop_the_updater(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene.store, "read_after", lambda room, after, limit: [])
    scene.store.add(2)
    scene.updater.look()
    await until(lambda: scene.updater.rings[ROOM].head == 5)
    scene.take(scene.store.add(1))
    await until(lambda: scene.held() == [6])


async def test_a_database_that_fails_and_comes_back_is_said_once(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.store.fault = ConnectionError("gone")
    ticking = asyncio.create_task(scene.updater.run(tick_s=0.001))
    await until(lambda: "gone" in caplog.text)
    scene.store.add(1)
    scene.store.fault = None
    await until(lambda: scene.held() == [1, 2, 3, 4])
    ticking.cancel()
    assert caplog.text.count("Traceback") == 1


async def test_a_block_is_written_into_the_ring_and_told(scene: Scene) -> None:
    scene.store.blocks.append(sealing(1, {ROOM: {1: 10, 2: 11}}))
    scene.updater.look()
    await until(lambda: scene.audience.blocks == 1)
    ring = scene.updater.rings[ROOM]
    made = ring.frame_after(0)
    assert made is not None
    assert [event["block"] for event in json.loads(made[0])["events"]] == [1, 1, None]
    assert (ring.sealed, scene.updater.sealings.checkpoint) == (2, "checkpoint 1")


async def test_what_is_put_in_front_while_a_block_is_read_is_not_kept_without_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The block's leaves were asked for those entries alone that the ring held then."""
    ring = scene.updater.rings[ROOM]
    ring.restart(3)
    find = scene.store.find_sealings

    def meanwhile(after: int, firsts: Mapping[UUID, int]) -> list[Sealing]:
        ring.prepend(scene.store.rows[ROOM][:3])
        return find(after, firsts)

    monkeypatch.setattr(scene.store, "find_sealings", meanwhile)
    scene.store.blocks.append(replace(sealing(1, {ROOM: {3: 12}}), leaves={}))
    scene.updater.look()
    await until(lambda: ring.sealed == 3)
    assert (ring.first, ring.head) == (4, 3)


async def test_an_announcement_that_a_block_has_overtaken_is_read_again(scene: Scene) -> None:
    late = scene.store.encode_rows(scene.store.add(1))
    scene.store.rows[ROOM][3] = b'{"seq":4,"leaf_index":12,"block":1}'
    scene.store.blocks.append(sealing(1, {ROOM: {4: 12}}))
    scene.updater.rings[ROOM].seal(1, 4, {})
    scene.updater.take_events(ROOM, late)
    await until(lambda: scene.held() == [1, 2, 3, 4])
    made = scene.updater.rings[ROOM].frame_after(3)
    assert made is not None
    assert json.loads(made[0])["events"][0]["block"] == 1


async def test_blocks_passed_over_leave_no_stale_entries(scene: Scene) -> None:
    scene.store.blocks = [sealing(70, {})]
    scene.updater.look()
    await until(lambda: scene.audience.blocks == 1)
    assert scene.held() == []
    assert scene.updater.rings[ROOM].head == 3


async def test_a_room_that_everybody_left_is_dropped(scene: Scene) -> None:
    scene.audience.rooms.clear()
    scene.updater.look()
    await until(lambda: ROOM not in scene.updater.rings)


@pytest.mark.parametrize(("patience", "sizes"), [(3600.0, [4]), (0.0, [1, 1, 1, 1])])
async def test_entries_wait_for_what_is_being_recorded_no_longer_than_patience(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, patience: float, sizes: list[int]
) -> None:
    scene.audience.patience = patience
    for left in (3, 2, 1, 0):
        monkeypatch.setattr(module, "is_recording", lambda left=left: left > 0)
        scene.take(scene.store.add())
        for _ in range(10):  # The updater's turns: it either waits by now or has handed over.
            await asyncio.sleep(0)
    await until(lambda: scene.held() == [1, 2, 3, 4, 5, 6, 7])
    assert [len(events) for _, _, events in scene.audience.announced] == sizes


@pytest.mark.parametrize(("patience", "counts"), [(3600.0, (2, 1, 1)), (0.05, (2, 1))])
async def test_after_several_came_together_the_next_wait_until_they_are_as_many_or_it_takes_too_long(
    scene: Scene, patience: float, counts: Sequence[int]
) -> None:
    scene.audience.patience = patience
    for count in counts:
        scene.take(scene.store.add(count))
        for _ in range(10):
            await asyncio.sleep(0)
    await until(lambda: scene.held()[-1] == 3 + sum(counts))
    assert [len(events) for _, _, events in scene.audience.announced] == [2, sum(counts[1:])]


async def test_who_speaks_alone_waits_for_nobody(scene: Scene) -> None:
    scene.audience.patience = 3600.0
    for seq in (4, 5, 6):
        scene.take(scene.store.add())
        await until(lambda seq=seq: scene.held()[-1] == seq)  # type: ignore[misc]


@pytest.mark.parametrize("kind", ["member.leave", "member.remove"])
async def test_who_is_taken_out_is_out_before_anybody_is_told(scene: Scene, kind: str) -> None:
    departure = b'{"seq":4,"kind":"%s","body":{"member":"%s"}}' % (kind.encode(), UUID(int=5).hex.encode())
    scene.store.rows[ROOM].append(departure)
    scene.updater.take_events(ROOM, [(4, departure)])
    await until(lambda: scene.audience.growths == [ROOM])
    assert scene.audience.out == [UUID(int=5)]


async def test_who_left_before_anybody_was_here_is_no_news(scene: Scene) -> None:
    scene.store.rows[CELLAR] = [b'{"seq":1,"kind":"member.leave","body":{"member":"%s"}}' % UUID(int=5).hex.encode()]
    scene.audience.rooms.add(CELLAR)
    await scene.updater.open([CELLAR])
    assert scene.audience.out == []


async def test_what_is_passed_over_may_have_taken_somebody_out(scene: Scene) -> None:
    scene.store.add(RING_EVENTS + 20)
    scene.updater.look()
    await until(lambda: bool(scene.audience.growths))
    assert scene.audience.looks == 1
