"""Where contents lie: the folder DATA_DIR/media, or S3-compatible storage (settings.STORAGES["files"])."""

import os
from pathlib import Path
from typing import Any

from django.core.files.base import File as Content
from django.core.files.storage import FileSystemStorage, Storage, storages

from ledger.files import make_folder, sync_folder


def storage() -> Storage:
    return storages["files"]


class DurableStorage(FileSystemStorage):
    """A folder in which a file is whole and survives power loss once it has its name. Names are never chosen by people.

    What a crash leaves under the passing name goes with `delete`.
    """

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: "Content[Any]") -> str:
        path = Path(self.path(name))
        make_folder(path.parent)
        part = _part(path)
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except OSError:
            part.unlink(missing_ok=True)  # a disk that is full would stay so until the sweep
            raise
        sync_folder(path.parent)
        return name

    def delete(self, name: str) -> None:
        path = Path(self.path(name))
        for each in (path, _part(path)):
            each.unlink(missing_ok=True)
        if path.parent.is_dir():
            sync_folder(path.parent)  # before the row goes that knows of it


def _part(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")
