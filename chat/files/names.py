"""File names made inert. Pure.

What people see of a name is what it is: no folder, no control character, nothing that turns the direction of text so
that `exe.gpj` reads as a picture, no length that breaks a disk.
"""

import re
import unicodedata

NAME_LIMIT = 100
"""Characters."""
NAME_BYTES = 200
"""In UTF-8: with what a browser adds to a second copy, every file system takes it."""
ENDING_LIMIT = 16
NAMELESS = "file"

_SPACE = re.compile(r"\s+")
_JOINERS = "\u200c\u200d"
"""Invisible, and needed to write some languages and emoji."""


def inert_name(name: str) -> str:
    """The last part of a path, without what is invisible; never empty, never "." or ".."."""
    name = re.split(r"[/\\]", name)[-1]
    shown = _SPACE.sub(" ", "".join(map(_inert, name))).strip(" .")
    return _fit(shown) or NAMELESS


def _inert(character: str) -> str:
    if character.isspace():
        return " "
    is_hidden = unicodedata.category(character)[0] == "C" and character not in _JOINERS
    return "" if is_hidden else character


def _fit(name: str) -> str:
    """Cut before its ending, so that it still opens with the same program."""
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending) > ENDING_LIMIT:
        stem, dot, ending = name, "", ""
    stem = stem[: NAME_LIMIT - len(dot + ending)]
    while len(f"{stem}{dot}{ending}".encode()) > NAME_BYTES:
        stem = stem[:-1]
    return f"{stem.rstrip(' .')}{dot}{ending}"
