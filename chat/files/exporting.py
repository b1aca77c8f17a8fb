"""Files of an exported room: contents under `files/<commitment>`, so that no name of anybody's becomes a path."""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import orjson

from chat.files.attachments import find_attachments
from chat.files.models import File
from chat.files.storage import storage
from ledger.files import sync_file
from ledger.models import Message

FOLDER = "files"


class ExportFiles:
    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER

    def copy(self, rows: Iterable[Message]) -> Mapping[int, list[str | None]]:
        """By the message's key, in its body's order: each file's salt, once its contents are copied; None where they
        are lost. One query."""
        return {row.pk: self._copy_of(row, files) for row, files in self._find(list(rows))}

    def _find(self, rows: list[Message]) -> Iterable[tuple[Message, dict[str, File]]]:
        found = find_attachments(rows)
        for row in rows:
            if row.pk in found:
                yield row, {bytes(file.commitment).hex(): file for file in found[row.pk]}

    def _copy_of(self, row: Message, files: Mapping[str, File]) -> list[str | None]:
        named = orjson.loads(row.body or "{}").get("files", ())
        return [self._copy_one(files.get(each["commitment"])) for each in named]

    def _copy_one(self, file: File | None) -> str | None:
        if file is None or file.salt is None:
            return None
        self._folder.mkdir(exist_ok=True)
        target = self._folder / bytes(file.commitment).hex()
        try:
            with storage().open(file.contents) as content, target.open("xb") as copy:
                shutil.copyfileobj(content, copy)
        except FileNotFoundError:
            return None
        sync_file(target)
        return bytes(file.salt).hex()
