"""The WebSocket of a real web process, from outside: what it does. What it refuses is test_socket_refusals.py."""

import asyncio
import json
import uuid
from contextlib import AsyncExitStack

from chat.tests.client import WORLD, browse, enter, message, open_socket
from chat.tests.until import until
from connect.tests.server import Server


def a_text() -> str:
    """Words that nobody has said yet: the tests share one room."""
    return f"hello {uuid.uuid4().hex}"


async def test_hello_is_answered_by_welcome_and_the_tip(server: Server) -> None:
    async with open_socket(server) as alice:
        welcome = await alice.hello()
        assert welcome["v"] == 1
        assert welcome["me"]["username"] == "alice"
        assert welcome["limits"].keys() == {"text", "frame", "inflight", "ping_ms", "send_per_min", "files", "file"}
        (room,) = welcome["rooms"]
        assert (room["id"], room["slug"], room["name"], room["kind"]) == (WORLD, "world", "World", "room")
        assert room["head"] >= 4
        assert welcome["checkpoint"].startswith("connect.localhost/ledger\n")
        sealed = await alice.find(lambda frame: frame["type"] == "sealed")
        assert sealed["block"].keys() == {
            *("height", "hash", "previous", "tree_size", "first_leaf", "time_ms", "bits", "nonce")
        }


async def test_a_message_is_acknowledged_and_reaches_everybody(server: Server) -> None:
    text = a_text()
    async with enter(server, "alice") as alice, enter(server, "bob") as bob:
        ack = await alice.say(f"**{text}**")
        assert (ack["type"], ack["room"], ack["duplicate"]) == ("ack", WORLD, False)
        here, there = await alice.event(f"**{text}**"), await bob.event(f"**{text}**")
        assert here == there
        assert (here["seq"], here["hash"], here["received_ms"]) == (ack["seq"], ack["hash"], ack["received_ms"])
        assert (here["client_id"], here["author"]["username"]) == (ack["client_id"], "alice")
        assert here["html"] == f"<p><strong>{text}</strong></p>"


async def test_a_reply_carries_its_original_above_it(server: Server) -> None:
    text, answer = a_text(), a_text()
    async with enter(server, "alice") as alice, enter(server, "bob") as bob:
        original = await alice.say(text)
        await bob.say(answer, reply_to=original["hash"])
        reply = (await alice.event(answer))["reply"]
        assert (reply["seq"], reply["hash"]) == (original["seq"], original["hash"])
        assert (reply["author"]["username"], reply["text"]) == ("alice", text)


async def test_the_same_again_gets_the_first_ack_again(server: Server) -> None:
    again = message(a_text())
    async with enter(server) as alice:
        first = await alice.ask("send", **again)
    async with enter(server) as alice:
        second = await alice.ask("send", **again)
    assert second == first | {"re": second["re"], "duplicate": True}


async def test_two_people_may_use_one_client_id(server: Server) -> None:
    shared = message(a_text())
    async with enter(server, "alice") as alice, enter(server, "bob") as bob:
        acks = [await each.ask("send", **shared) for each in (alice, bob)]
    assert [ack["duplicate"] for ack in acks] == [False, False]
    assert acks[0]["seq"] != acks[1]["seq"]


async def test_one_id_twenty_times_at_once_over_four_sockets_is_one_row_and_twenty_acks(server: Server) -> None:
    repeated = message(a_text())
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(enter(server)) for _ in range(4)]
        acks = await asyncio.gather(*(socket.ask("send", **repeated) for socket in sockets * 5))
        await sockets[0].event(repeated["text"])
        page = await sockets[0].ask("sync", room=WORLD, after=acks[0]["seq"] - 1)
    assert len({(ack["seq"], ack["hash"], ack["received_ms"]) for ack in acks}) == 1
    assert sum(not ack["duplicate"] for ack in acks) == 1
    assert [event["client_id"] for event in page["events"]].count(repeated["client_id"]) == 1


