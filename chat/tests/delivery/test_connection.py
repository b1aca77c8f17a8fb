import asyncio
import json

import pytest

from chat.delivery import connection as connections
from chat.delivery.connection import Connection
from chat.refusals import CloseCode
from chat.tests.delivery.sockets import ROOM, TICKET, Feed, Socket
from chat.tests.until import until


class Scene:
    def __init__(self) -> None:
        self.socket, self.feed = Socket(), Feed()
        self.connection = Connection(self.socket.send, self.feed, TICKET)
        self.connection.cursors[self.feed.ring] = 0

    @property
    def cursor(self) -> int:
        return self.connection.cursors[self.feed.ring]

    def seqs(self) -> list[int]:
        return [each["seq"] for frame in self.socket.taken if frame["type"] == "events" for each in frame["events"]]


@pytest.fixture
async def scene() -> Scene:
    made = Scene()
    made.connection.start()
    return made


async def test_what_waits_leaves_in_one_frame(scene: Scene) -> None:
    for _ in range(5):
        scene.feed.grow(scene.connection, 1)
    await until(lambda: scene.cursor == 5)
    assert scene.socket.kinds() == ["events"]
    assert scene.seqs() == [1, 2, 3, 4, 5]


async def test_replies_go_out_in_order(scene: Scene) -> None:
    for number in range(3):
        scene.connection.push(json.dumps({"type": "ack", "n": number}))
    await until(lambda: len(scene.socket.taken) == 3)
    assert [frame["n"] for frame in scene.socket.taken] == [0, 1, 2]


async def test_a_client_that_does_not_read_holds_one_frame_and_a_cursor(scene: Scene) -> None:
    scene.socket.open.clear()
    scene.feed.grow(scene.connection, 1)
    await until(lambda: scene.connection.blocked_since_s is not None)
    for _ in range(40):
        scene.feed.grow(scene.connection, 10)
    assert scene.cursor == 0
    scene.socket.open.set()
    await until(lambda: scene.cursor == 401)
    assert scene.seqs() == list(range(1, 402))
    assert len(scene.socket.taken) == 3, "400 events that waited are two frames"
    assert scene.connection.blocked_since_s is None


async def test_an_ack_does_not_wait_behind_a_long_way_to_catch_up(scene: Scene) -> None:
    scene.socket.open.clear()
    scene.feed.grow(scene.connection, 450)
    await until(lambda: scene.connection.blocked_since_s is not None)
    scene.connection.push('{"type":"ack"}')
    scene.socket.open.set()
    await until(lambda: len(scene.socket.taken) == 4)
    assert scene.socket.kinds() == ["events", "ack", "events", "events"]


async def test_who_asks_for_more_without_reading_waits(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "REPLIES_LIMIT", 50)
    scene.socket.open.clear()
    frame = json.dumps({"type": "events", "events": [], "fill": "x" * 30})
    scene.connection.push(frame)
    await until(lambda: scene.connection.blocked_since_s is not None)
    second = asyncio.create_task(scene.connection.reply(frame))
    await asyncio.wait([second], timeout=0.001)
    assert not second.done()
    scene.socket.open.set()
    await until(second.done)
    await until(lambda: len(scene.socket.taken) == 2)


async def test_a_pong_comes_after_what_it_names(scene: Scene) -> None:
    scene.socket.open.clear()
    scene.feed.grow(scene.connection, 1)
    await until(lambda: scene.connection.blocked_since_s is not None)
    scene.connection.pong(1)
    scene.feed.grow(scene.connection, 2)
    scene.connection.pong(2)
    scene.socket.open.set()
    await until(lambda: "pong" in scene.socket.kinds())
    assert scene.socket.kinds() == ["events", "events", "pong"]
    assert {"n": 2, "heads": {ROOM.hex: 3}}.items() <= scene.socket.taken[-1].items()
    scene.connection.pong(3)
    await until(lambda: scene.socket.taken[-1].get("n") == 3)
    assert scene.socket.taken[-1]["heads"] == {}, "nothing moved since the last pong"


async def test_a_block_is_told_once(scene: Scene) -> None:
    scene.feed.blocks += ['{"type":"sealed","n":0}', '{"type":"sealed","n":1}']
    scene.connection.wake()
    await until(lambda: len(scene.socket.taken) == 2)
    scene.connection.wake()
    scene.connection.push('{"type":"ack"}')
    await until(lambda: len(scene.socket.taken) == 3)
    assert scene.socket.kinds() == ["sealed", "sealed", "ack"]


async def test_a_close_sends_what_waits_says_bye_and_keeps_its_first_code(scene: Scene) -> None:
    scene.connection.push('{"type":"ack"}')
    scene.connection.close(CloseCode.NOT_ALLOWED)
    scene.connection.close(CloseCode.TOO_SLOW)
    await scene.connection.ended()
    assert scene.socket.kinds() == ["ack", "bye"]
    assert scene.socket.taken[-1]["code"] == scene.socket.code == CloseCode.NOT_ALLOWED


async def test_a_client_cut_off_gets_its_code_when_it_reads_again(scene: Scene) -> None:
    scene.socket.open.clear()
    scene.feed.grow(scene.connection, 1)
    await until(lambda: scene.connection.blocked_since_s is not None)
    scene.connection.cut_off()
    scene.feed.grow(scene.connection, 1)
    scene.socket.open.set()
    await scene.connection.ended()
    assert (scene.socket.taken, scene.socket.code) == ([], CloseCode.TOO_SLOW)


@pytest.mark.parametrize("is_slow", [True, False], ids=["too slow", "logged out"])
async def test_a_client_that_never_reads_again_loses_its_connection(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, is_slow: bool
) -> None:
    monkeypatch.setattr(connections, "LINGER_S", 0.0)
    scene.socket.open.clear()
    scene.feed.grow(scene.connection, 1)
    await until(lambda: scene.connection.blocked_since_s is not None)
    if is_slow:
        scene.connection.cut_off()
    else:
        scene.connection.close(CloseCode.NOT_LOGGED_IN)
    await until(lambda: scene.socket.aborted)


async def test_a_fault_ends_the_connection_and_is_logged(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    scene.feed.fault = ZeroDivisionError()
    scene.feed.grow(scene.connection, 1)
    await scene.connection.ended()
    assert scene.socket.code == CloseCode.INTERNAL_ERROR
    assert "ZeroDivisionError" in caplog.text
