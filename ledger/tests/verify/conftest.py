"""A folder to export the log to."""

from pathlib import Path

import pytest


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A folder for the log; the tests' own files are beside it."""
    return tmp_path / "export" / "log"
