"""Who is here and who types, told by a real web process."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from chat.liveness import TYPING_TTL_MS
from chat.tests.client import WORLD, enter, open_socket
from chat.tests.until import until
from connect.tests.server import Server, start_server

HIDE = """
from accounts.models import User
from chat.models import Preferences
Preferences.objects.update_or_create(user=User.objects.get(username="charlie"), defaults={{"is_shown": {shown}}})
"""
RENAME = """
from accounts.models import User
User.objects.filter(username="bob").update(first_name="Robert")
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with start_server(tmp_path_factory.mktemp("site")) as running:
        yield running


def typing(frames: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [frame for frame in frames if frame["type"] == "typing"]


def states(frames: list[dict[str, Any]], user: str) -> list[str]:
    return [frame["state"] for frame in frames if frame["type"] == "presence" and frame["user"] == user]


async def test_typing_is_told_to_the_others_once_in_three_seconds(server: Server) -> None:
    async with enter(server, "alice") as alice, enter(server, "alice") as phone, enter(server, "bob") as bob:
        for _ in range(5):
            await alice.put({"type": "typing", "room": WORLD})
        ack = await alice.say("what was being typed")
        await bob.event("what was being typed")
        me = (await alice.find(lambda frame: frame["type"] == "welcome"))["me"]
        assert typing(bob.frames) == [
            {"type": "typing", "room": WORLD, "user": me["id"], "name": me["name"], "ttl_ms": TYPING_TTL_MS}
        ]
        assert typing(alice.frames) == typing(phone.frames) == []
        assert ack["type"] == "ack"


async def test_who_types_is_told_under_the_name_that_they_have_now(server: Server) -> None:
    async with enter(server, "bob") as bob, enter(server, "alice") as alice:
        await asyncio.to_thread(server.site.run, RENAME)
        await bob.put({"type": "typing", "room": WORLD})
        assert (await alice.find(lambda frame: frame["type"] == "typing"))["name"] == "Robert"


async def test_typing_in_a_room_that_does_not_exist_is_refused_like_everything_there(server: Server) -> None:
    async with enter(server, "alice") as alice:
        await alice.put({"type": "typing", "room": "f" * 32})
        refusal = await alice.find(lambda frame: frame["type"] == "error")
        assert (refusal["code"], refusal["detail"]) == ("not_found", "there is no such room")


async def test_who_comes_is_told_and_stands_in_the_next_welcome_unless_they_hide(server: Server) -> None:
    async with enter(server, "alice") as alice, open_socket(server, "charlie") as charlie:
        user = (await charlie.hello())["me"]["id"]
        await until(lambda: states(alice.frames, user) == ["online"])
        async with open_socket(server, "bob") as bob:
            assert (await bob.hello())["presence"][user] == "online"
        await asyncio.to_thread(server.site.run, HIDE.format(shown=False))
        await until(lambda: states(alice.frames, user) == ["online", "offline"])
        async with open_socket(server, "bob") as bob:
            assert user not in (await bob.hello())["presence"]
        await asyncio.to_thread(server.site.run, HIDE.format(shown=True))
        await until(lambda: states(alice.frames, user) == ["online", "offline", "online"])
