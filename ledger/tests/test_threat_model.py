"""Each line of the threat model names a test that is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "threat-model.md").read_text()
PYTHON = re.findall(r"`([\w/]+\.py)::(test_\w+)`", TEXT)
JAVASCRIPT = re.findall(r"`([\w/]+\.test\.js)` \"([^\"]+)\"", TEXT)
LINES = [line for line in TEXT.splitlines() if line.startswith("| ") and not line.startswith(("| change", "| ---"))]


@pytest.mark.parametrize(("path", "name"), PYTHON)
def test_a_named_test_exists(path: str, name: str) -> None:
    assert re.search(rf"^(async )?def {name}\(", (ROOT / path).read_text(), re.MULTILINE)


@pytest.mark.parametrize(("path", "name"), JAVASCRIPT)
def test_a_named_test_of_the_browsers_code_exists(path: str, name: str) -> None:
    assert f'test("{name}"' in (ROOT / path).read_text()


def test_each_line_names_one() -> None:
    assert len(LINES) > 25
    assert [line for line in LINES if "test_" not in line and ".test.js" not in line] == []
