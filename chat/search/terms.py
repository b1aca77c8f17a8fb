"""The short strings under which an index keeps a text, and those that a text must have to hold some words.

    every four characters in a row          for anything of four characters or more; of three, one begins so
    the last three                          for three at the end, where none of four begins
    one and two where something begins      for words and their beginnings; in scripts without spaces, everywhere
    who, where, and what is with it         for the operators

What has not all the terms of the words cannot hold the words; what has them may. `finding` decides. Four and not three,
as a list of those is five times as long, and reading the lists is what a search costs.
"""

import re

from chat.search.folding import DENSE

INSIDE = 3
"""Fewer characters are looked for only where something begins."""
_GRAM = INSIDE + 1
_STARTS = re.compile(rf"(?<!\w)\S|[^\w\s]|[{DENSE}-\U0010ffff]")


def terms_of(folded: str) -> set[str]:
    """All under which a folded text is kept."""
    return _grams(folded) | {folded[-INSIDE:]} | _starts_of(folded)


def _starts_of(folded: str) -> set[str]:
    """Those of one and two characters."""
    places = [match.start() for match in _STARTS.finditer(folded)]
    return {_start(folded[place]) for place in places} | {_start(folded[place : place + 2]) for place in places}


def terms_for(words: str, *, at_start: bool) -> set[str]:
    """Those that every folded text with these words has; `at_start`: the words begin where something begins."""
    found = _grams(words)
    if at_start or len(words) < INSIDE:
        found.add(_start(words[:2]))
    return found


def beginning_for(words: str) -> str | None:
    """What one term at least begins with, of every folded text with these words; None where terms say more."""
    return words if len(words) == INSIDE else None


def facet(key: str, value: str) -> str:
    """What is known beside the words."""
    return f"\u2404{key}{value}"


def _grams(text: str) -> set[str]:
    return {text[place : place + _GRAM] for place in range(len(text) - _GRAM + 1)}


def _start(letters: str) -> str:
    return f"\u2402{letters}" if len(letters) == 1 else f"\u2403{letters}"
