"""The documents name files that are there, and the code cites sections that are."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
TOP = {path.name for path in ROOT.iterdir() if path.is_dir()} - {".venv", "var"}
PATH = re.compile(r"`([\w.]+/[\w./-]*)`")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
SECTIONS = re.compile(r"\b(ledger|protocol)\.md ((?:§\d(?:[–, ]+\d?)*)+)")


def named(document: Path) -> Iterator[Path]:
    text = document.read_text()
    yield from (ROOT / path for path in PATH.findall(text) if path.partition("/")[0] in TOP)
    yield from (document.parent / path for path in LINK.findall(text))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_a_document_names_is_there(document: Path) -> None:
    assert [str(path) for path in named(document) if not path.exists()] == []


def test_the_map_of_the_code_is_read() -> None:
    assert len(list(named(ROOT / "docs" / "architecture.md"))) > 80


def test_every_section_that_the_code_cites_is_there() -> None:
    apps = ("accounts", "chat", "connect", "ledger", "static")
    code = [path for app in apps for end in ("py", "js") for path in (ROOT / app).rglob(f"*.{end}")]
    cited = {
        (name, number)
        for path in [*code, ROOT / "connect_verify.py"]
        for name, numbers in SECTIONS.findall(path.read_text())
        for number in re.findall(r"\d", numbers)
    }
    there = {
        (name, number)
        for name in ("ledger", "protocol")
        for number in re.findall(r"^## (\d)\. ", (ROOT / "docs" / "specs" / f"{name}.md").read_text(), re.MULTILINE)
    }
    assert len(cited) > 5
    assert cited - there == set()
