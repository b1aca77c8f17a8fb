"""Text as search compares it: without case, width, accents and invisible characters, white space as one space.

Nothing here knows a language. A text is folded character by character, so that each folded character knows its origin:
that is how a page marks what was found in the words as they were written.
"""

import re
import unicodedata
from functools import lru_cache

DENSE = "\u0e00"
"""From here on scripts that write words without spaces (and emoji): every character may begin a word."""
_VOICED = {"\u3099", "\u309a"}
"""What makes ガ of カ: another letter, not an accent."""

_SPACE = re.compile(r"\s+")


def fold(text: str) -> str:
    """The text as it is compared."""
    is_plain = text.isascii() and text.isprintable()
    return _SPACE.sub(" ", text.lower() if is_plain else "".join(map(_fold_letter, text))).strip()


def fold_with_origins(text: str) -> tuple[str, list[int]]:
    """The folded text and, for each of its characters, the place in `text` it comes from."""
    letters, origins = [], []
    for place, letter in enumerate(text):
        for folded in _fold_letter(letter):
            if not folded.isspace():
                letters.append(folded)
                origins.append(place)
            elif letters and letters[-1] != " ":
                letters.append(" ")
                origins.append(place)
    if letters and letters[-1] == " ":
        letters.pop()
        origins.pop()
    return "".join(letters), origins


def starts_word(text: str, place: int) -> bool:
    """Whether something begins here: no letter joins this one from before."""
    return place == 0 or text[place] >= DENSE or not (_is_letter(text[place]) and _is_letter(text[place - 1]))


def ends_word(text: str, place: int) -> bool:
    """Whether something ends before `place`."""
    return place == len(text) or starts_word(text, place) or text[place - 1] >= DENSE


def _is_letter(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


@lru_cache(maxsize=20_000)
def _fold_letter(letter: str) -> str:
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", letter).casefold())
    return "".join(filter(None, map(_keep, folded)))


def _keep(letter: str) -> str:
    if letter in _VOICED:
        return letter
    if unicodedata.combining(letter) or unicodedata.category(letter) == "Cf":
        return ""
    return " " if letter.isspace() or unicodedata.category(letter) == "Cc" else letter
