"""The public log as a folder that any web server can serve (C2SP tlog-tiles), with the log's vkey beside it.

    checkpoint    log.vkey    tile/<L>/<N>[.p/<W>]    tile/entries/<N>[.p/<W>]

A file is whole before it has its name, and `checkpoint` is written last. So the folder holds all that its checkpoint
promises at every moment, and an export that was cut off goes on where it stopped. Full tiles that are there stay as
they are. Partial ones of smaller trees stay too: somebody may just be reading by the older checkpoint. What lies beyond
the checkpoint was promised to nobody: where it is of another history, it goes.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.core.checkpoints import Checkpoint, parse_checkpoint
from ledger.core.errors import LedgerFormatError, TileError
from ledger.core.fields import HASH_SIZE
from ledger.core.merkle import edge_tiles_needed, leaf_hash, root_from_tiles, root_hash, tile_hashes
from ledger.core.notes import open_note, parse_note, parse_vkey
from ledger.core.tilepaths import ENTRIES, TILE_HEIGHT, TILE_WIDTH, parse_tile_path, tile_path
from ledger.errors import ExportError
from ledger.files import sync_file, sync_folder
from ledger.keys import verify
from ledger.log.published import checkpoint_note, published_tile
from ledger.models import Block, Genesis
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
        promised = _claim(folder, tip, f"{genesis.key}\n".encode())
        _sweep(folder, promised)
        files, written = _file_count(tip.tree_size), 0
        for done, (level, index, width) in enumerate(_files(tip.tree_size)):
            on_progress(done, files)
            written += _bring(folder, level, index, width)
        note = _signed_note(tip, genesis)
        os.sync()  # a checkpoint must not survive a power loss that its tiles do not
        _write(folder / "checkpoint", note.encode(), durably=True)
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


def _claim(folder: Path, tip: Block, key: bytes) -> int:
    """Makes the folder this log's. ExportError unless it is empty, or holds this log as far as it is signed here.

    Returns how many entries its checkpoint promises.
    """
    vkey = folder / "log.vkey"
    if not vkey.exists():
        if any(path.name != f".{vkey.name}" for path in folder.iterdir()):
            raise ExportError(f"{folder} is not empty and holds no exported log; name another folder.")
        _write(vkey, key, durably=True)
    if vkey.read_bytes() != key:
        raise ExportError(f"{folder} holds another log, {vkey} says; name another folder.")
    return _check_extends(folder, tip) if (folder / "checkpoint").exists() else 0


def _check_extends(folder: Path, tip: Block) -> int:
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
    return old.size


def _signed_note(tip: Block, genesis: Genesis) -> str:
    """The newest checkpoint. ExportError unless the log signed it, over the tree whose tiles were just written."""
    try:
        note = checkpoint_note(tip)
        open_note(parse_note(note), [parse_vkey(genesis.key)], verify)
        root = root_from_tiles(tip.tree_size, read_tiles(edge_tiles_needed(tip.tree_size)))
        is_signed = parse_checkpoint(parse_note(note).body) == Checkpoint(genesis.origin, tip.tree_size, root)
    except LedgerFormatError as error:
        raise ExportError(f"The checkpoint of block {tip.height} is not the log's ({error}); {_REMEDY}") from error
    if not is_signed:
        raise ExportError(f"The tree is not the one that the checkpoint of block {tip.height} names; {_REMEDY}")
    return note


def _sweep(folder: Path, promised: int) -> None:
    """Removes the tiles and bundles beyond the checkpoint that are not this tree's: an export was cut off before the
    database was put back, or the log begun anew."""
    for path in (folder / "tile").rglob("*"):
        try:
            level, index, width = parse_tile_path(path.relative_to(folder).as_posix())
        except TileError:
            continue  # a folder, or what was being written
        end = (index * TILE_WIDTH + width) << TILE_HEIGHT * max(level, 0)
        if path.is_file() and end > promised and not _is_right(path.read_bytes(), level, index, width):
            path.unlink()


def _is_right(content: bytes, level: int, index: int, width: int) -> bool:
    """Whether the tree holds just this there. Entries are not read for it: their hashes tell."""
    hashes = published_tile(max(level, 0), index, width)
    if hashes is None or level != ENTRIES:
        return content == hashes
    return len(content) == width * _ENTRY_SIZE and _find_wrong(content, hashes) is None


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
        wrong = _find_wrong(content, _read(0, index, width))
        if wrong is not None:
            raise ExportError(f"Entry {index * TILE_WIDTH + wrong:,} is not the one that the tree holds; {_REMEDY}")
    elif level and content != _roots_below(level, index, width):
        raise ExportError(f"{tile_path(level, index, width)} does not follow from the tiles below it; {_REMEDY}")
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


def _roots_below(level: int, index: int, width: int) -> bytes:
    """What a tile above the lowest must hold."""
    below = [(level - 1, number) for number in range(index * TILE_WIDTH, index * TILE_WIDTH + width)]
    tiles = read_tiles(below)
    try:
        return b"".join(root_hash(tile_hashes(tiles, tile, TILE_WIDTH)) for tile in below)
    except TileError as error:
        raise ExportError(f"The database lacks hashes of its tree ({error}); {_REMEDY}") from error


def _find_wrong(bundle: bytes, hashes: bytes) -> int | None:
    """The first entry that the tree does not hold. What is published stays published: such a one must not be."""
    for offset in range(len(hashes) // HASH_SIZE):
        entry = bundle[offset * _ENTRY_SIZE : (offset + 1) * _ENTRY_SIZE]
        is_whole = entry[:2] == (_ENTRY_SIZE - 2).to_bytes(2)
        if not is_whole or leaf_hash(entry[2:]) != hashes[offset * HASH_SIZE : (offset + 1) * HASH_SIZE]:
            return offset
    return None


def _write(path: Path, content: bytes, *, durably: bool = False) -> None:
    """For everybody to read, unlike what `ledger.files` makes.

    Durably what the folder is known by: left empty by a power loss, it would be another log's.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}")
    scratch.write_bytes(content)
    if durably:
        sync_file(scratch)
    scratch.replace(path)
    if durably:
        sync_folder(path.parent)
