"""What search finds, on whichever database the tests run: test_postgres.py runs these there as well."""

import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from chat.membership.opening import open_direct
from chat.models import Membership, Room
from chat.pages.finding import named
from chat.search import finding, postgres, sqlite
from chat.search.finding import search
from chat.search.folding import fold
from chat.search.hits import describe_hits
from chat.search.indexing import catch_up, rebuild
from chat.search.query import parse
from chat.tests.entries import act, post
from chat.tests.search.conftest import Found
from chat.tests.search.entries import PRIVATE, erased, private_room
from connect.tests.people import person
from ledger.models import Message
from ledger.recording.batches import record
from ledger.tests.builders import draft

pytestmark = pytest.mark.usefixtures("rooms")


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("berl", "From Berlin with love"),
        ("ERLIN love", "From Berlin with love"),
        ("上海", "我住在上海的南边"),
        ("海", "我住在上海的南边"),
        ("go", "let's go!"),
        ("c", "vitamin C"),
        ("->", "a -> b"),
        ("example.org/a?b=100%", "https://docs.example.org/a?b=100%&c_d"),
        ("c_d", "https://docs.example.org/a?b=100%&c_d"),
        ("\\", "back\\slash"),
        ('"just so"', "it is just so."),
        ("auto*", "an automatic thing"),
        ("🎉", "done 🎉"),
        ("cafe", "Café"),
        ("it's", "it's here"),
        ("שלום", "אמר שלום לכולם"),
        ("x" * 300, "x" * 300),
        ("two", "one\ntwo\nthree"),
    ],
)
def test_words_are_found_in_any_script(typed: str, text: str, found: Found) -> None:
    post("something else")
    post(text)
    assert found(typed) == [text]


def test_who_is_removed_while_a_search_is_answered_gets_what_was_found_before(bob: User) -> None:
    room, query = private_room(bob), parse("plan")
    post("the plan", room=room.pk)
    catch_up()
    page = search(bob, query)
    Membership.objects.all().delete()
    (hit,) = describe_hits(bob, page, query)
    assert hit["room"] == "Secret plans"
    assert search(bob, query).documents == []


def test_the_newest_come_first_page_by_page(bob: User, found: Found) -> None:
    for number in range(25):
        post(f"number {number}")
    assert found("number", size=3) == ["number 24", "number 23", "number 22"]
    texts, before = [], None
    while True:
        page = search(bob, parse("number"), before, size=7)
        texts += [document.text for document in page.documents]
        before = page.older
        if before is None:
            break
    assert texts == [f"number {number}" for number in reversed(range(25))]


def test_operators_narrow(bob: User, found: Found) -> None:
    alice = person("alice")
    private_room(bob)
    post("by alice", alice)
    post("by bob", bob)
    post("by bob in plans", bob, room=PRIVATE)
    post("by alice: https://example.org", alice)
    assert found("from:alice by") == ["by alice: https://example.org", "by alice"]
    assert found("from:@ALICE from:me by in:world") == ["by alice: https://example.org", "by bob", "by alice"]
    assert found('in:"secret plans"') == found("in:plans") == ["by bob in plans"]
    assert found("has:link") == ["by alice: https://example.org"]
    assert found("by -from:bob -has:link") == ["by alice"]
    assert found("by -in:plans -alice") == ["by bob"]
    assert found("from:nobody") == found("in:nowhere by") == found("has:file") == []


def test_a_name_is_known_in_any_case_in_any_script(found: Found) -> None:
    User.objects.filter(pk=(eve := person("eve")).pk).update(first_name="Özgür Ölmez")
    post("by her", eve)
    for name in ("eve", "EVE", "Özgür Ölmez", "özgür ölmez", "ÖZGÜR ÖLMEZ"):
        assert found(f'from:"{name}"') == ["by her"]
    for word in ("Özgür", "özg", "ÖLM"):
        assert [eve.pk] == [each.pk for each in named(User.objects.all(), word)]


def test_a_mention_is_of_the_whole_name_and_of_everybody_in_the_room(bob: User, found: Found) -> None:
    alice = person("alice")
    row = post("@alice look", bob)
    act("edit", row, bob, text="@bob look")
    for text in ("@bobby", "`@bob`", "me@bob.org", "bob", "hello @BOB!", "@room", "@alice"):
        post(text, alice)
    assert found("mentions:bob") == ["hello @BOB!", "@bob look"]
    assert found("mentions:me") == found("mentions:@bob mentions:room") == ["@room", "hello @BOB!", "@bob look"]
    assert found("mentions:me -from:me") == ["@room", "hello @BOB!"]
    assert found("mentions:alice", alice) == ["@alice"]
    assert found("look -mentions:bob") == []
    assert found("@bob -mentions:bob") == ["me@bob.org", "`@bob`", "@bobby"]


def test_a_file_is_with_a_post_whatever_its_words_become(bob: User, found: Found) -> None:
    file = {"name": "plan.pdf", "type": "application/pdf", "size": 3, "commitment": "ab" * 32}
    row = record(draft("see", room=Room.WORLD, author=bob.pk, body={"text": "see this", "files": [file]})).message
    assert found("has:file") == found("has:file this") == ["see this"]
    act("edit", row, bob, text="see that")
    assert found("has:file that is:edited") == ["see that"]
    assert found("that -has:file") == []


