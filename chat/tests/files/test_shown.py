"""What the first paint shows of a message's files: the same as chat/tests/js/files.test.js."""

from typing import Any

import pytest

from chat.files.shown import files_of, fit, is_bare, size_words

NAMED = [{"name": "a.png", "type": "image/png", "size": 1_234_567}, {"name": "b.txt", "type": "text/plain", "size": 12}]
FOUND = [
    {"url": "/files/1/a.png", "thumb": "/thumbnails/1", "width": 2000, "height": 1000},
    {"url": "/files/2/b.txt", "thumb": None, "width": None, "height": None},
]


def event(text: str = "look", **more: Any) -> dict[str, Any]:
    return {"body": {"text": text, "files": NAMED}, "attachments": FOUND, **more}


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (999_499, "999 kB"),
        (999_500, "1 MB"),
        (1_234_567, "1.2 MB"),
        (25_000_000, "25 MB"),
    ],
)
def test_sizes_are_told_as_disks_count(size: int, words: str) -> None:
    assert size_words(size) == words


def test_a_preview_has_its_place_before_it_is_there() -> None:
    assert [fit(2000, 1000), fit(1000, 2000)] == [(360, 180), (140, 280)]
    assert [fit(30, 20), fit(60_000, 1)] == [(30, 20), (360, 1)]


def test_pictures_are_previews_and_everything_else_is_a_card() -> None:
    first, second = files_of(event())
    assert (first["thumb"], first["width"], first["height"]) == ("/thumbnails/1", 360, 180)
    assert (second["url"], second["thumb"], second["about"]) == ("/files/2/b.txt", None, "12 bytes")


def test_contents_that_are_lost_are_told_so() -> None:
    first, _ = files_of(event(attachments=[None, FOUND[1]]))
    assert (first["url"], first["thumb"], first["about"]) == (None, None, "No longer available")


@pytest.mark.parametrize("gone", [event(deleted=True), {"body": None, "erased": True}, {"body": {"text": "x"}}])
def test_a_message_without_words_shows_no_files(gone: dict[str, Any]) -> None:
    assert files_of(gone) == []


def test_a_text_that_only_names_the_files_is_not_told_twice() -> None:
    assert is_bare(event("a.png, b.txt"))
    assert not is_bare(event())
    assert not is_bare(event("a.png, b.txt", edited={"text": "x"}))
    assert not is_bare({"body": {"text": ""}})
