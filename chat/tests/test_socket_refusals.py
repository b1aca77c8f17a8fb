"""The WebSocket of a real web process, from outside: what it refuses, and how it says so."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from chat.tests.client import WORLD, browse, enter, message, open_socket
from connect.tests.server import Server, make_site, serve

UNKNOWN = "ab" * 16


async def test_a_reply_to_nothing_is_not_found(server: Server) -> None:
    async with enter(server) as alice:
        error = await alice.say("x", reply_to="ab" * 32)
        assert (error["type"], error["code"], error["retry"]) == ("error", "not_found", "no")


async def test_another_text_under_a_used_id_is_refused(server: Server) -> None:
    used = message("x")
    async with enter(server) as alice:
        await alice.ask("send", **used)
        error = await alice.ask("send", **used | {"text": "something else"})
        assert (error["code"], error["retry"], error["client_id"]) == ("client_id_reused", "new", used["client_id"])


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"type": "send", **message("")}, "empty"),
        ({"type": "send", **message("x" * 8001)}, "too_long"),
        ({"type": "send", **message("half \ud83d")}, "bad_frame"),
        ({"type": "send", **message("a\0b")}, "bad_frame"),
        ({"type": "send", **message("x"), "sent_ms": True}, "bad_frame"),
        ({"type": "send", **message("x"), "surplus": 1}, "bad_frame"),
        ({"type": "send", **message("x"), "files": [UNKNOWN]}, "not_found"),
        ({"type": "send", **message("x"), "device": "ab" * 32, "signature": "A" * 86 + "=="}, "forbidden"),
        ({"type": "sync", "room": WORLD, "after": 0, "limit": 201}, "bad_frame"),
        ({"type": "hello", "v": 1, "cursors": {}}, "bad_frame"),
        ({"type": "shout", "room": WORLD}, "unknown_type"),
        ({"type": "edit", "room": WORLD}, "bad_frame"),
    ],
)
async def test_a_bad_command_gets_its_error_and_the_connection_stays(
    server: Server, frame: dict[str, Any], code: str
) -> None:
    async with enter(server) as alice:
        await alice.put({"id": "bad", **frame} if frame["type"] != "hello" else frame)
        error = await alice.find(lambda frame: frame["type"] == "error")
        assert error["code"] == code
        assert (await alice.say("x"))["type"] == "ack"


@pytest.mark.parametrize("kind", ["send", "sync", "older"])
async def test_an_unknown_room_is_not_found(server: Server, kind: str) -> None:
    fields = {"send": message("x"), "sync": {"after": 0}, "older": {"before": 9}}[kind]
    async with enter(server) as alice:
        error = await alice.ask(kind, **fields | {"room": UNKNOWN})
        assert (error["type"], error["code"]) == ("error", "not_found")


@pytest.mark.parametrize("frame", [b"bytes", "no json", "[1]", '"text"', '{"type":"ping","n":1,"x":"' + "x" * 65536])
async def test_what_is_no_frame_ends_the_connection(server: Server, frame: str | bytes) -> None:
    async with enter(server) as alice:
        await alice.put(frame)
        assert await alice.code() == 4400
        assert alice.frames[-1] == {"type": "bye", "code": 4400, "retry_ms": None}


async def test_a_frame_of_megabytes_is_not_even_taken(server: Server) -> None:
    async with enter(server) as alice:
        with suppress(ConnectionClosed):  # before the last of it is sent
            await alice.put("x" * 2_000_000)
        assert await alice.code() in (1009, 1006)


@pytest.mark.parametrize(
    ("frame", "code", "told"),
    [
        ('{"type":"ping","n":1}', 4400, ["hello comes first"]),
        ('{"type":"hello","v":1,"surplus":1}', 4400, ["surplus: unknown key"]),
        ("nonsense", 4400, []),
        ('{"type":"hello","v":2,"features":[]}', 4409, []),
    ],
)
async def test_a_connection_begins_with_a_hello_that_is_understood(
    server: Server, frame: str, code: int, told: list[str]
) -> None:
    async with open_socket(server) as alice:
        await alice.put(frame)
        assert await alice.code() == code
        assert [error["detail"] for error in alice.frames] == told


async def test_who_says_nothing_does_not_stay(tmp_path: Path) -> None:
    with serve(make_site(tmp_path), "chat.tests.hasty:application") as server:
        async with open_socket(server) as silent:
            assert await silent.code() == 4408


async def test_who_is_not_logged_in_hears_so(server: Server) -> None:
    async with open_socket(server, None) as nobody:
        assert await nobody.code() == 4401
        assert nobody.frames == []


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null", ""])
async def test_a_page_of_another_site_gets_no_socket(server: Server, origin: str) -> None:
    with pytest.raises(InvalidStatus) as caught:
        async with open_socket(server, origin=origin):
            pass
    assert caught.value.response.status_code == 403


async def test_there_is_one_address(server: Server) -> None:
    with pytest.raises(InvalidStatus) as caught:
        async with open_socket(server, path="/ws/more/"):
            pass
    assert caught.value.response.status_code == 403


async def test_logging_out_closes_the_socket(server: Server) -> None:
    async with (
        open_socket(server, "charlie") as early,
        enter(server, "charlie") as charlie,
        enter(server, "bob") as bob,
    ):
        async with browse(server, "charlie") as browser:
            assert (await browser.post("/logout/")).status_code == 302
        async with asyncio.timeout(3):  # 2 s, and what a busy machine needs to say so.
            assert await charlie.code() == 4401
        await early.put({"type": "hello", "v": 1, "cursors": {}, "checkpoint": None})
        assert (await early.code(), early.frames) == (4401, []), "not welcomed first"
        assert (await bob.say("x"))["type"] == "ack"
