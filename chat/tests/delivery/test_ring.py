import json
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from chat.delivery.ring import KEPT_FRAMES, RING_BYTES, RING_EVENTS, Ring
from chat.replies import FRAME_BYTES, FRAME_EVENTS
from chat.tests.delivery.sockets import event

ROOM = UUID("c0117ec7000040008000000000000001")


def ring_of(count: int, head: int = 0, size: int = 0) -> Ring:
    ring = Ring(ROOM, head)
    ring.extend(event(seq, size) for seq in range(head + 1, head + count + 1))
    return ring


def seqs(frame: str) -> list[int]:
    return [found["seq"] for found in json.loads(frame)["events"]]


def test_an_empty_ring_knows_its_head() -> None:
    ring = Ring(ROOM, 7)
    assert (ring.first, ring.head) == (8, 7)
    assert ring.since(7) == []
    assert ring.since(6) is None


def test_a_cursor_gets_what_follows_it() -> None:
    made = ring_of(5).frame_after(2)
    assert made is not None
    assert seqs(made[0]) == [3, 4, 5]
    assert made[1] == 5


def test_connections_with_one_cursor_share_one_frame() -> None:
    ring = ring_of(5)
    first, second = ring.frame_after(2), ring.frame_after(2)
    assert first is not None
    assert second is not None
    assert first[0] is second[0]
    ring.extend([event(6)])
    third = ring.frame_after(2)
    assert third is not None
    assert seqs(third[0]) == [3, 4, 5, 6]


def test_old_entries_fall_out_by_number() -> None:
    ring = ring_of(RING_EVENTS + 3)
    assert (ring.first, ring.head) == (4, RING_EVENTS + 3)
    assert ring.frame_after(2) is None
    assert ring.frame_after(3) is not None


def test_old_entries_fall_out_by_size() -> None:
    ring = ring_of(30, size=100_000)
    held = ring.head - ring.first + 1
    assert held * 100_000 <= RING_BYTES < (held + 1) * 100_100


def test_a_frame_is_bounded_in_number_and_size() -> None:
    many = ring_of(FRAME_EVENTS + 50).frame_after(0)
    large = ring_of(10, size=30_000).frame_after(0)
    assert many is not None
    assert large is not None
    assert many[1] == FRAME_EVENTS
    assert len(large[0]) <= FRAME_BYTES + 100
    assert 0 < large[1] < 10


def test_an_event_larger_than_a_frame_goes_alone() -> None:
    made = ring_of(3, size=FRAME_BYTES + 1).frame_after(0)
    assert made is not None
    assert seqs(made[0]) == [1]


def test_the_shared_frames_are_few() -> None:
    ring = ring_of(100)
    shared = [ring.frame_after(cursor) is ring.frame_after(cursor) for cursor in range(50)]
    assert sum(shared) == KEPT_FRAMES


def test_sealing_writes_the_block_into_what_is_held() -> None:
    ring = ring_of(3, head=10)
    ring.frame_after(10)
    ring.seal(4, 12, {10: 90, 11: 91, 12: 92, 99: 1})
    made = ring.frame_after(10)
    assert made is not None
    found = json.loads(made[0])["events"]
    assert [(each["leaf_index"], each["block"]) for each in found] == [(91, 4), (92, 4), (None, None)]
    assert ring.sealed == 12


@given(st.lists(st.integers(1, 40), max_size=30), st.integers(0, 300))
def test_any_cursor_is_led_to_the_head_without_gaps(batches: list[int], cursor: int) -> None:
    ring = Ring(ROOM, 0)
    for count in batches:
        ring.extend([event(ring.head + 1 + place) for place in range(count)])
    cursor = min(cursor, ring.head)
    got: list[int] = []
    start = cursor
    while cursor < ring.head:
        made = ring.frame_after(cursor)
        if made is None:
            assert cursor + 1 < ring.first
            return
        got += seqs(made[0])
        cursor = made[1]
    assert got == list(range(start + 1, ring.head + 1))
