import random
import re
import uuid
from xml.etree import ElementTree

import pytest

from accounts.drawing import COLOURS, draw, initials

ONE = uuid.UUID("6c1f0b0e-62f2-4c0b-9b5c-3c9f6f1d2a10")


def some_ids(count: int = 300) -> list[uuid.UUID]:
    numbers = random.Random(7)
    return [uuid.UUID(int=numbers.getrandbits(128)) for _ in range(count)]


def test_one_person_has_one_picture_and_others_have_others() -> None:
    assert draw(ONE, "ann") == draw(ONE, "ann")
    assert len({draw(one, "ann") for one in some_ids()}) == 300


def test_every_picture_is_svg_that_needs_nothing_from_outside() -> None:
    for one in some_ids():
        svg = draw(one, "ann.berg").decode()
        assert ElementTree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
        assert not re.search(r"style|script|href|<image|on\w+=", svg)
        assert re.findall(r"url\((.*?)\)|(https?://[^\"]*)", svg) == [("", "http://www.w3.org/2000/svg"), ("#g", "")]


@pytest.mark.parametrize(
    ("name", "letters"),
    [("ann", "A"), ("ann.berg", "AB"), ("x-y_z", "XY"), ("_7of9", "7"), ("__", "?"), ("", "?"), ("<b>&amp;", "BA")],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize("colour", [colour for pair in COLOURS for colour in pair])
def test_white_letters_stand_out(colour: str) -> None:
    """WCAG 2: relative luminance and contrast."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5
