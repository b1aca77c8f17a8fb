"""What a person types into the search field → what they want. Pure; the help on the search page says the same in words.

berlin            anywhere in the text, also inside a word; one or two letters: where a word begins
auto*             where a word begins
"two words"       just so, as whole words
from: in: mentions: before: after: has: is:        who, where, whom, when, what
-                 before any of these but a date: not that
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.utils.translation import gettext as _

from chat.search.folding import ends_word, fold, starts_word
from chat.search.terms import INSIDE

LONGEST = 400
MOST_PARTS = 20
MARKS = {("has", "file"): "file", ("has", "link"): "link", ("is", "edited"): "edited"}

_QUOTES = str.maketrans("“”„«»", '"""""')
_PART = re.compile(
    r'(?P<no>-(?=[\w"]))?(?:(?P<key>from|in|mentions|before|after|has|is):(?:"(?P<quoted>[^"]*)"?|(?P<value>\S*))'
    r'|"(?P<phrase>[^"]*)"?|(?P<word>\S+))',
    re.IGNORECASE,
)


class QueryError(ValueError):
    """Why this is no search, in a sentence for the person who typed it."""


@dataclass(frozen=True, slots=True)
class Words:
    """Folded words that a text has or has not."""

    text: str
    at_start: bool = False
    at_end: bool = False

    def find(self, folded: str, start: int = 0) -> int:
        """Where they stand first from `start` on; −1 where they do not."""
        place = folded.find(self.text, start)
        while place >= 0 and not self._fits(folded, place):
            place = folded.find(self.text, place + 1)
        return place

    def is_part_of(self, other: "Words") -> bool:
        """Whether every text that has the others has these."""
        return self == other or (not self.at_start and not self.at_end and self.text in other.text)

    def _fits(self, folded: str, place: int) -> bool:
        return (not self.at_start or starts_word(folded, place)) and (
            not self.at_end or ends_word(folded, place + len(self.text))
        )


@dataclass(slots=True)
class Part:
    """What is wanted, or with `-` not wanted."""

    words: list[Words] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)
    mentioned: list[str] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.words or self.authors or self.rooms or self.mentioned or self.marks)


@dataclass(slots=True)
class Query:
    wanted: Part = field(default_factory=Part)
    unwanted: Part = field(default_factory=Part)
    from_ms: int | None = None
    """The first moment that counts, of those on the server's clock."""
    until_ms: int | None = None
    """The first moment that counts no more."""

    def __bool__(self) -> bool:
        return bool(self.wanted or self.unwanted) or (self.from_ms, self.until_ms) != (None, None)

    def is_impossible(self) -> bool:
        """Whether whatever has the words that are wanted has some that are not."""
        return any(unwanted.is_part_of(wanted) for unwanted in self.unwanted.words for wanted in self.wanted.words)

    def holds(self, folded: str) -> bool:
        """Whether the words are right."""
        return all(words.find(folded) >= 0 for words in self.wanted.words) and not any(
            words.find(folded) >= 0 for words in self.unwanted.words
        )


def parse(typed: str) -> Query:
    """QueryError for what cannot be meant; empty for what asks for nothing."""
    if len(typed) > LONGEST:
        raise QueryError(_("This search is longer than %(limit)d characters. Please shorten it.") % {"limit": LONGEST})
    query = Query()
    for count, found in enumerate(_PART.finditer(typed.translate(_QUOTES)), 1):
        if count > MOST_PARTS:
            raise QueryError(_("A search can have %(limit)d parts. Please leave some out.") % {"limit": MOST_PARTS})
        if found["key"]:
            value = found["value"] if found["quoted"] is None else found["quoted"]
            _take_operator(query, found["key"].lower(), value, is_unwanted=bool(found["no"]))
        elif words := _words(found):
            (query.unwanted if found["no"] else query.wanted).words.append(words)
    return query


def _words(found: re.Match[str]) -> Words | None:
    """None where nothing is left to look for."""
    if found["phrase"] is not None:
        text = fold(found["phrase"])
        return Words(text, at_start=True, at_end=True) if text else None
    word = found["word"]
    is_beginning = len(word) > 1 and word.endswith("*")
    text = fold(word.rstrip("*") if is_beginning else word) or fold(word)
    return Words(text, at_start=is_beginning or len(text) < INSIDE) if text else None


def _take_operator(query: Query, key: str, value: str, *, is_unwanted: bool) -> None:
    value = value.strip()
    part = query.unwanted if is_unwanted else query.wanted
    if not value.lstrip("@#"):
        raise QueryError(_("Write what you mean after “%(key)s:”, without a space.") % {"key": key})
    if key == "from":
        part.authors.append(value.removeprefix("@"))
    elif key == "in":
        part.rooms.append(value.removeprefix("#"))
    elif key == "mentions":
        part.mentioned.append(value.removeprefix("@").lower())
    elif key in ("has", "is"):
        part.marks.add(_read_mark(key, value.lower()))
    elif is_unwanted:
        raise QueryError(_("“-” does not go with a date; use before: and after:."))
    else:
        _take_date(query, key, value)


def _read_mark(key: str, value: str) -> str:
    if (key, value) in MARKS:
        return MARKS[key, value]
    known = ", ".join(f"{name}:{kind}" for name, kind in MARKS if name == key)
    raise QueryError(
        _("There is no “%(key)s:%(value)s”. Known: %(known)s.") % {"key": key, "value": value, "known": known}
    )


def _take_date(query: Query, key: str, value: str) -> None:
    """The whole day is left out, on either side."""
    try:
        day = date.fromisoformat(value)
        moment = _moment_ms(day) if key == "before" else _moment_ms(day + timedelta(days=1))
    except (ValueError, OverflowError):
        example = f"{key}:2026-11-01"
        raise QueryError(
            _("“%(value)s” is no date. Write %(example)s.") % {"value": value, "example": example}
        ) from None
    if key == "before":
        query.until_ms = _pick(min, query.until_ms, moment)
    else:
        query.from_ms = _pick(max, query.from_ms, moment)


def _pick(choose: Callable[[int, int], int], known: int | None, new: int) -> int:
    return new if known is None else choose(known, new)


def _moment_ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