def test_dates_leave_their_day_out(found: Found) -> None:
    row = post("today")
    day = "2026-03-02"
    Message.objects.filter(pk=row.pk).update(received_ms=1_772_452_800_000, id=1_772_452_800_000 << 20)
    rebuild()
    assert found("before:2026-03-03 today") == found("after:2026-03-01") == ["today"]
    assert found(f"before:{day} today") == found(f"after:{day}") == []


def test_every_post_is_found_that_a_plain_look_finds(bob: User, found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand random searches over posts, edits, deletions and erasures, with and without a restart of the index."""
    luck = random.Random(7)
    alphabet = ["ab", "abc", "b", " ", "上", "海", "c++", "-", "é"]

    def say() -> str:
        return "".join(luck.choices(alphabet, k=luck.randint(1, 9))).strip() or "a"

    texts: dict[int, str] = {}
    posts: list[Message] = []
    for number in range(120):
        kind = luck.choice(["post", "post", "post", "edit", "delete", "erase"])
        target = luck.choice(posts) if posts else None
        if kind == "post" or target is None or target.pk not in texts:
            posts.append(post(text := say(), bob))
            texts[posts[-1].pk] = text
        elif kind == "edit":
            act("edit", target, bob, text=(text := say()))
            texts[target.pk] = text
        else:
            act("delete", target, bob) if kind == "delete" else erased(target, bob)
            del texts[target.pk]
        if number % 10 == 0:
            catch_up()
    for _ in range(2):
        for _ in range(150):
            typed = luck.choice(["", '"', ""]) + say() + luck.choice(["", "*"])
            query = parse(typed)
            plain = [text for pk, text in sorted(texts.items(), reverse=True) if query.holds(fold(text))]
            assert found(typed, size=200) == (plain if query else []), typed
            assert found(typed, size=3) == (plain[:3] if query else []), typed
        rebuild()
        # PostgreSQL looks at the newest by themselves, and asks its indexes for the rest piece by piece.
        monkeypatch.setattr(postgres, "NEWEST", 10)
        monkeypatch.setattr(postgres, "AT_ONCE", 8)
        monkeypatch.setattr(finding, "_FIRST", 4)
        # SQLite leaves short words out at first: what it then finds is few, or too much.
        monkeypatch.setattr(sqlite, "FEW", 2)


# What is not found


def test_what_is_edited_is_found_by_its_newest_words(bob: User, found: Found) -> None:
    row = post("first words", bob)
    catch_up()
    act("edit", row, bob, text="second thoughts")
    assert found("first") == []
    assert found("second is:edited") == ["second thoughts"]
    assert found("second -is:edited") == []


@pytest.mark.parametrize("after_indexing", [True, False])
def test_what_is_deleted_or_erased_is_not_found(bob: User, found: Found, after_indexing: bool) -> None:
    first, second = post("deleted words", bob), post("erased words", bob)
    post("words that stay", bob)
    if after_indexing:
        catch_up()
    act("delete", first, bob)
    erased(second, bob)
    assert found("words") == ["words that stay"]


def test_a_room_that_one_does_not_see_is_searched_by_nobody_else(bob: User, found: Found) -> None:
    charlie = person("charlie")
    private_room(bob)
    post("the plan", bob, room=PRIVATE)
    assert found("plan") == found("in:plans") == ["the plan"]
    for typed in ("plan", "in:plans", 'in:"Secret plans"', "from:bob", "-x", "after:2020-01-01", "pla*", "p"):
        assert found(typed, charlie) == [], typed
    Membership.objects.all().delete()
    assert found("plan") == []


def test_a_foreign_room_and_one_that_never_was_cost_the_same(bob: User) -> None:
    alice = person("alice")
    private_room(alice)
    post("the plan", alice, room=PRIVATE)
    catch_up()

    def queries(typed: str) -> list[str]:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            search(bob, parse(typed))
        return [query["sql"] for query in captured.captured_queries]

    assert queries("plan in:plans") == queries("plan in:never")
    assert queries("plan in:plans from:alice") == queries("plan in:never from:alice")


def test_what_rooms_are_called_is_read_only_where_a_room_is_named(bob: User, found: Found) -> None:
    open_direct(bob, [person("alice")])
    post("the plan", bob)
    catch_up()
    counts = []
    for typed in ("plan", "plan in:world", "plan -in:cellar"):
        with CaptureQueriesContext(connection) as captured:
            assert found(typed) == ["the plan"]
        counts.append(len(captured))
    assert counts == [counts[0], counts[0] + 1, counts[0] + 1]  # whom a conversation is with


def test_hostile_words_are_words(found: Found) -> None:
    hostile = [
        'a" OR "b',
        "a AND NOT b",
        "terms:a",
        "NEAR(a b)",
        "a) OR (b",
        "'; DROP TABLE chat_room; --",
        "^a",
        "{a}:b",
    ]
    for text in hostile:
        post(text)
    for text in hostile:
        assert text in found(text), text
    for typed in ('"""', "a\x00b", "\u202eabc", "%%%", "___", "\\%", "\U0010ffff", "'", "a:*", "(((", "\ufeff"):
        found(typed)
    assert found("%%%") == found("___") == []
