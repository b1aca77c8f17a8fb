"""Backups in tests: put back, refused, changed by an intruder, and the machine that lost everything."""

import io
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from ledger.tests.tampering import read_everything, write_everything


def restore(archive: Path) -> str:
    out = io.StringIO()
    call_command("restore", str(archive), stdout=out)
    return out.getvalue()


def refused(archive: Path, sentence: str) -> None:
    """With this sentence, and nothing is changed."""
    rows, files = read_everything(), sorted(map(str, settings.DATA_DIR.rglob("*")))
    with pytest.raises(CommandError, match=sentence):
        restore(archive)
    assert read_everything() == rows
    assert sorted(map(str, settings.DATA_DIR.rglob("*"))) == files


def empty_house() -> None:
    """As on a new machine: no rows, no key, no signed state, no files."""
    write_everything({})
    settings.LOG_KEY_FILE.unlink()
    settings.SIGNED_STATE_FILE.unlink()
    shutil.rmtree(settings.MEDIA_ROOT)


def repacked(archive: Path, change: Callable[[Path], object]) -> Path:
    """The archive with its database changed by an intruder."""
    folder = archive.with_name("unpacked")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    change(folder / "connect.sqlite3")
    forged = archive.with_name("forged")
    with tarfile.open(forged, "w") as tar:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                tar.add(path, path.relative_to(folder).as_posix())
    return forged
