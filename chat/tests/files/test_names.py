"""What is left of a file's name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.files.names import NAME_BYTES, NAME_LIMIT, inert_name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("minutes of May.pdf", "minutes of May.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\system32\\cmd.exe", "cmd.exe"),
        ("/etc/", "file"),
        ("..", "file"),
        ("", "file"),
        (".htaccess", "htaccess"),
        ("a\r\nSet-Cookie: x\0.txt", "a Set-Cookie: x.txt"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("\u2066\u200b\u200f.png", "png"),
        ("a\u2028b\u00a0 c.txt", "a b c.txt"),
        ("familie 👩\u200d👧.jpg", "familie 👩\u200d👧.jpg"),
        ("上海.txt", "上海.txt"),
        ("report.pdf. . ", "report.pdf"),
    ],
)
def test_a_name_is_what_it_shows(given: str, kept: str) -> None:
    assert inert_name(given) == kept


@pytest.mark.parametrize("stem", ["x" * 5000, "上" * 5000, "e" + "\u0301" * 10_000], ids=["ascii", "wide", "marks"])
def test_a_huge_name_keeps_its_ending(stem: str) -> None:
    name = inert_name(f"{stem}.tar.gz")
    assert name.endswith(".gz")
    assert len(name) <= NAME_LIMIT
    assert len(name.encode()) <= NAME_BYTES


@given(st.text())
def test_any_name_becomes_one_that_every_disk_takes(text: str) -> None:
    name = inert_name(text)
    assert 0 < len(name) <= NAME_LIMIT
    assert len(name.encode()) <= NAME_BYTES
    assert not set("/\\\0\n\u202e") & set(name)
    assert name not in (".", "..")
    assert inert_name(name) == name
