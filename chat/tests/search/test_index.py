"""The index, on whichever database the tests run: it keeps up, and gives up what is erased."""

import random
from collections.abc import Iterable
from itertools import count

import pytest
from django.db import connection, transaction

from accounts.models import User
from chat.search import documents, finding, indexing, scan, sqlite
from chat.search.documents import Version
from chat.search.finding import search
from chat.search.indexes import get_index
from chat.search.indexing import catch_up, count_waiting, is_behind, rebuild
from chat.search.models import IndexState
from chat.search.query import parse
from chat.search.wanted import Index
from chat.tests.entries import act, post
from chat.tests.search.conftest import Found
from chat.tests.search.entries import erased
from ledger.models import Message, RoomHead
from ledger.tests.crashes import Countdown, Crash, raise_crash, steps
from ledger.tests.recording.traces import files_with

pytestmark = pytest.mark.usefixtures("rooms")
on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="it looks into the tables and files of FTS5")

ASTRAL = [chr(0x20000 + number) for number in range(40_000)]


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


def test_the_index_is_emptied_before_any_words_are_locked(bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else an erasure, which holds words and asks for the index, and a rebuild would wait for each other."""
    post("words", bob)
    catch_up()
    told = []
    reset, read = type(get_index()).reset, documents.read_versions

    def emptied(index: Index) -> None:
        reset(index)
        transaction.on_commit(lambda: told.append("emptied"))

    def locked(rows: Iterable[Message]) -> list[Version]:
        told.append("locked")
        return read(rows)

    monkeypatch.setattr(type(get_index()), "reset", emptied)
    monkeypatch.setattr(indexing, "read_versions", locked)
    rebuild()
    assert told == ["emptied", "locked"]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="it is about what one of its rows holds")
def test_a_text_that_is_edited_often_is_found_by_its_newest_words(bob: User, found: Found) -> None:
    """Ever new words of a script with many letters: more of them than a text-search vector of PostgreSQL holds."""
    luck = random.Random(3)
    target = post("nothing yet", bob)
    for _ in range(14):
        act("edit", target, bob, text="".join(luck.choices(ASTRAL, k=7990)))
    act("edit", target, bob, text="in the end 上海")
    assert found("上海") == ["in the end 上海"]


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


@on_sqlite
def test_no_term_of_an_erased_message_stays_in_the_index(bob: User, found: Found) -> None:
    kept = [post(f"kept {number} zebra", bob) for number in range(50)]
    target = post("the quixotic secret", bob)
    act("edit", target, bob, text="a jabberwocky instead")
    catch_up()
    assert {"xoti", "bber"} <= terms()
    erased(target, bob)
    assert not {"xoti", "quix", "ret", "bber", "rwoc", "ead"} & terms()
    assert found("kept", size=100) == [f"kept {number} zebra" for number in reversed(range(len(kept)))]


@on_sqlite
def test_no_file_holds_the_letters_of_an_erased_message(bob: User) -> None:
    """Of a script that nobody else writes in, so that each letter would show."""
    targets = [post(f"word {number} 𒍅𒍆𒍇 " + "x" * number, bob) for number in range(40)]
    act("edit", targets[0], bob, text="𒍅 again")
    catch_up()
    assert files_with("𒍅")
    for target in targets:
        erased(target, bob)
    assert files_with("𒍅") == files_with("𒍆") == []


@on_sqlite
def test_neighbours_in_a_slot_stay_when_one_is_erased(bob: User, found: Found) -> None:
    rows = [post(f"neighbour {number}", bob) for number in range(3)]
    slot = rows[0].pk >> sqlite.SLOT_BITS << sqlite.SLOT_BITS
    for number, row in enumerate(rows):
        Message.objects.filter(pk=row.pk).update(id=slot + number)
    rebuild()
    erased(Message.objects.get(pk=slot + 1), bob)
    assert found("neighbour") == ["neighbour 2", "neighbour 0"]


@on_sqlite
def test_shards_follow_each_other_and_an_erasure_finds_its_own(
    bob: User, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "SHARD_PAGES", 4)
    rows = []
    for number in range(60):
        rows.append(post(f"shard {number} " + "".join(random.Random(number).choices("abcdefghijkl", k=60)), bob))
        catch_up()
    _, *full = sqlite._shards()
    assert len(full) >= 3
    assert [segments(shard) for shard in full] == [1] * len(full)
    assert len(found("shard", size=100)) == 60
    erased(rows[5], bob)
    assert len(found("shard", size=100)) == 59
    rebuild()
    assert len(found("shard", size=100)) == 59


@on_sqlite
def test_an_erasure_that_fails_keeps_words_and_index(bob: User, found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    target = post("stay with me", bob)
    catch_up()
    monkeypatch.setattr(sqlite, "versions_of", lambda posts: raise_crash())
    with pytest.raises(Crash):
        erased(target, bob)
    monkeypatch.undo()
    connection.close()
    assert found("stay") == ["stay with me"]


def segments(shard: int) -> int:
    """Of how many parts, each with its own list of terms, the shard consists."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(DISTINCT segid) FROM {sqlite._name(shard)}_idx")
        return int(cursor.fetchone()[0])


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
