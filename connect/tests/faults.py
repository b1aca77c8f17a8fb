"""What can happen to a network and to servers, each until its clients have noticed and are back."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import ExitStack

import psutil

from connect.tests.follower import Follower, Patience
from connect.tests.many import Many
from connect.tests.proxy import Proxy
from connect.tests.server import PEOPLE
from connect.tests.stores import redis

DEADLINE_S = 240.0
PATIENCE = Patience(silence_s=3.0, ping_s=0.5, pause_s=0.1)


class Crowd:
    """People who write, all of them at once, behind one proxy."""

    def __init__(self, many: Many, proxy: Proxy, people: int) -> None:
        self.many = many
        self.proxy = proxy
        names = [PEOPLE[number % len(PEOPLE)] for number in range(people)]
        self.followers = [Follower(proxy.port, many.sessions[name], PATIENCE) for name in names]

    async def all(self, condition: Callable[[Follower], object]) -> None:
        """Returns once it holds for everybody."""
        async with asyncio.timeout(DEADLINE_S):
            while not all(map(condition, self.followers)):  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def write(self, messages: int, faults: list["Fault"]) -> None:
        """Each fault happens while a round of messages is under way. Returns when everything is acknowledged."""
        await self.all(lambda follower: follower.is_connected)
        for number in range(messages):
            await asyncio.gather(*(follower.say(f"{number}") for follower in self.followers))
            if number < len(faults):
                await faults[number](self)
                await self.all(lambda follower: follower.is_connected)
        await self.all(lambda follower: not follower.outbox)


Fault = Callable[[Crowd], Awaitable[None]]


async def cut(crowd: Crowd) -> None:
    before = {follower: follower.connects for follower in crowd.followers}
    crowd.proxy.cut()
    await crowd.all(lambda follower: follower.connects > before[follower])


async def stall(crowd: Crowd) -> None:
    crowd.proxy.stall()
    await crowd.all(lambda follower: not follower.is_connected)
    crowd.proxy.resume()


async def delay(crowd: Crowd) -> None:
    crowd.proxy.delay_s = 0.2
    await crowd.all(lambda follower: not follower.outbox)
    crowd.proxy.delay_s = 0.0


async def half_open(crowd: Crowd) -> None:
    before = {follower: follower.connects for follower in crowd.followers}
    crowd.proxy.half_open()
    await crowd.all(lambda follower: follower.connects > before[follower])


async def kill(crowd: Crowd) -> None:
    await _end(crowd, psutil.Process.kill)


async def terminate(crowd: Crowd) -> None:
    await _end(crowd, psutil.Process.terminate)


async def suspend(crowd: Crowd) -> None:
    webs = crowd.many.served.webs()
    for web in webs:
        web.suspend()
    await crowd.all(lambda follower: not follower.is_connected)
    for web in webs:
        web.resume()


async def _end(crowd: Crowd, signal: Callable[[psutil.Process], None]) -> None:
    """Of every web process; the supervisor starts them again."""
    before = {follower: follower.connects for follower in crowd.followers}
    for web in crowd.many.served.webs():
        signal(web)
    await crowd.all(lambda follower: follower.connects > before[follower])


def redis_away_and_back(running: ExitStack, port: int) -> tuple[Fault, Fault]:
    """`running` holds the Redis at this port."""

    async def away(crowd: Crowd) -> None:
        await asyncio.to_thread(running.close)

    async def back(crowd: Crowd) -> None:
        await asyncio.to_thread(running.enter_context, redis(port))

    return away, back
