"""What a file is, whatever it is called."""

import pytest

from chat.files.types import HEAD, PICTURES, UNKNOWN, sniff
from chat.tests.files.samples import HTML, SVG, TEXT, picture


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_pictures_are_known_by_their_first_bytes(kind: str) -> None:
    assert sniff(picture(kind)[:HEAD]) == f"image/{kind.lower()}"


@pytest.mark.parametrize("content", [TEXT, SVG, HTML, b"\xef\xbb\xbf<svg/>", ("x" * (HEAD - 1) + "上").encode()[:HEAD]])
def test_text_is_text_whatever_a_browser_could_make_of_it(content: bytes) -> None:
    assert sniff(content) == "text/plain"
    assert sniff(content) not in PICTURES


@pytest.mark.parametrize("content", [b"\x00\x01\x02", b"\xff\xfe<\x00", b"MZ\x90\x00", b"caf\xe9 and more"])
def test_everything_else_is_bytes(content: bytes) -> None:
    assert sniff(content) == UNKNOWN
