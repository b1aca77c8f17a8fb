"""What became of posts, as events tell it: every act alone, undone, repeated, and after the words are gone."""

import json
import re
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from chat.acts import Acts, find_emoji
from chat.events import Event, build_events, encode_messages
from chat.models import Room
from chat.tests.entries import act, post
from ledger.core.records import Seen
from ledger.models import Message
from ledger.recording.erasing import Erasure, erase

pytestmark = pytest.mark.django_db(transaction=True)


def event_of(row: Message) -> Event:
    (event,) = build_events([Message.objects.get(pk=row.pk)])
    return event


def test_a_post_to_which_nothing_was_done_says_so(alice: User) -> None:
    event = event_of(post("hello", alice))
    assert {key: event[key] for key in ("acts", "edited", "deleted", "reactions")} == {
        "acts": 0,
        "edited": None,
        "deleted": False,
        "reactions": [],
    }
    opening = event_of(act("react", post("x", alice), alice, emoji="👍"))
    assert "reactions" not in opening, "only posts have these keys"


def test_the_newest_text_stands_beside_the_one_that_the_hash_covers(alice: User) -> None:
    row = post("helo", alice)
    act("edit", row, alice, text="hello")
    newest = act("edit", row, alice, text="**hello**")
    event = event_of(row)
    assert event["body"] == {"text": "helo"}
    assert event["edited"] == {
        "seq": 3,
        "hash": newest.hash.hex(),
        "count": 2,
        "text": "**hello**",
        "html": "<p><strong>hello</strong></p>",
        "received_ms": newest.received_ms,
    }
    assert event["acts"] == 3


def test_reactions_are_people_in_the_order_in_which_they_came(alice: User, bob: User) -> None:
    row = post("hello", alice)
    for kind, person, emoji in [
        *(("react", bob, "🎉"), ("react", alice, "👍"), ("react", bob, "👍"), ("react", bob, "👍")),
        *(("unreact", alice, "🎉"), ("unreact", bob, "🎉"), ("unreact", alice, "👍"), ("react", alice, "👍")),
    ]:
        act(kind, row, person, emoji=emoji)
    event = event_of(row)
    both = [{"id": bob.pk.hex, "name": "bob"}, {"id": alice.pk.hex, "name": "alice"}]
    assert event["reactions"] == [{"emoji": "👍", "by": both}]
    assert event["acts"] == 9
    assert find_emoji(Room.WORLD, bytes(row.hash)) == {"🎉", "👍"}


def test_a_deleted_post_shows_no_words_and_keeps_what_proves_it(alice: User, bob: User) -> None:
    row = post("rash", alice)
    act("edit", row, alice, text="rash words")
    reply = post("what?", bob, ref=bytes(row.hash))
    act("delete", row, alice)
    event = event_of(row)
    assert (event["deleted"], event["edited"], event["html"]) == (True, None, None)
    assert event["body"] == {"text": "rash"}
    assert event["salt"]
    quote = event_of(reply)["reply"]
    assert (quote["text"], quote["deleted"]) == (None, True)


def test_erased_wins_over_all(alice: User, bob: User) -> None:
    row = post("secret", alice)
    act("edit", row, alice, text="secret too")
    reply = post("what?", bob, ref=bytes(row.hash))
    act("react", row, bob, emoji="👍")
    erase(Erasure(post=row, author=alice.pk, client_id=uuid4(), sent_ms=1, reason="asked"))
    event = event_of(row)
    assert (event["erased"], event["edited"], event["html"], event["body"]) == (True, None, None, None)
    everything = encode_messages(list(Message.objects.order_by("room_seq")))
    assert b"secret" not in b"".join(everything)
    assert event_of(reply)["reply"]["text"] is None


def test_a_quote_is_the_version_that_its_answerer_saw(alice: User, bob: User) -> None:
    row = post("one", alice)
    seen = Seen(1, bytes(row.hash))
    act("edit", row, alice, text="two")
    blind = post("I saw one", bob, ref=bytes(row.hash), seen=seen)
    fresh = post("I saw two", bob, ref=bytes(row.hash))
    quotes = [event_of(reply)["reply"] for reply in (blind, fresh)]
    assert [(quote["text"], quote["version"], quote["changed"]) for quote in quotes] == [
        ("one", 1, True),
        ("two", 2, False),
    ]
    act("edit", row, alice, text="three")
    assert [event_of(reply)["reply"]["changed"] for reply in (blind, fresh)] == [True, True]


def test_hundreds_of_acts_cost_no_more_queries(
    alice: User, bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rows = [post(f"post {number}", alice) for number in range(10)]
    for row in rows:
        for text in ("a", "b"):
            act("edit", row, alice, text=text)
            act("react", row, bob, emoji="👍")
    with django_assert_num_queries(2):
        events = build_events(rows)
    assert len(json.dumps(events)) > 1000


def test_who_reacted_to_what_is_only_quoted_is_not_read(alice: User, bob: User) -> None:
    first = post("first", alice)
    act("react", first, bob, emoji="👍")
    act("edit", first, alice, text="mended")
    reply = post("second", alice, ref=bytes(first.hash))
    with CaptureQueriesContext(connection) as queries:
        (event,) = build_events([reply], are_new=True)
    assert event["reply"]["changed"] is False
    asked = "".join(query["sql"] for query in queries.captured_queries)
    assert "'edit'" in asked
    assert "'react'" not in asked
    assert bob.pk.hex not in asked.replace("-", "")
    assert [len(each["reactions"]) for each in build_events([first, reply])] == [1, 0]


class Compared(UUID):
    """Counts how often one is compared with another."""

    times = 0

    def __eq__(self, other: object) -> bool:
        Compared.times += 1
        return super().__eq__(other)

    __hash__ = UUID.__hash__


def test_a_thousand_people_who_react_are_not_compared_with_each_other() -> None:
    acts, people = Acts(), [Compared(int=number) for number in range(1000)]
    for kind in ("react", "react", "unreact"):
        for person in people:
            acts.take(Message(kind=kind, author=person, room_seq=1, body='{"emoji":"🎉"}'))
    assert Compared.times < 10 * len(people)


HOSTILE = [
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    '@alice<img src=x onerror="alert(1)">',
    "@alice[y](data:text/html,x)",
    "\u202e@alice\u2066 reversed",
    "a" + "\u0301" * 3000,
    "@" * 4000,
    "@alice " * 1000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_inert_in_every_place_that_shows_them(alice: User, bob: User, text: str) -> None:
    row = post("harmless", bob)
    reply = post("why?", alice, ref=bytes(row.hash))
    act("edit", row, bob, text=text)
    late = post("and?", alice, ref=bytes(row.hash))
    for event in build_events([row, reply, late]):
        html = (event["edited"] or event)["html"]
        assert not re.search(r"<(?!/?(?:p|span|br|a|strong|em)\b)", html), html[:200]
        assert not re.search(r"(?i)javascript:|data:|onerror=", re.sub(r">[^<]*<", "><", html))
    assert len(event_of(late)["reply"]["text"]) <= 200
