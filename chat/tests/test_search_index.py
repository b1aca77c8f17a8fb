"""What search finds, on whichever database the tests run: test_postgres.py runs these there as well."""

import random
from collections.abc import Callable
from itertools import count
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from chat.models import Membership, Room
from chat.search import finding, indexing, scan, sqlite
from chat.search.finding import search
from chat.search.folding import fold
from chat.search.indexes import get_index
from chat.search.indexing import catch_up, count_waiting, is_behind, rebuild
from chat.search.models import IndexState
from chat.search.query import parse
from chat.tests.entries import act, post
from connect.tests.people import person
from ledger.erasing import Erasure, erase
from ledger.models import Message, RoomHead
from ledger.recorder import record
from ledger.tests.builders import draft
from ledger.tests.crashes import Countdown, Crash, raise_crash, steps
from ledger.tests.test_erasing import files_with

PRIVATE = UUID(int=0xBEEF)
Found = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def _rooms(transactional_db: None) -> None:
    Room.objects.create(pk=Room.WORLD, slug="world", name="World")


@pytest.fixture
def bob(transactional_db: None) -> User:
    return person("bob")


@pytest.fixture
def found(bob: User) -> Found:
    """The texts that a search finds, newest first."""

    def look(typed: str, user: User = bob, before: int | None = None, **options: int) -> list[str]:
        catch_up()
        return [document.text for document in search(user, parse(typed), before, **options).documents]

    return look


def erased(target: Message, author: User) -> None:
    erase(Erasure(target, author=author.pk, client_id=uuid4(), sent_ms=1, reason="asked"))


def private_room(*members: User) -> Room:
    room = Room.objects.create(pk=PRIVATE, slug="plans", name="Secret plans", access=Room.Access.PRIVATE)
    Membership.objects.bulk_create(Membership(room=room, user=member) for member in members)
    return room


# What is found


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


def test_every_post_is_found_that_a_plain_look_finds(bob: User, found: Found) -> None:
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
        rebuild()


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


# The index


def test_nothing_is_found_before_there_is_an_index_and_nothing_fails(bob: User) -> None:
    post("hello", bob)
    assert count_waiting() == (1 if get_index().keeps else 0)
    assert search(bob, parse("hello")).documents == []
    erased(post("gone", bob), bob)


def test_each_entry_is_looked_at_once(bob: User) -> None:
    for number in range(5):
        post(f"number {number}", bob)
    assert is_behind()
    assert catch_up() == 5
    assert (is_behind(), catch_up(), count_waiting()) == (False, 0, 0)
    post("one more", bob)
    assert (count_waiting(), catch_up()) == (1, 1)


@pytest.mark.parametrize("in_a_gap", [True, False])
def test_entries_committed_out_of_order_are_found(bob: User, found: Found, in_a_gap: bool) -> None:
    """Another process drew a smaller key and committed it later: in this room's gap, or as its newest."""
    late = [post(f"late {number}", bob) for number in range(3)][1:]
    Message.objects.filter(pk__in=[row.pk for row in late]).delete()
    RoomHead.objects.update(seq=1)
    catch_up()
    IndexState.objects.update(newest=late[1].pk if in_a_gap else 2**62)
    Message.objects.bulk_create(late)
    RoomHead.objects.update(seq=3)
    if in_a_gap:
        post("newer", bob)
    assert found("late") == ["late 2", "late 1", "late 0"]
    assert not is_behind()


def test_a_crash_between_any_two_steps_loses_nothing(bob: User, found: Found) -> None:
    said = ["one step", "two steps", "three steps"]
    for text in said:
        post(text, bob)
    crashes = 0
    for step in count(1):
        try:
            with steps(Countdown(step, raise_crash)):
                catch_up()
        except Crash:
            connection.close()
            crashes += 1
        else:
            break
    assert crashes > 10
    assert found("step") == said[::-1]


def test_an_index_of_another_version_is_made_anew(bob: User, found: Found) -> None:
    post("hello", bob)
    catch_up()
    IndexState.objects.update(version=0)
    assert search(bob, parse("hello")).documents == []
    assert found("hello") == ["hello"]


