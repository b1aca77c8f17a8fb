"""What happens between web processes, and to connections when a process, a network or a client fails."""

import asyncio
from contextlib import ExitStack
from pathlib import Path

import httpx
import psutil
import pytest
from redis import Redis

from chat.tests.client import WORLD, Client, enter, message, text_of
from chat.tests.slow import SlowClient
from chat.tests.until import until
from connect.tests.ports import free_port
from connect.tests.server import Server, Site, make_site, serve, start_server
from connect.tests.stores import redis, sentinel

IMPATIENT = "chat.tests.impatient:application"
PATIENT = "chat.tests.patient:application"
LONG = "word " * 1500
"""Text of 7.5 kB; its event has it twice."""
WARM = 800
"""Until a process has what it needs for such traffic and for who returns, above all the caches of its connections."""
GROWTH = 10 * 2**20
"""What a server may take for somebody who is away or does not read."""


async def say_across(here: Client, there: Client, text: str) -> None:
    ack = await here.say(text)
    assert (await there.event(text))["seq"] == ack["seq"]


async def test_two_processes_without_any_doorbell_share_every_message_and_block(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    with serve(site) as one, serve(site) as two:
        async with enter(one, "alice") as alice, enter(two, "bob") as bob:
            for number in range(3):
                await say_across(alice, bob, f"there {number}")
                await say_across(bob, alice, f"and back {number}")
            assert [event["seq"] for event in alice.events()] == [5, 6, 7, 8, 9, 10]
            assert alice.events() == bob.events()
            await asyncio.to_thread(site.manage, "mine_block")
            for each in (alice, bob):
                await each.find(lambda frame: frame["type"] == "sealed" and frame["rooms"] == {WORLD: 10})


async def test_a_doorbell_that_nobody_answers_costs_time_and_nothing_else(tmp_path: Path) -> None:
    deaf = on_redis(make_site(tmp_path), "redis://127.0.0.1:1/0")
    with serve(deaf) as one, serve(deaf) as two:
        async with enter(one, "alice") as alice, enter(two, "bob") as bob:
            await say_across(alice, bob, "can you hear me")
            await say_across(bob, alice, "late, but yes")
        assert (layer_of(one), layer_of(two)) == ("down", "down")
        assert one.log.read_text().count("The channel layer fails") == 1


async def test_redis_carries_messages_and_blocks_at_once(tmp_path: Path) -> None:
    with redis() as url:
        site = on_redis(make_site(tmp_path), url)
        with serve(site, PATIENT) as one, serve(site, PATIENT) as two:
            async with enter(one, "alice") as alice, enter(two, "bob") as bob:
                await until(lambda: both_listen(url))
                await say_across(alice, bob, "with a doorbell")
                await say_across(bob, alice, "x" * 8000)
                await asyncio.gather(*(alice.say(f"many {number}") for number in range(300)))
                await until(lambda: len(bob.events()) == 302)
                await asyncio.to_thread(site.manage, "mine_block")
                await bob.find(lambda frame: frame["type"] == "sealed" and frame["rooms"] == {WORLD: 306})


async def test_redis_may_come_and_go(tmp_path: Path) -> None:
    port = free_port()
    site = on_redis(make_site(tmp_path), f"redis://127.0.0.1:{port}/0")
    with ExitStack() as servers, serve(site) as one, serve(site) as two:
        async with enter(one, "alice") as alice, enter(two, "bob") as bob:
            await say_across(alice, bob, "before there is one")
            with redis(port):
                await until(lambda: layer_of(one) == layer_of(two) == "ok")
                await say_across(bob, alice, "while it is there")
            await say_across(alice, bob, "after it has gone")
            await until(lambda: layer_of(one) == "down")
            url = servers.enter_context(redis(port))
            await say_across(alice, bob, "when it is back")
            await until(lambda: layer_of(one) == "ok" and both_listen(url))


async def test_a_sentinel_says_where_redis_is(tmp_path: Path) -> None:
    with sentinel() as watched:
        site = on_redis(make_site(tmp_path), watched.url)
        with serve(site, PATIENT) as one, serve(site, PATIENT) as two:
            async with enter(one, "alice") as alice, enter(two, "bob") as bob:
                await until(lambda: layer_of(one) == layer_of(two) == "ok")
                await say_across(alice, bob, "with a doorbell")


@pytest.mark.soak
async def test_a_failover_to_another_redis_is_followed(tmp_path: Path) -> None:
    with sentinel(replicas=1) as watched:
        site = on_redis(make_site(tmp_path), watched.url)
        with serve(site) as one, serve(site) as two:
            async with enter(one, "alice") as alice, enter(two, "bob") as bob:
                await until(lambda: layer_of(one) == layer_of(two) == "ok")
                watched.stop_master()
                await say_across(alice, bob, "while there is no master")
                await until(lambda: told(one, "layer works again") == told(two, "layer works again") == 1)
                await say_across(bob, alice, "with the new one")
            assert told(one, "The channel layer fails") == 1


async def test_a_restart_is_told_and_what_was_acknowledged_is_there_afterwards(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    with serve(site) as server:
        async with enter(server) as alice:
            acks = await asyncio.gather(*(alice.say(f"{number}") for number in range(20)))
            server.terminate()
            assert await alice.code() == 1012
        assert server.process.returncode in (0, -15)
    with serve(site) as server:
        async with enter(server, cursors={WORLD: 4}) as alice:
            await until(lambda: len(alice.events()) == 20)
            assert {event["hash"] for event in alice.events()} == {ack["hash"] for ack in acks}


async def test_a_crash_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    sent = [message(f"{number}") for number in range(200)]
    with serve(site) as server:
        async with enter(server) as alice:
            for frame in sent:
                await alice.put({"type": "send", "id": frame["client_id"], **frame})
            await alice.find(lambda frame: frame["type"] == "ack")
            server.kill()
            await alice.code()
            acked = {frame["client_id"] for frame in alice.frames if frame["type"] == "ack"}
    with serve(site) as server:
        async with enter(server, cursors={WORLD: 4}) as alice:
            again = [await alice.ask("send", **frame) for frame in sent]
            assert {ack["client_id"] for ack in again if ack["duplicate"]} >= acked
            await until(lambda: len(alice.events()) == 200)
            assert [event["seq"] for event in alice.events()] == list(range(5, 205))
            assert sorted(event["client_id"] for event in alice.events()) == sorted(f["client_id"] for f in sent)


async def test_a_client_away_while_5000_messages_pass_is_whole_afterwards(tmp_path: Path) -> None:
    with start_server(tmp_path) as server:
        process = psutil.Process(server.process.pid)
        async with enter(server) as alice:
            cursor = 4
            for count in (1500, 5000):  # The first time, the process gets what it needs for such a return.
                before = process.memory_info().rss
                await pour(alice, count)
                async with enter(server, "bob", {WORLD: cursor}) as bob:
                    await until(lambda bob=bob, count=count: len(bob.events()) == count)  # type: ignore[misc]
                assert [event["seq"] for event in bob.events()] == list(range(cursor + 1, cursor + count + 1))
                cursor += count
        assert process.memory_info().rss - before < GROWTH


@pytest.mark.parametrize("count", [1000, pytest.param(6700, marks=pytest.mark.soak, id="100 MB")])
async def test_a_client_that_does_not_read_costs_little_delays_nobody_and_comes_back_whole(
    tmp_path: Path, count: int
) -> None:
    with serve(make_site(tmp_path, {"SEND_PER_MIN": "10000000"}), IMPATIENT) as server:
        process = psutil.Process(server.process.pid)
        async with enter(server) as alice:
            await pour(alice, WARM, LONG)
            async with enter(server, "charlie", {WORLD: 4}) as charlie:
                await until(lambda: len(charlie.events()) == WARM)
            slow = SlowClient(server, "bob")
            slow.put({"type": "hello", "v": 1, "cursors": {}})
            before = process.memory_info().rss
            await pour(alice, count, LONG)
            assert process.memory_info().rss - before < GROWTH
            await until(lambda: "Cut off." in server.log.read_text())
        frames, code = await asyncio.to_thread(slow.read_to_the_end)
        slow.close()
        assert code == 4408
        head = 4 + WARM + count
        cursor = max(event["seq"] for frame in frames for event in frame.get("events", ()))
        assert cursor < head, "it was cut off before it had everything"
        async with enter(server, "bob", {WORLD: cursor}) as bob:
            await until(lambda: bob.events() and bob.events()[-1]["seq"] == head)
            assert [event["seq"] for event in bob.events()] == list(range(cursor + 1, head + 1))


async def test_a_flood_is_refused_and_then_ended_while_others_go_on(tmp_path: Path) -> None:
    with start_server(tmp_path, {"SEND_PER_MIN": "60"}) as server:
        async with enter(server, "alice") as alice, enter(server, "bob") as bob:
            for number in range(300):
                await alice.put({"type": "send", "id": number, **message(f"{number}")})
            assert await alice.code() == 4429
            refused = [frame for frame in alice.frames if frame["type"] == "error"]
            assert {(frame["code"], frame["retry"]) for frame in refused} == {("rate_limited", "same")}
            assert all(frame["after_ms"] > 0 for frame in refused)
            assert (await bob.say("calm"))["type"] == "ack"
            assert len([event for event in bob.events() if text_of(event) != "calm"]) <= 20
        async with enter(server, "alice") as alice:
            assert (await alice.say("again"))["code"] == "rate_limited", "the rate is the person's, not the socket's"


@pytest.mark.parametrize("frame", ['{"type":"ping","n":1}', '{"type":"nonsense"}', '{"type":"send"}'])
async def test_any_frame_in_great_number_ends_the_connection(tmp_path: Path, frame: str) -> None:
    with start_server(tmp_path) as server:
        async with enter(server) as alice:
            for _ in range(500):
                await alice.put(frame)
            assert await alice.code() == 4429


async def test_a_deactivated_account_is_disconnected(tmp_path: Path) -> None:
    with start_server(tmp_path) as server:
        async with enter(server, "bob") as bob:
            code = "from accounts.models import User; User.objects.filter(username='bob').update(is_active=False)"
            await asyncio.to_thread(server.site.run, code)
            assert await bob.code() == 4403


async def pour(client: Client, count: int, text: str = "") -> None:
    """So many messages; returns when the client has had them back, and has forgotten them."""
    for start in range(0, count, 50):
        await asyncio.gather(*(client.say(f"{number} {text}") for number in range(start, start + 50)))
        await until(lambda: len(client.events()) == 50)
        client.frames.clear()


def on_redis(site: Site, url: str) -> Site:
    return Site({**site.env, "REDIS_URL": url}, site.sessions)


def both_listen(url: str) -> bool:
    with Redis.from_url(url) as client:
        channels = client.pubsub_channels("connect-*__group__hub")
        return [count for _, count in client.pubsub_numsub(*channels)] == [2]


def told(server: Server, words: str) -> int:
    return server.log.read_text().count(words)


def layer_of(server: Server) -> str:
    """As /healthz says it; the process itself is well all the time."""
    health = httpx.get(f"{server.url}/healthz")
    assert health.status_code == 200
    answer: str = health.json()["channel_layer"]
    return answer
