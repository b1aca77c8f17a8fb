"""The public log as a folder that any web server can serve (C2SP tlog-tiles), with the log's vkey beside it.

    checkpoint    log.vkey    tile/<L>/<N>[.p/<W>]    tile/entries/<N>[.p/<W>]

A file is whole before it has its name, and `checkpoint` is written last. So the folder holds all that its checkpoint
promises at every moment, and an export that was cut off goes on where it stopped. Full tiles that are there stay as
they are. Partial ones of smaller trees stay too: somebody may just be reading by the older checkpoint.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.core.checkpoints import parse_checkpoint
from ledger.core.errors import LedgerFormatError, TileError
from ledger.core.merkle import (
    HASH_SIZE,
    TILE_HEIGHT,
    TILE_WIDTH,
    edge_tiles_needed,
    leaf_hash,
    root_from_tiles,
    tile_path,
)
from ledger.core.notes import parse_note
from ledger.core.tilepaths import ENTRIES
from ledger.errors import ExportError
from ledger.models import Block, Genesis
from ledger.published import checkpoint_note, published_tile
from ledger.tiles import read_tiles

Progress = Callable[[int, int], None]
"""Told how many files are done, and of how many."""

_ENTRY_SIZE = 2 + 34
_REMEDY = "run verify_chain. The folder keeps the checkpoint that it has."


@dataclass(frozen=True, slots=True)
class Exported:
    """What the folder now holds: so many entries, in files of which so many had to be written."""

    origin: str
    size: int
    files: int
    written: int


def export_log(folder: Path, on_progress: Progress = lambda done, of: None) -> Exported:
    """Brings the folder up to the newest signed checkpoint. ExportError, one sentence, when it must not be touched."""
    tip, genesis = Block.objects.signed_tip(), Genesis.objects.first()
    if tip is None or genesis is None:
        raise ExportError("Nothing is signed yet, so there is nothing to export.")
    with _alone(folder):
        _claim(folder, tip, f"{genesis.key}\n".encode())
        files, written = _file_count(tip.tree_size), 0
        for done, (level, index, width) in enumerate(_files(tip.tree_size)):
            on_progress(done, files)
            written += _bring(folder, level, index, width)
        os.sync()  # a checkpoint must not survive a power loss that its tiles do not
        _write(folder / "checkpoint", checkpoint_note(tip).encode())
    return Exported(genesis.origin, tip.tree_size, files, written)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two exports into one folder would take turns with each other's unfinished files."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ExportError(f"Another export is writing to {folder}.") from None
        yield
    finally:
        os.close(descriptor)


def _claim(folder: Path, tip: Block, key: bytes) -> None:
    """Makes the folder this log's. ExportError unless it is empty, or holds this log as far as it is signed here."""
    vkey = folder / "log.vkey"
    if not vkey.exists():
        if any(path.name != f".{vkey.name}" for path in folder.iterdir()):
            raise ExportError(f"{folder} is not empty and holds no exported log; name another folder.")
        _write(vkey, key)
    if vkey.read_bytes() != key:
        raise ExportError(f"{folder} holds another log, {vkey} says; name another folder.")
    if (folder / "checkpoint").exists():
        _check_extends(folder, tip)


def _check_extends(folder: Path, tip: Block) -> None:
    try:
        old = parse_checkpoint(parse_note((folder / "checkpoint").read_text()).body)
    except (LedgerFormatError, UnicodeDecodeError) as error:
        raise ExportError(f"{folder}/checkpoint is damaged ({error}); export into an empty folder.") from error
    if old.size > tip.tree_size:
        raise ExportError(
            f"{folder} holds {old.size:,} entries, this database has signed {tip.tree_size:,}: it is an older copy."
        )
    try:
        root = root_from_tiles(old.size, read_tiles(edge_tiles_needed(old.size)))
    except TileError as error:
        raise ExportError(f"The database lacks hashes of its tree ({error}); run verify_chain.") from error
    if root != old.root:
        raise ExportError(
            f"{folder} holds another history of the first {old.size:,} entries than this database. "
            "Keep both: they show that the log has forked."
        )


def _files(size: int) -> Iterator[tuple[int, int, int]]:
    """Level, index and width of every bundle and tile of a tree."""
    level = ENTRIES
    while count := size >> TILE_HEIGHT * max(level, 0):
        for start in range(0, count, TILE_WIDTH):
            yield level, start // TILE_WIDTH, min(TILE_WIDTH, count - start)
        level += 1


def _file_count(size: int) -> int:
    count = -(-size // TILE_WIDTH)  # bundles
    while size:
        count, size = count + -(-size // TILE_WIDTH), size >> TILE_HEIGHT
    return count


def _bring(folder: Path, level: int, index: int, width: int) -> bool:
    """Whether the file had to be written. One of the right size is there as a whole: it got its name when it was."""
    path = folder / tile_path(level, index, width)
    if path.exists() and path.stat().st_size == width * (_ENTRY_SIZE if level == ENTRIES else HASH_SIZE):
        return False
    content = _read(level, index, width)
    if level == ENTRIES:
        _check_bundle(content, _read(0, index, width), index)
    _write(path, content)
    return True


def _read(level: int, index: int, width: int) -> bytes:
    try:
        content = published_tile(level, index, width)
    except KeyError as error:
        raise ExportError(f"Entry {error} is missing from the database; {_REMEDY}") from error
    except LedgerFormatError as error:
        raise ExportError(f"{tile_path(level, index, width)} cannot be built ({error}); {_REMEDY}") from error
    if content is None:
        raise ExportError(f"{tile_path(level, index, width)} is missing from the database; {_REMEDY}")
    return content


def _check_bundle(bundle: bytes, hashes: bytes, index: int) -> None:
    """What is published stays published: entries that the tree does not hold must not be."""
    for offset in range(len(hashes) // HASH_SIZE):
        entry = bundle[offset * _ENTRY_SIZE + 2 : (offset + 1) * _ENTRY_SIZE]
        if leaf_hash(entry) != hashes[offset * HASH_SIZE : (offset + 1) * HASH_SIZE]:
            raise ExportError(f"Entry {index * TILE_WIDTH + offset:,} is not the one that the tree holds; {_REMEDY}")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}")
    scratch.write_bytes(content)
    scratch.replace(path)
