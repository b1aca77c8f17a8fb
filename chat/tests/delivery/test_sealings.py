import json
from uuid import UUID

from chat.delivery.sealings import BLOCKS_KEPT, Sealing, Sealings

WORLD, CELLAR = UUID(int=1), UUID(int=2)


def sealing(height: int, rooms: dict[UUID, int]) -> Sealing:
    return Sealing(height, {"height": height}, f"checkpoint {height}", rooms, {})


def test_before_the_first_block_there_is_nothing_to_tell() -> None:
    sealings = Sealings()
    assert (sealings.height, sealings.checkpoint, sealings.since(-1, set())) == (-1, None, [])


def test_a_connection_hears_of_the_blocks_after_its_height() -> None:
    sealings = Sealings()
    sealings.extend(sealing(height, {WORLD: height}) for height in range(5))
    assert [json.loads(frame)["block"]["height"] for frame in sealings.since(2, {WORLD})] == [3, 4]
    assert sealings.since(4, {WORLD}) == []
    assert (sealings.height, sealings.checkpoint) == (4, "checkpoint 4")


def test_a_frame_names_no_room_that_its_reader_does_not_see() -> None:
    sealings = Sealings()
    sealings.extend([sealing(1, {WORLD: 7, CELLAR: 9})])
    assert json.loads(sealings.since(0, {WORLD, CELLAR})[0])["rooms"] == {WORLD.hex: 7, CELLAR.hex: 9}
    assert json.loads(sealings.since(0, {WORLD})[0])["rooms"] == {WORLD.hex: 7}
    assert json.loads(sealings.since(0, set())[0])["rooms"] == {}


def test_old_blocks_are_forgotten() -> None:
    sealings = Sealings()
    sealings.extend(sealing(height, {}) for height in range(BLOCKS_KEPT + 10))
    assert len(sealings.since(-1, set())) == BLOCKS_KEPT