async def test_sends_of_one_connection_keep_their_order(server: Server) -> None:
    texts = [a_text() for _ in range(50)]
    async with enter(server) as alice:
        acks = await asyncio.gather(*(alice.say(text) for text in texts))
    assert [ack["seq"] for ack in acks] == sorted(ack["seq"] for ack in acks)


async def test_a_cursor_gets_everything_after_it_and_then_what_is_new(server: Server) -> None:
    async with enter(server) as alice:
        seqs = [(await alice.say(a_text()))["seq"] for _ in range(5)]
        async with enter(server, "bob", {WORLD: seqs[1]}) as bob:
            await until(lambda: len(bob.events()) == 3)
            await alice.say(a_text())
            await until(lambda: len(bob.events()) == 4)
            assert [event["seq"] for event in bob.events()] == [*seqs[2:], seqs[-1] + 1]


async def test_without_a_cursor_only_what_is_new_comes(server: Server) -> None:
    text = a_text()
    async with enter(server) as alice, enter(server, "bob") as bob:
        await alice.say(text)
        await bob.event(text)
        assert len(bob.events()) == 1


async def test_a_cursor_older_than_the_ring_is_led_to_the_head(server: Server) -> None:
    async with enter(server) as alice:
        acks = await asyncio.gather(*(alice.say(f"long ago {number}") for number in range(600)))
        head = max(ack["seq"] for ack in acks)
        async with enter(server, "bob", {WORLD: 0}) as bob:
            await until(lambda: bob.events() and bob.events()[-1]["seq"] == head)
            assert [event["seq"] for event in bob.events()] == list(range(1, head + 1))
            frames = [frame for frame in bob.frames if frame["type"] == "events"]
            assert len(frames) < 10, "many events to a frame"


async def test_a_cursor_beyond_the_head_is_reset(server: Server) -> None:
    async with enter(server, cursors={WORLD: 10**9}) as alice:
        reset = await alice.find(lambda frame: frame["type"] == "reset")
        assert reset["room"] == WORLD
        text = a_text()
        await alice.say(text)
        await alice.event(text)


async def test_sync_and_older_turn_pages(server: Server) -> None:
    async with enter(server) as alice:
        seqs = [(await alice.say(a_text()))["seq"] for _ in range(6)]
        await until(lambda: len(alice.events()) == 6)  # An ack may come before the entry is in the ring.
        page = await alice.ask("sync", room=WORLD, after=seqs[0], limit=3)
        assert ([event["seq"] for event in page["events"]], page["more"]) == (seqs[1:4], True)
        page = await alice.ask("sync", room=WORLD, after=seqs[3], limit=200)
        assert ([event["seq"] for event in page["events"]], page["more"]) == (seqs[4:], False)
        page = await alice.ask("sync", room=WORLD, after=10**9)
        assert (page["events"], page["more"]) == ([], False)
        page = await alice.ask("older", room=WORLD, before=seqs[3], limit=2)
        assert ([event["seq"] for event in page["events"]], page["more"]) == (seqs[1:3], True)
        page = await alice.ask("older", room=WORLD, before=3)
        assert ([event["seq"] for event in page["events"]], page["more"]) == ([1, 2], False)


async def test_pong_names_the_rooms_that_moved(server: Server) -> None:
    async with enter(server) as alice:
        for n in (1, 2):
            await alice.put({"type": "ping", "n": n})
            pong = await alice.find(lambda frame, n=n: frame["type"] == "pong" and frame["n"] == n)  # type: ignore[misc]
        assert pong["heads"] == {}
        seq = (await alice.say(a_text()))["seq"]
        await until(lambda: alice.events())
        await alice.put({"type": "ping", "n": 3})
        pong = await alice.find(lambda frame: frame["type"] == "pong" and frame["n"] == 3)
        assert pong["heads"] == {WORLD: seq}


