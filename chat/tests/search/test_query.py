"""What people type into the search field, and whether a text holds it."""

import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.search.folding import ends_word, fold, fold_with_origins, starts_word
from chat.search.query import LONGEST, QueryError, Words, parse
from chat.search.terms import beginning_for, terms_for, terms_of

LETTERS = "aAäß éI\u0130bc12_-.:/#*\"'上海が한ไทย🎉\u202e\u200d\u0301\x00\n\u00a0"
texts = st.text(st.sampled_from(LETTERS) | st.characters(exclude_categories=["Cs"]), max_size=40)


def finds(typed: str, text: str) -> bool:
    return parse(typed).holds(fold(text))


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("berlin", "From Berlin with love"),
        ("berl", "From Berlin"),
        ("erlin", "From Berlin"),
        ("BERLIN from", "from berlin"),
        ("上海", "我住在上海的南边"),
        ("海", "我住在上海的南边"),
        ("서울", "나는 서울에서"),
        ("กรุง", "อยู่กรุงเทพ"),
        ("example.org/a?b=1", "see https://docs.example.org/a?b=1&c"),
        ("docs.ex", "see https://docs.example.org/"),
        ("go", "let us go"),
        ("go", "gone"),
        ("c++", "I like C++ a lot"),
        ("#1", "see #12"),
        ("🎉", "done🎉"),
        ("cafe", "Café"),
        ("café", "cafe"),
        ("strasse", "Straße"),
        ("ｗｉｄｅ", "wide"),
        ('"two words"', "exactly two  words."),
        ('"two\nwords"', "two words"),
        ('"cat"', "the (cat)!"),
        ("“cat”", "the cat"),
        ("auto*", "some automatic thing"),
        ("-dog cat", "a cat"),
        ('"open end', "an open end"),
        ("https://x.org", "at https://x.org/"),
        ("foo:bar", "foo:bar"),
        ("-", "a - b"),
        ("*", "2 * 3"),
    ],
)
def test_found(typed: str, text: str) -> None:
    assert finds(typed, text)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("berlin london", "Berlin"),
        ("go", "ago"),
        ('"cat"', "concatenate"),
        ('"cat"', "cats"),
        ('"two words"', "two other words"),
        ("auto*", "semiautomatic"),
        ("-cat dog", "a dog and a cat"),
        ('-"two words" x', "x two words"),
        ("ガ", "カス"),
    ],
)
def test_not_found(typed: str, text: str) -> None:
    assert not finds(typed, text)


def test_operators_say_who_where_when_and_what() -> None:
    query = parse('from:@bob FROM:me in:#general in:"the room" after:2026-10-01 before:2026-11-01 has:file is:edited x')
    assert query.wanted.authors == ["bob", "me"]
    assert query.wanted.rooms == ["general", "the room"]
    assert query.wanted.marks == {"file", "edited"}
    assert query.wanted.words == [Words("x", at_start=True)]
    assert (query.from_ms, query.until_ms) == (1_790_899_200_000, 1_793_491_200_000)
    assert not query.unwanted


def test_a_minus_says_what_is_not_wanted() -> None:
    unwanted = parse('-from:bob -in:general -has:link -is:edited -word -"a phrase"').unwanted
    assert (unwanted.authors, unwanted.rooms, unwanted.marks) == (["bob"], ["general"], {"link", "edited"})
    assert unwanted.words == [Words("word"), Words("a phrase", at_start=True, at_end=True)]


@pytest.mark.parametrize(
    ("typed", "is_impossible"),
    [
        ("cat -cat", True),
        ("concatenate -cat", True),
        ('"the cat" -cat dog', True),
        ("auto* -auto*", True),
        ("cat -concatenate", False),
        ("concatenate -cat*", False),
        ('concatenate -"cat"', False),
        ("cat -dog", False),
        ("-cat", False),
    ],
)
def test_what_is_wanted_and_unwanted_at_once_cannot_be(typed: str, is_impossible: bool) -> None:
    assert parse(typed).is_impossible() is is_impossible


def test_of_several_dates_the_narrowest_counts() -> None:
    assert parse("before:2026-11-01 before:2026-12-01") == parse("before:2026-11-01")
    assert parse("after:2026-11-01 after:2026-10-01") == parse("after:2026-11-01")


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("has:banana", "has:file, has:link"),
        ("is:new", "is:edited"),
        ("before:yesterday", "before:2026-11-01"),
        ("after:2026-13-40", "after:2026-11-01"),
        ("after:9999-12-31", "after:2026-11-01"),
        ("-before:2026-11-01", "-"),
        ("from: bob", "from:"),
        ("from:@", "from:"),
        ("x" * (LONGEST + 1), str(LONGEST)),
        ("a " * 21, "20"),
    ],
)
def test_what_cannot_be_meant_is_told_in_words(typed: str, hint: str) -> None:
    with pytest.raises(QueryError) as told:
        parse(typed)
    assert hint in str(told.value)


@pytest.mark.parametrize("typed", ["", "  ", '""', '"', "\x00", "\u202e", "\u200b"])
def test_what_asks_for_nothing_is_empty(typed: str) -> None:
    assert not parse(typed)


@given(texts)
def test_anything_typed_is_a_query_or_an_error_in_words(typed: str) -> None:
    with suppress(QueryError):
        parse(typed).holds(fold(typed))


@given(texts)
def test_folding_knows_where_each_character_comes_from(text: str) -> None:
    folded, origins = fold_with_origins(text)
    assert folded == fold(text)
    assert len(folded) == len(origins)
    assert origins == sorted(origins)


@given(texts)
def test_folding_sets_aside_case_width_and_accents_and_is_done_once(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert fold(unicodedata.normalize("NFD", text)) == folded
    assert not any(unicodedata.category(letter) in ("Cc", "Cf") for letter in folded)


@given(texts, st.integers(0, 40), st.integers(1, 12))
def test_a_text_has_all_the_terms_of_any_words_in_it(text: str, place: int, length: int) -> None:
    folded = fold(text)
    words = folded[place : place + length].strip()
    if words:
        at_start = starts_word(folded, folded.index(words))
        found = Words(words, at_start=at_start or len(words) < 3)
        if found.find(folded) >= 0:
            assert terms_for(words, at_start=at_start) <= terms_of(folded)
            beginning = beginning_for(words)
            assert beginning is None or any(term.startswith(beginning) for term in terms_of(folded))


@given(texts, st.data())
def test_every_place_that_begins_has_its_short_terms(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    begins = [place for place in range(len(folded)) if folded[place] != " " and starts_word(folded, place)]
    if begins:
        place = data.draw(st.sampled_from(begins))
        for length in (1, 2, 5):
            assert terms_for(folded[place : place + length].strip(), at_start=True) <= terms_of(folded)
    assert ends_word(folded, len(folded))
