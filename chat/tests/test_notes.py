"""Lines for rooms and people: from the rows, and in the same words in the browser."""

import json
import subprocess
from typing import Any

import pytest

from accounts.models import User
from chat.events import build_events
from chat.membership.joining import add, join, leave, remove
from chat.membership.opening import create_room, open_direct, update_room
from chat.notes import KINDS, note, summary
from connect.tests.node import NODE
from connect.tests.server import ROOT
from ledger.models import Message

SCRIPT = """
import { isNote, note, summary } from "./static/chat/js/notes.js";
const events = JSON.parse(process.argv[1]);
console.log(JSON.stringify(WHAT));
"""


@pytest.fixture
def events(transactional_db: None, bob: User, charlie: User) -> list[dict[str, Any]]:
    room = create_room(bob, "Tea", "", "public")
    join(charlie, room)
    leave(charlie, room)
    add(bob, room, [charlie])
    remove(bob, room, charlie)
    update_room(bob, room, name="Coffee 100% “black”", topic="Beans")
    update_room(bob, room, topic="", access="private")
    update_room(bob, room, archived=True)
    update_room(bob, room, archived=False, access="public")
    told = build_events(list(Message.objects.in_room(room.pk)))
    direct = open_direct(bob, [charlie])
    return [*told, *build_events(list(Message.objects.in_room(direct.pk)))]


WORDS = [
    "bob opened the room.",
    "bob joined.",
    "charlie joined.",
    "charlie left.",
    "bob added charlie.",
    "bob removed charlie.",
    "bob renamed the room to “Coffee 100% “black””. bob set the topic: “Beans”.",
    "bob removed the topic. bob made the room private.",
    "bob archived the room.",
    "bob made the room public. bob opened the room again.",
    "bob began the conversation.",
]


def test_each_entry_of_a_room_says_what_happened(events: list[dict[str, Any]]) -> None:
    assert {event["kind"] for event in events} == KINDS
    assert [note(event) for event in events][: len(WORDS)] == WORDS


def test_browsers_say_the_same(events: list[dict[str, Any]]) -> None:
    assert in_node("events.filter(isNote).map(note)", events) == [note(event) for event in events]


def test_what_several_did_is_one_line_here_and_in_browsers() -> None:
    people = [{"id": name, "name": name} for name in ("ann", "bob", "cleo", "dora", "eve")]
    ann, bob, cleo, *_others = people

    def moved(kind: str, who: list[dict[str, str]], by: dict[str, str] | None = None) -> list[dict[str, Any]]:
        return [{"kind": f"member.{kind}", "author": by or each, "member": each} for each in who]

    told = {
        "ann and bob joined.": moved("join", [ann, bob]),
        "ann, bob, cleo and dora left.": moved("leave", people[:4]),
        "ann, bob, cleo and 2 others joined.": moved("join", people),
        "ann added bob and cleo. bob added ann.": moved("join", [bob, cleo], ann) + moved("join", [ann], bob),
        "ann removed bob and cleo. ann joined.": moved("remove", [bob, cleo], ann) + moved("join", [ann]),
        "ann left. bob joined.": moved("join", [ann, bob]) + moved("leave", [ann]),
    }
    assert [summary(events) for events in told.values()] == list(told)
    assert in_node("events.map(summary)", list(told.values())) == list(told)


def in_node(what: str, events: list[Any]) -> Any:
    done = subprocess.run(
        [str(NODE), "--input-type=module", "-e", SCRIPT.replace("WHAT", what), json.dumps(events)],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout)


def test_what_was_before_costs_two_queries(events: list[dict[str, Any]], django_assert_max_num_queries: Any) -> None:
    rows = list(Message.objects.filter(kind="room.update"))
    with django_assert_max_num_queries(3):  # and one for the people
        assert len(build_events(rows)) == 4
