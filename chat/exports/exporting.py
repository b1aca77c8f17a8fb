"""A room as files: every entry with its receipt for programs, the same as a page for people.

    <slug>.jsonl    connect-room/v1, docs/verify.md       log.vkey      the log's public key
    <slug>.html     needs nothing but itself              checkpoint    the newest signed one
    files/…         contents of files, by commitment

The room is read in pages of one consistent state, so memory stays constant and nobody waits. The files get their folder
once all of them are whole and the room has been told: an export that nobody could see does not exist.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from chat.exports.export_page import ExportPage
from chat.files.exporting import ExportFiles
from chat.models import Room
from chat.writing_to import in_site_language
from ledger.audit.snapshots import snapshot
from ledger.core.bodies import check_body
from ledger.core.canonical import encode_canonical, parse_canonical
from ledger.core.errors import LedgerFormatError
from ledger.core.proofs import Plan, plan_consistency, plan_inclusion
from ledger.core.records import SYSTEM_AUTHOR, record_fields
from ledger.errors import ExportError
from ledger.files import make_folder, sync_folder
from ledger.log.published import checkpoint_note
from ledger.log.receipts import format_entry_receipt, is_provable
from ledger.models import Block, Genesis, Message
from ledger.recording.batches import record
from ledger.recording.drafts import Draft
from ledger.tiles import read_tiles

FORMAT = "connect-room/v1"
CHUNK = 256

Line = dict[str, Any]
Progress = Callable[[int, int], None]
"""Told how many entries are done, and of how many."""


@dataclass(frozen=True, slots=True)
class ExportedRoom:
    folder: Path
    entries: int
    sealed: int
    """Entries with a receipt."""


def export_room(room: Room, user: User, folder: Path, on_progress: Progress = lambda done, of: None) -> ExportedRoom:
    """Writes the room, as `user` may read it, into a new folder. ExportError, one sentence, when it is not written."""
    with _whole_folder(folder) as scratch:
        with snapshot():
            try:
                exported = _Export(room, user, scratch).write(on_progress)
            except LedgerFormatError as error:
                raise ExportError(f"A block or a tile is damaged ({error}); run verify_chain.") from error
        _tell_room(room, user, exported[0])
    return ExportedRoom(folder, *exported)


class _Export:
    """One export: what the next entry must know of those before."""

    def __init__(self, room: Room, user: User, folder: Path) -> None:
        genesis, tip = Genesis.objects.first(), Block.objects.signed_tip()
        if genesis is None or tip is None:
            raise ExportError("Nothing is signed yet, so there is nothing to export.")
        self._room, self._user, self._folder = room, user, folder
        self._key, self._tip, self._note = genesis.key, tip, checkpoint_note(tip)
        self._files = ExportFiles(folder)
        self._size = 0
        """Tree size of the newest receipt."""
        self._sealed = 0

    def write(self, on_progress: Progress) -> tuple[int, int]:
        """How many entries there are, and how many of them with a receipt."""
        entries = Message.objects.in_room(self._room.pk)
        head = entries.values_list("room_seq", flat=True).last() or 0
        page = ExportPage(self._room, self._user, head, self._key, self._note)
        name = self._folder / self._room.slug
        with _durable(name.with_suffix(".jsonl")) as lines, _durable(name.with_suffix(".html")) as html:
            html.write(page.head().encode())
            _write_line(lines, {"format": FORMAT, "log": settings.LOG_ORIGIN, "room": self._room.pk.hex})
            done = 0
            while rows := list(entries.select_related("block").filter(room_seq__gt=done)[:CHUNK]):
                salts = self._files.copy(rows)
                for line in self._lines(rows, salts):
                    _write_line(lines, line)
                html.write(page.entries(rows, salts).encode())
                done = rows[-1].room_seq
                on_progress(done, head)
            _write_line(lines, self._last_line())
            html.write(page.foot().encode())
        for key, content in (("log.vkey", f"{self._key}\n"), ("checkpoint", self._note)):
            with _durable(self._folder / key) as file:
                file.write(content.encode())
        return head, self._sealed

    def _lines(self, rows: Sequence[Message], salts: Mapping[int, list[str | None]]) -> Iterator[Line]:
        """The entries with their proofs: one query for all of these, one more for each block's checkpoint."""
        plans = [self._plan(row) if is_provable(row) else None for row in rows]
        tiles = read_tiles({tile for pair in plans if pair for plan in pair for tile in plan.tiles})
        notes: dict[int, str] = {}
        for row, pair in zip(rows, plans, strict=True):
            line = _line(row)
            if row.pk in salts:
                line["file_salts"] = salts[row.pk]
            if pair and row.block:
                self._sealed += 1
                proof, consistency = (plan.assemble(tiles) for plan in pair)
                note = notes.get(row.block.height) or notes.setdefault(row.block.height, checkpoint_note(row.block))
                line["receipt"] = format_entry_receipt(row, proof, note)
                line["consistency"] = [hash_.hex() for hash_ in consistency]
            yield line

    def _plan(self, row: Message) -> tuple[Plan, Plan]:
        """The way of the entry to its checkpoint, and of the checkpoint before to this one."""
        assert row.leaf_index is not None
        assert row.block is not None
        before, self._size = self._size or row.block.tree_size, row.block.tree_size
        return plan_inclusion(row.leaf_index, self._size), plan_consistency(before, self._size)

    def _last_line(self) -> Line:
        plan = plan_consistency(self._size or self._tip.tree_size, self._tip.tree_size)
        proof = plan.assemble(read_tiles(plan.tiles))
        return {"checkpoint": self._note, "consistency": [hash_.hex() for hash_ in proof]}


def _line(row: Message) -> Line:
    try:
        body = None if row.body is None else parse_canonical(row.body.encode())
        if body is not None:
            check_body(row.kind, body)
        return {
            "seq": row.room_seq,
            "hash": row.hash.hex(),
            "record": record_fields(row.record(settings.LOG_ORIGIN)),
            "salt": None if row.salt is None else row.salt.hex(),
            "body": body,
            "receipt": None,
            "consistency": None,
        }
    except LedgerFormatError as error:
        raise ExportError(f"Entry {row.room_seq} is damaged ({error}); run verify_chain.") from error


def _write_line(file: BinaryIO, line: Line) -> None:
    file.write(encode_canonical(line) + b"\n")


def _tell_room(room: Room, user: User, head: int) -> None:
    """An entry that every member sees; the ledger has no kind for it, and this is what the system has to say."""
    with in_site_language():
        text = _("%(name)s exported this room up to entry %(head)s.") % {"name": user.username, "head": head}
    now_ms = time.time_ns() // 1_000_000
    record(Draft("post", room.pk, SYSTEM_AUTHOR, uuid4(), now_ms, body={"text": text}))


@contextmanager
def _whole_folder(folder: Path) -> Iterator[Path]:
    """A folder, readable by its owner alone, that gets its name when everything went well, and else leaves nothing.

    Afterwards it survives power loss, with all that is in it.
    """
    if os.path.lexists(folder):
        raise ExportError(f"{folder} exists; name a new folder.")
    make_folder(folder.parent)
    scratch = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        yield scratch
        for path in (scratch, *scratch.rglob("*")):
            if path.is_dir():
                sync_folder(path)
        scratch.rename(folder)
        sync_folder(folder.parent)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _durable(path: Path) -> Iterator[BinaryIO]:
    """A new file whose content survives power loss once it is closed."""
    with path.open("xb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
