"""Lines for rooms and people: from the rows, and in the same words in the browser."""

import json
import subprocess
from typing import Any

import pytest

from accounts.models import User
from chat.events import build_events
from chat.membership.joining import add, join, leave, remove
from chat.membership.opening import create_room, open_direct, update_room
from chat.notes import KINDS, note
from connect.tests.node import NODE
from connect.tests.server import ROOT
from ledger.models import Message

SCRIPT = """
import { isNote, note } from "./static/chat/js/notes.js";
const events = JSON.parse(process.argv[1]);
console.log(JSON.stringify(events.filter(isNote).map(note)));
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
    done = subprocess.run(
        [str(NODE), "--input-type=module", "-e", SCRIPT, json.dumps(events)],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert json.loads(done.stdout) == [note(event) for event in events]


def test_what_was_before_costs_two_queries(events: list[dict[str, Any]], django_assert_max_num_queries: Any) -> None:
    rows = list(Message.objects.filter(kind="room.update"))
    with django_assert_max_num_queries(3):  # and one for the people
        assert len(build_events(rows)) == 4
