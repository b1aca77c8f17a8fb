"""Questions that come at the same time, and what each hears."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from django.db import OperationalError

from chat.delivery import gathering
from chat.delivery.gathering import Gathering


class Turns:
    """A thread that answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[Sequence[str]] = []
        self.may_answer = asyncio.Event()

    async def run(self, function: Callable[..., Any], *args: Any) -> Any:
        self.asked.append(args[0])
        await self.may_answer.wait()
        return function(*args)


def shout(asked: Sequence[str]) -> Mapping[str, str]:
    if "bad" in asked:
        raise ValueError("bad")
    return {word: word.upper() for word in asked}


def begin(gathered: Gathering[str, str], *words: str) -> list[asyncio.Task[str]]:
    return [asyncio.create_task(gathered.ask(word)) for word in words]


async def test_what_comes_while_one_batch_is_read_is_the_next() -> None:
    turns = Turns()
    gathered = Gathering(turns, shout)
    tasks = begin(gathered, "a")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    tasks += begin(gathered, "b", "c", "a")
    await asyncio.sleep(0)
    turns.may_answer.set()
    assert await asyncio.gather(*tasks) == ["A", "B", "C", "A"]
    assert turns.asked == [["a"], ["b", "c", "a"]], "nobody is answered by what was read before they asked"


async def test_who_asks_the_same_at_the_same_time_shares_the_answer() -> None:
    turns = Turns()
    turns.may_answer.set()
    tasks = begin(gathered := Gathering(turns, shout), "a", "b", "a")
    assert await asyncio.gather(*tasks) == ["A", "B", "A"]
    assert turns.asked == [["a", "b"]]
    assert await gathered.ask("a") == "A"
    assert turns.asked == [["a", "b"], ["a"]], "it is not kept"


async def test_a_batch_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MOST", 2)
    turns = Turns()
    turns.may_answer.set()
    assert await asyncio.gather(*begin(Gathering(turns, shout), "a", "b", "c")) == ["A", "B", "C"]
    assert turns.asked == [["a", "b"], ["c"]]


async def test_who_leaves_takes_nobodys_answer_along() -> None:
    turns = Turns()
    gone, stays = begin(Gathering(turns, shout), "a", "a")
    await asyncio.sleep(0)
    gone.cancel()
    turns.may_answer.set()
    assert await stays == "A"


async def test_a_question_that_cannot_be_answered_takes_no_other_along() -> None:
    turns = Turns()
    turns.may_answer.set()
    gathered = Gathering(turns, shout)
    results = await asyncio.gather(*begin(gathered, "a", "bad", "b"), return_exceptions=True)
    assert [str(each) for each in results] == ["A", "bad", "B"]
    assert await gathered.ask("c") == "C"


async def test_without_a_database_all_are_told_at_once() -> None:
    def fail(asked: Sequence[str]) -> Mapping[str, str]:
        raise OperationalError("gone")

    turns = Turns()
    turns.may_answer.set()
    results = await asyncio.gather(*begin(Gathering(turns, fail), "a", "b"), return_exceptions=True)
    assert [type(each) for each in results] == [OperationalError] * 2
    assert turns.asked == [["a", "b"]]
