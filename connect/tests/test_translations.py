"""Every language has every word: no empty one, none in doubt, the same places for values."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from connect.tests.words import DOMAINS, LANGUAGES, extract, translations

PLACES = re.compile(r"%\(\w+\)[sd]|\{\w+\}|</?[a-z]+[^>]*>")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Catalog]:
    folder = tmp_path_factory.mktemp("words")
    return {domain: extract(domain, folder / domain) for domain in DOMAINS}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("domain", DOMAINS)
def test_every_word_is_translated(source: dict[str, Catalog], language: str, domain: str) -> None:
    found = translations(language, domain)
    wanted = [message for message in source[domain] if message.id]
    assert len(wanted) > 100  # the words were found at all
    assert [message.id for message in wanted if not is_translated(found, message)] == []
    assert [message.id for message in found if message.id and message.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("domain", DOMAINS)
def test_no_translation_is_left_of_what_nobody_says_any_more(
    source: dict[str, Catalog], language: str, domain: str
) -> None:
    said = {text_of(message) for message in source[domain]}
    assert [message.id for message in translations(language, domain) if text_of(message) not in said] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("domain", DOMAINS)
def test_values_and_tags_are_where_they_were(language: str, domain: str) -> None:
    wrong = [message.id for message in translations(language, domain) if message.id and not keeps_places(message)]
    assert wrong == []


def text_of(message: Message) -> str:
    return str(message.id if isinstance(message.id, str) else message.id[0])


def is_translated(found: Catalog, message: Message) -> bool:
    same = found.get(text_of(message))
    if same is None or isinstance(same.id, str) != isinstance(message.id, str):
        return False
    texts = strings(same)
    return len(texts) == (1 if isinstance(message.id, str) else found.num_plurals) and all(map(str.strip, texts))


def keeps_places(message: Message) -> bool:
    """A plural's forms may leave a number out ("one entry"), and add none."""
    if isinstance(message.id, str):
        return sorted(PLACES.findall(message.id)) == sorted(PLACES.findall(str(message.string)))
    known = set(PLACES.findall(message.id[1]))
    return all(set(PLACES.findall(text)) <= known for text in strings(message))


def strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


@pytest.mark.parametrize(
    ("id", "string", "keeps"),
    [
        ("Block %(height)s", "Block %(height)s", True),
        ("Block %(height)s", "Block %(hoehe)s", False),
        ("at most {n}", "höchstens", False),
        ("<b>now</b>", "<b>jetzt</b>", True),
        ("<b>now</b>", "<i>jetzt</i>", False),
        (("%(n)s new", "%(n)s new"), ("%(n)s neue", "%(m)s neue"), False),
    ],
)
def test_a_place_that_is_lost_is_seen(id: str, string: str, keeps: bool) -> None:
    assert keeps_places(Message(id, string)) == keeps


def test_a_translator_finds_the_glossary(tmp_path: Path) -> None:
    for language in LANGUAGES:
        assert "Glossary" in translations(language, "django").header_comment
