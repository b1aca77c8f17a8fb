"""A power loss, as hard as a file system may make it: what no fsync has covered is gone.

    with Power(folder) as power: work()
    power.cut()

Gone are the names that a folder got since it was synced last; what is named without its contents being synced is
empty. SQLite syncs its own files, out of our sight: they stay.
"""

import os
import shutil
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

_SQLITE = "connect.sqlite3"


class Power(ExitStack):
    """Follows what is synced below `top`; what is there at the beginning is safe."""

    def __init__(self, top: Path) -> None:
        super().__init__()
        self._top = top
        self._safe: set[tuple[object, ...]] = set()
        """Names, each with its folder and inode; contents, each as an inode at a time."""
        self._sync()
        self._real = os.fsync
        self.enter_context(patch("os.fsync", self._fsync))
        self.enter_context(patch("os.sync", self._sync))

    def cut(self) -> None:
        """Takes away what is not safe."""
        for folder, folders, files in os.walk(self._top):
            for name in [*folders, *files]:
                path = Path(folder, name)
                if _name(path) not in self._safe and not name.startswith(_SQLITE):
                    shutil.rmtree(path) if name in folders else path.unlink()
                elif name in files and _content(path) not in self._safe and not name.startswith(_SQLITE):
                    path.write_bytes(b"")
            folders[:] = [name for name in folders if Path(folder, name).exists()]

    def _fsync(self, descriptor: int) -> None:
        self._real(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}").resolve()
        self._safe |= {_name(each) for each in path.iterdir()} if path.is_dir() else {_content(path)}

    def _sync(self) -> None:
        for path in self._top.rglob("*"):
            self._safe |= {_name(path), _content(path)}


def _name(path: Path) -> tuple[object, ...]:
    return path.parent.stat().st_ino, path.name, path.lstat().st_ino


def _content(path: Path) -> tuple[object, ...]:
    found = path.lstat()
    return found.st_ino, found.st_size, found.st_mtime_ns
