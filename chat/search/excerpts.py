"""The part of a message around what was found, line by line, with what was found marked. Pure."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from chat.search.folding import fold_with_origins
from chat.search.query import Words

LENGTH = 260
BEFORE = 80
"""Characters shown before what was found first."""


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    is_hit: bool


def excerpt(text: str, words: Sequence[Words]) -> list[Piece]:
    """As many letters of its lines as are shown; from the beginning where nothing is marked."""
    line = "\n".join(filter(None, map(_visible, text.splitlines())))
    spans = _spans(line, words)
    start = max(0, spans[0][0] - BEFORE) if spans else 0
    if start and (space := line.find(" ", start, spans[0][0])) >= 0:
        start = space + 1
    end = min(len(line), start + LENGTH)
    pieces = [Piece("…", is_hit=False)] if start else []
    place = start
    for first, last in spans:
        if first < end:
            pieces += [Piece(line[place:first], is_hit=False), Piece(line[first : min(last, end)], is_hit=True)]
            place = min(last, end)
    pieces += [Piece(line[place:end], is_hit=False), Piece("…" if end < len(line) else "", is_hit=False)]
    return [piece for piece in pieces if piece.text]


def _spans(line: str, words: Sequence[Words]) -> list[tuple[int, int]]:
    """Where the words stand in the line, in order, joined where they touch."""
    folded, origins = fold_with_origins(line)
    ends = [*origins[1:], len(line)]
    found = []
    for each in words:
        place = each.find(folded)
        while place >= 0:
            last = place + len(each.text)
            found.append((origins[place], ends[last - 1]))
            place = each.find(folded, last)
    spans: list[tuple[int, int]] = []
    for first, end in sorted(found):
        if spans and first <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(end, spans[-1][1])
        else:
            spans.append((first, end))
    return spans


def _visible(line: str) -> str:
    return " ".join("".join(letter if _is_visible(letter) else " " for letter in line).split())


def _is_visible(letter: str) -> bool:
    """Not what would turn the rest of the line around, or is no character at all."""
    return unicodedata.category(letter) not in ("Cc", "Zl", "Zp") and letter not in "\u202a\u202b\u202c\u202d\u202e"