def test_a_search_that_would_look_at_too_much_says_where_it_stopped(bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    posts = [post("a" if number == 3 else "a b", bob) for number in range(130)]
    catch_up()
    monkeypatch.setattr(finding, "MOST_LOOKED_AT", 20)
    monkeypatch.setattr(finding, "_FIRST", 10)
    page = search(bob, parse("a -b"), size=5)
    assert page.documents == []
    assert page.older is not None
    assert page.older > posts[3].pk
    while page.older is not None and not page.documents:
        page = search(bob, parse("a -b"), page.older, size=5)
    assert [document.text for document in page.documents] == ["a"]


# Erasure


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_no_term_of_an_erased_message_stays_in_the_index(bob: User, found: Found) -> None:
    kept = [post(f"kept {number} zebra", bob) for number in range(50)]
    target = post("the quixotic secret", bob)
    act("edit", target, bob, text="a jabberwocky instead")
    catch_up()
    assert {"xot", "bbe"} <= terms()
    erased(target, bob)
    assert not {"xot", "quixotic"[:3], "bbe", "rwo"} & terms()
    assert found("kept", size=100) == [f"kept {number} zebra" for number in reversed(range(len(kept)))]


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_no_file_holds_the_letters_of_an_erased_message(bob: User) -> None:
    """Of a script that nobody else writes in, so that each letter would show."""
    targets = [post(f"word {number} 𒍅𒍆𒍇 " + "x" * number, bob) for number in range(40)]
    act("edit", targets[0], bob, text="𒍅 again")
    catch_up()
    assert files_with("𒍅")
    for target in targets:
        erased(target, bob)
    assert files_with("𒍅") == files_with("𒍆") == []


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_neighbours_in_a_slot_stay_when_one_is_erased(bob: User, found: Found) -> None:
    rows = [post(f"neighbour {number}", bob) for number in range(3)]
    slot = rows[0].pk >> sqlite.SLOT_BITS << sqlite.SLOT_BITS
    for number, row in enumerate(rows):
        Message.objects.filter(pk=row.pk).update(id=slot + number)
    rebuild()
    erased(Message.objects.get(pk=slot + 1), bob)
    assert found("neighbour") == ["neighbour 2", "neighbour 0"]


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_shards_follow_each_other_and_an_erasure_finds_its_own(
    bob: User, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "SHARD_PAGES", 4)
    rows = []
    for number in range(60):
        rows.append(post(f"shard {number} " + "".join(random.Random(number).choices("abcdefghijkl", k=60)), bob))
        catch_up()
    assert len(sqlite._shards()) > 3
    assert len(found("shard", size=100)) == 60
    erased(rows[5], bob)
    assert len(found("shard", size=100)) == 59
    rebuild()
    assert len(found("shard", size=100)) == 59


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_an_erasure_that_fails_keeps_words_and_index(bob: User, found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    target = post("stay with me", bob)
    catch_up()
    monkeypatch.setattr(sqlite, "versions_of", lambda posts: raise_crash())
    with pytest.raises(Crash):
        erased(target, bob)
    monkeypatch.undo()
    connection.close()
    assert found("stay") == ["stay with me"]


def terms() -> set[str]:
    """What FTS5's own view of the tables holds."""
    found: set[str] = set()
    with connection.cursor() as cursor:
        for shard in sqlite._shards():
            cursor.execute(
                f"CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab('main', '{sqlite._name(shard)}', 'row')"
            )
            cursor.execute("SELECT term FROM temp.vocabulary")
            found |= {term for (term,) in cursor.fetchall()}
            cursor.execute("DROP TABLE temp.vocabulary")
    return found


# Databases without an index of ours


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (finding, indexing):
        monkeypatch.setattr(module, "get_index", scan.Scan)


@pytest.mark.usefixtures("plain")
def test_where_there_is_no_index_the_newest_posts_are_looked_at(
    bob: User, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [post(f"number {number}", bob) for number in range(6)]
    act("delete", rows[5], bob)
    assert found("number") == [f"number {number}" for number in (4, 3, 2, 1, 0)]
    assert found("number from:me -3") == [f"number {number}" for number in (4, 2, 1, 0)]
    monkeypatch.setattr(scan, "REACH", 3)
    assert found("number") == ["number 4", "number 3"]
