"""The short strings under which an index keeps a text, and those that a text must have to hold some words.

    every three characters in a row         for anything of three characters or more
    one and two where something begins      for words and their beginnings; in scripts without spaces, everywhere
    who, where, and what is with it         for the operators

What has not all the terms of the words cannot hold the words; what has them may. `matching` decides.
"""

import re

from chat.search.folding import DENSE

GRAM = 3
_STARTS = re.compile(rf"(?<!\w)\S|[^\w\s]|[{DENSE}-\U0010ffff]")


def terms_of(folded: str) -> set[str]:
    """All under which a folded text is kept."""
    return {folded[place : place + GRAM] for place in range(len(folded) - GRAM + 1)} | starts_of(folded)


def starts_of(folded: str) -> set[str]:
    """Those of one and two characters."""
    places = [match.start() for match in _STARTS.finditer(folded)]
    return {_start(folded[place]) for place in places} | {_start(folded[place : place + 2]) for place in places}


def terms_for(words: str, *, at_start: bool) -> set[str]:
    """Those that every folded text with these words has; `at_start`: the words begin where something begins."""
    found = {words[place : place + GRAM] for place in range(len(words) - GRAM + 1)}
    if at_start or len(words) < GRAM:
        found.add(_start(words[:2]))
    return found


def facet(key: str, value: str) -> str:
    """What is known beside the words, `key` of four letters. No text has so many characters in a term."""
    return key + value


def _start(letters: str) -> str:
    return f"\u2402{letters}" if len(letters) == 1 else f"\u2403{letters}"
