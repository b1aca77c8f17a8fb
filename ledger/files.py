"""Files that survive power loss: whole before they are seen, and seen once they are whole."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def create_durably(path: Path, content: bytes) -> None:
    """Makes a file of mode 600. FileExistsError when there is one; nobody ever sees half of it."""
    with _written(path, content) as scratch:
        os.link(scratch, path)  # unlike a rename, it never replaces
    sync_folder(path.parent)


def replace_durably(path: Path, content: bytes) -> None:
    """Afterwards `path` holds `content` even if power fails; until then it holds what it held before."""
    with _written(path, content) as scratch:
        scratch.replace(path)
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Afterwards its content survives power loss."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Afterwards the names in it do."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Makes it, and those above it that are missing, for their owner alone; afterwards they survive power loss."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)


@contextmanager
def _written(path: Path, content: bytes) -> Iterator[Path]:
    """The content, durable, under a passing name beside `path`."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    scratch = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield scratch
    finally:
        scratch.unlink(missing_ok=True)
