"""A backup put back: unpacked, audited, compared with what is there, and only then written.

    files → signed state, where it is older or missing → key, where there is none → database, in one transaction

What is there wins: nothing is put back that is behind the signed state, or over entries that the backup does not hold.
A crash leaves the old database or the new one. Until it is the new one, the signed state stops all writing: a server
started then would begin another log under the same key. Restoring once more goes on. Spec: docs/specs/ledger.md §5.
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings

from ledger.backups import (
    DATABASE,
    MEDIA,
    SIGNED_STATE,
    Audited,
    audit_copy,
    database_path,
    key_path,
    scratch_folder,
    unpack,
)
from ledger.errors import BackupError
from ledger.files import create_durably, make_folder, replace_durably, sync_file, sync_folder
from ledger.models import Block, Message
from ledger.signed_state import SignedState, load_signed_state, lock_signed_state


def restore_backup(archive: Path) -> Audited:
    """Puts the backup back. BackupError or KeyFileError, and nothing is changed, when it must not be."""
    target = database_path()
    if not archive.exists():
        raise BackupError(f"There is no file {archive}.")
    key = _choose_key(key_path(archive))
    with scratch_folder(settings.DATA_DIR) as folder:
        unpack(archive, folder)
        audited = audit_copy(folder, key)
        copy = folder / DATABASE
        _check_signed(copy, load_signed_state(settings.SIGNED_STATE_FILE, settings.LOG_ORIGIN))
        _check_newer(copy, target)
        _put_files(folder / MEDIA)
        _advance(folder / SIGNED_STATE)
        if not settings.LOG_KEY_FILE.exists():
            create_durably(settings.LOG_KEY_FILE, key.read_bytes())
        _put_database(copy, target)
    return audited


def _choose_key(kept: Path) -> Path:
    here = settings.LOG_KEY_FILE
    if not kept.exists() and not here.exists():
        raise BackupError(f"The log's key is missing: put it back as {kept} or {here}.")
    if kept.exists() and here.exists() and kept.read_bytes() != here.read_bytes():
        raise BackupError(f"{kept} is not the key that this log signs with ({here}).")
    return kept if kept.exists() else here


def _check_signed(copy: Path, state: SignedState | None) -> None:
    """The copy holds what was signed here last."""
    if state is None:
        return
    sql = f"SELECT tree_size, root FROM {Block._meta.db_table} WHERE height = ?"  # noqa: S608  (our own name)
    if _ask(copy, sql, state.height) != (state.size, state.root):
        size, height = _ask(copy, f"SELECT tree_size, max(height) FROM {Block._meta.db_table}")  # noqa: S608
        raise BackupError(
            f"The log has signed {state.size} leaves (block {state.height}), this backup holds {size} (block {height}) "
            "and does not extend them. Nothing was changed; use a newer backup."
        )


def _check_newer(copy: Path, target: Path) -> None:
    """Nothing that is there is missing in the copy."""
    if not target.exists():
        return
    for model, column, what in ((Block, "height", "blocks"), (Message, "id", "entries")):
        table = model._meta.db_table
        try:
            exists = _ask(target, "SELECT 1 FROM sqlite_master WHERE name = ?", table)
            here = _ask(target, f"SELECT max({column}), count(*) FROM {table}") if exists else (None, 0)  # noqa: S608
        except sqlite3.DatabaseError as error:
            raise BackupError(f"{target} cannot be read ({error}). Move it away, then restore again.") from error
        there = _ask(copy, f"SELECT max({column}), count(*) FROM {table}")  # noqa: S608
        if here[1] and (here[1] > there[1] or here[0] > there[0]):
            raise BackupError(
                f"{target} holds {what} that this backup does not hold. Nothing was changed. If they are to be given "
                "up, move that file away, then restore again."
            )


def _ask(path: Path, sql: str, *values: object) -> tuple[Any, ...]:
    """The first row, empty where there is none."""
    with closing(sqlite3.connect(path, timeout=60)) as database:
        return tuple(database.execute(sql, values).fetchone() or ())


def _put_files(folder: Path) -> None:
    """Each is whole and survives power loss once it has its name, also where they lie on another disk."""
    folders = set()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            target = Path(settings.MEDIA_ROOT) / path.relative_to(folder)
            make_folder(target.parent)
            part = target.with_name(f"{target.name}.part")
            shutil.move(path, part)  # from disk to disk it copies
            sync_file(part)
            part.replace(target)
            folders.add(target.parent)
    for each in folders:
        sync_folder(each)


def _advance(carried: Path) -> None:
    """The newer of the two signed states stays."""
    new = load_signed_state(carried, settings.LOG_ORIGIN)
    with lock_signed_state(settings.SIGNED_STATE_FILE):
        here = load_signed_state(settings.SIGNED_STATE_FILE, settings.LOG_ORIGIN)
        if new is not None and (here is None or here.size < new.size):
            replace_durably(settings.SIGNED_STATE_FILE, carried.read_bytes())


def _put_database(copy: Path, target: Path) -> None:
    with closing(sqlite3.connect(copy)) as source, closing(sqlite3.connect(target, timeout=60)) as database:
        database.execute("PRAGMA synchronous = FULL")
        source.backup(database)
    sync_folder(target.parent)  # a new database's journal, should it come back, would undo this