async def test_reading_is_told_to_the_persons_other_connections(server: Server) -> None:
    async with enter(server, "bob") as bob, enter(server) as here, enter(server) as there:
        seqs = [(await bob.say(a_text()))["seq"] for _ in range(3)]
        await until(lambda: len(here.events()) == 3)
        await here.put({"type": "read", "room": WORLD, "seq": seqs[1]})
        read = await there.find(lambda frame: frame["type"] == "read")
        assert read == {"type": "read", "room": WORLD, "seq": seqs[1], "unread": 1, "mentions": 0}
        assert not any(frame["type"] == "read" for frame in here.frames + bob.frames)
    async with open_socket(server) as again:
        (room,) = (await again.hello())["rooms"]
        assert (room["read"], room["unread"]) == (seqs[1], 1)


async def test_a_sealed_block_is_told_to_everybody(server: Server) -> None:
    text = a_text()
    async with enter(server) as alice, enter(server, "bob") as bob:
        seq = (await alice.say(text))["seq"]
        await asyncio.to_thread(server.manage, "mine_block")
        for each in (alice, bob):
            sealed = await each.find(lambda frame: frame["type"] == "sealed" and frame["rooms"].get(WORLD, 0) >= seq)
            assert sealed["block"]["previous"] == each.frames[1]["block"]["hash"]
    async with enter(server, cursors={WORLD: seq - 1}) as alice:
        event = await alice.event(text)
        assert event["block"] == sealed["block"]["height"]
        assert sealed["block"]["first_leaf"] < event["leaf_index"] < sealed["block"]["tree_size"]
        told = await alice.find(lambda frame: frame["type"] == "sealed")
        assert told["rooms"] == {WORLD: seq}, "who was away hears how far the room is sealed"


async def test_a_message_posted_by_a_form_arrives_live(server: Server) -> None:
    text = a_text()
    async with enter(server) as alice:
        async with browse(server, "bob") as browser:
            assert (await browser.post("/rooms/world/", data={"text": text})).status_code == 303
        assert (await alice.event(text))["author"]["username"] == "bob"


async def test_a_new_name_stands_with_what_was_said_before(server: Server) -> None:
    text = a_text()
    async with enter(server, "bob") as bob:
        seq = (await bob.say(text))["seq"]
        assert (await bob.event(text))["author"]["name"] == "bob"
        async with browse(server, "bob") as browser:
            assert (await browser.post("/account/", data={"name": "Bob Builder"})).status_code == 302
        async with enter(server, "alice", {WORLD: seq - 1}) as alice:
            assert (await alice.event(text))["author"]["name"] == "Bob Builder"


async def test_who_is_connected_hears_of_it_and_nobody_gets_the_words_any_more(server: Server) -> None:
    secret, reason = a_text(), "it was a secret"
    async with enter(server, "alice") as alice, enter(server, "bob") as bob:
        ack = await alice.say(secret)
        await bob.event(secret)
        await bob.say("an answer", reply_to=ack["hash"])
        async with browse(server, "alice") as browser:
            answer = await browser.post(f"/rooms/world/erase/{ack['hash']}/", data={"reason": reason})
            assert answer.status_code == 303
        frame = await bob.find(lambda each: any(event["kind"] == "erase" for event in each.get("events", ())))
        (event,) = (event for event in frame["events"] if event["kind"] == "erase")
        assert (event["ref"], event["body"], event["seq"]) == (ack["hash"], {"reason": reason}, ack["seq"] + 2)
        before = await alice.ask("older", room=WORLD, before=event["seq"], limit=200)
        after = await alice.ask("sync", room=WORLD, after=ack["seq"] - 1, limit=200)
        assert event["seq"] in [each["seq"] for each in after["events"]]
        assert secret not in json.dumps([before, after])
        (gone,) = (each for each in before["events"] if each["hash"] == ack["hash"])
        assert (gone["erased"], gone["body"]) == (True, None)
    async with enter(server, "bob", {WORLD: ack["seq"] - 1}) as bob:
        await bob.find(lambda each: any(event["kind"] == "erase" for event in each.get("events", ())))
        assert secret not in json.dumps(bob.frames)
