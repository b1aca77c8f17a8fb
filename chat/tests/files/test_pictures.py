"""Thumbnails, and the pictures that get none."""

import io
import subprocess
import time
from threading import BoundedSemaphore

import pytest
from PIL import Image

from chat.files import pictures
from chat.files.pictures import Picture
from chat.files.thumbnail import SIDE
from chat.tests.files.samples import HTML, SVG, TEXT, bomb, photo_held_upright, picture


def read_picture(content: bytes) -> Picture | None:
    return pictures.read_picture(io.BytesIO(content))


def opened(found: Picture | None) -> Image.Image:
    assert found is not None
    image = Image.open(io.BytesIO(found.thumbnail))
    image.load()
    assert image.format == "WEBP"
    return image


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_gets_a_thumbnail_of_its_proportions(kind: str) -> None:
    found = read_picture(picture(kind, (2880, 1440)))
    assert found
    assert (found.type, found.width, found.height) == (f"image/{kind.lower()}", 2880, 1440)
    assert opened(found).size == (SIDE, SIDE // 2)


def test_a_small_picture_stays_as_large_as_it_is() -> None:
    assert opened(read_picture(picture(size=(1, 1)))).size == (1, 1)


def test_a_photo_is_turned_as_the_camera_was_held_and_tells_nothing_else() -> None:
    found = read_picture(photo_held_upright())
    assert found
    assert (found.width, found.height) == (200, 300)
    image = opened(found)
    assert image.size == (200, 300)
    red, green, blue = image.convert("RGB").getpixel((100, 20))  # type: ignore[misc]
    assert (red > 200, green < 60, blue < 60) == (True, True, True)
    assert not image.getexif()
    for told in (b"EXIF", b"at home", b"XMP", b"ICCP"):
        assert told not in found.thumbnail


@pytest.mark.parametrize(
    "content",
    [
        bomb(),
        picture()[:-40],
        picture("JPEG", (900, 900))[:2000],
        picture()[:40] + bytes(400),
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a/*" + HTML,
        SVG,
        TEXT,
        b"",
    ],
    ids=["bomb", "cut PNG", "cut JPEG", "damaged", "signature", "polyglot", "SVG", "text", "nothing"],
)
def test_what_cannot_be_decoded_whole_is_no_picture(content: bytes) -> None:
    assert read_picture(content) is None


def test_a_bomb_costs_little() -> None:
    """It is refused by what it says of its size, before a pixel is decoded."""
    before = time.process_time() + _children_s()
    assert read_picture(bomb()) is None
    assert time.process_time() + _children_s() - before < 3


def _children_s() -> float:
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_a_picture_of_hundreds_of_scans_costs_little() -> None:
    """Each scan of a progressive JPEG is decoded over the whole picture."""
    good = io.BytesIO()
    Image.new("RGB", (4000, 4000), (3, 4, 5)).save(good, "JPEG", progressive=True)
    assert read_picture(good.getvalue()) is not None
    content = good.getvalue()
    scan = content[content.rfind(b"\xff\xda") : -2]
    before_s = _children_s()
    assert read_picture(content[:-2] + scan * 200 + content[-2:]) is None
    assert _children_s() - before_s < 1


def test_a_decoder_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*args: object, **options: object) -> None:
        raise subprocess.TimeoutExpired("thumbnail", pictures.TIMEOUT_S)

    monkeypatch.setattr(subprocess, "run", hang)
    assert read_picture(picture()) is None
    monkeypatch.undo()
    assert read_picture(picture()) is not None, "its place was not given back"


def test_a_picture_that_waits_for_a_place_is_not_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_places", BoundedSemaphore(1))
    monkeypatch.setattr(pictures, "WAIT_S", 0)
    content = io.BytesIO(picture())
    with pictures._places, pytest.raises(pictures.TooManyPictures):
        pictures.read_picture(content)
    assert content.tell() == 0


@pytest.mark.parametrize(
    "output",
    [
        b"",
        b"{}\nRIFF1234WEBP",
        b'{"type":"image/svg+xml","width":1,"height":1}\nRIFF1234WEBP',
        b'{"type":"image/png","width":0,"height":1}\nRIFF1234WEBP',
        b'{"type":"image/png","width":1,"height":1}\n<script>',
    ],
)
def test_a_decoder_that_was_taken_over_is_not_believed(output: bytes) -> None:
    assert pictures._parse(output) is None
