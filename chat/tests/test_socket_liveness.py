"""Who is here and who types, told by a real web process."""

import asyncio
from functools import partial
from typing import Any

from chat.delivery.liveness import TYPING_TTL_MS
from chat.tests.client import WORLD, browse, enter, open_socket
from chat.tests.until import until
from connect.tests.server import Server

HIDE = """
from accounts.models import User
from chat.models import Preferences
Preferences.objects.update_or_create(user=User.objects.get(username="charlie"), defaults={{"is_shown": {shown}}})
"""
RENAME = """
from accounts.models import User
User.objects.filter(username="bob").update(first_name="Robert")
"""
MODERATE = """
from accounts.models import User
User.objects.filter(username="alice").update(is_staff=True)
"""


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


async def test_what_somebody_marks_as_unread_is_told_to_all_their_connections_and_to_nobody_else(
    server: Server,
) -> None:
    async with enter(server, "alice") as alice, enter(server, "bob") as bob:
        ack = await bob.say("read, and then again")
        await alice.event("read, and then again")
        await alice.put({"type": "read", "room": WORLD, "seq": ack["seq"]})
        async with browse(server, "alice") as browser:
            counted = await browser.get("/rooms/world/unread")
            assert counted.json() == {"read": ack["seq"], "head": ack["seq"], "unread": 0, "mentions": 0}
            for body, unread in (({"seq": str(ack["seq"])}, 1), ({}, 0)):
                answer = await browser.post("/rooms/world/unread", data=body, headers={"Accept": "application/json"})
                assert answer.status_code == 204
                told = {"type": "read", "room": WORLD, "seq": ack["seq"], "unread": unread, "mentions": 0}
                await until(partial(alice.frames.__contains__, told))
            later = await bob.say("and this")
            await alice.event("and this")
            page = {"read": f"{WORLD}:{later['seq']}"}
            assert (await browser.post("/unread/", data=page)).status_code == 303
            told = {"type": "read", "room": WORLD, "seq": later["seq"], "unread": 0, "mentions": 0}
            await until(partial(alice.frames.__contains__, told))
        assert not [frame for frame in bob.frames if frame["type"] == "read"]


async def test_pins_are_told_to_everybody_in_the_room_and_a_new_name_to_everybody(server: Server) -> None:
    await asyncio.to_thread(server.site.run, MODERATE)
    async with enter(server, "alice") as alice, enter(server, "bob") as bob, browse(server, "alice") as browser:
        ack = await bob.say("keep this at hand")
        for act, pinned in (("pin", [{"seq": ack["seq"], "hash": ack["hash"]}]), ("unpin", [])):
            page = f"/rooms/world/m/{ack['hash']}/"
            answer = await browser.post(page, data={"act": act}, headers={"Accept": "application/json"})
            assert answer.status_code == 204
            frame = {"type": "pins", "room": WORLD, "pinned": pinned}
            for client in (alice, bob):
                await until(partial(client.frames.__contains__, frame))
        await browser.post("/account/", data={"name": "Alice Liddell"})
        me = (await alice.find(lambda frame: frame["type"] == "welcome"))["me"]
        named = {"type": "person", "person": me | {"name": "Alice Liddell"}}
        await until(lambda: named in bob.frames)
