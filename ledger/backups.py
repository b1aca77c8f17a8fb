"""A backup is one file with everything but the keys; keys lie beside it, to be kept elsewhere.

    FILE        a tar: connect.sqlite3, signed_state.json, media/…
    FILE.key    the log's key, mode 600: whoever holds it and the data can write another history

    read the signed state → copy the database → copy the files → tar → unpack it again → audit that → rename

The signed state is read first, so that no copy is behind the state that it carries. The database is copied in one read
transaction: writers go on, and what was erased is not in the copy, free pages included. A file is called a backup only
once the audit has found what came out of it valid. SQLite only: others have pg_dump, mongodump.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import orjson
from django.conf import settings
from django.db import connection

from ledger.errors import BackupError
from ledger.files import create_durably, sync_file, sync_folder

DATABASE, SIGNED_STATE, MEDIA = "connect.sqlite3", "signed_state.json", "media"


@dataclass(frozen=True, slots=True)
class Audited:
    """What the audit read in a copy."""

    entries: int
    size: int


def database_path() -> Path:
    """The SQLite file. BackupError for another store."""
    if connection.vendor != "sqlite":
        raise BackupError(
            "Only SQLite is copied by this command. Otherwise, in this order: copy signed_state.json, run "
            "pg_dump or mongodump --oplog, copy the folder media, and keep log.key elsewhere; check the copy with "
            "verify_chain."
        )
    return Path(connection.settings_dict["NAME"])


def key_path(archive: Path) -> Path:
    return archive.with_name(archive.name + ".key")


def make_backup(archive: Path) -> Audited:
    """Writes `archive` and its key. BackupError when there is one, or another key, or when the copy is not valid."""
    source = database_path()
    key, kept = settings.LOG_KEY_FILE.read_bytes(), key_path(archive)
    if archive.exists():
        raise BackupError(f"{archive} exists already; a backup replaces nothing. Name another file.")
    if kept.exists() and kept.read_bytes() != key:
        raise BackupError(f"{kept} is there and is another key; a backup replaces nothing. Name another file.")
    with scratch_folder(archive.parent) as folder:
        state = settings.SIGNED_STATE_FILE
        if state.exists():
            shutil.copyfile(state, folder / SIGNED_STATE)
        with closing(sqlite3.connect(source, timeout=60)) as database:
            database.execute("VACUUM INTO ?", [str(folder / DATABASE)])
        packed = folder / "packed"
        _pack(folder, packed)
        with scratch_folder(archive.parent) as again:
            unpack(packed, again)
            audited = audit_copy(again, settings.LOG_KEY_FILE)
        if not kept.exists():  # one that was cut off here has left it
            create_durably(kept, key)
        packed.replace(archive)
    sync_folder(archive.parent)
    return audited


def unpack(archive: Path, folder: Path) -> None:
    """Takes the archive's files out. BackupError where it is none of ours or would write elsewhere."""
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                name = PurePosixPath(member.name)
                ours = str(name) in (DATABASE, SIGNED_STATE) or (name.parts[:1] == (MEDIA,) and len(name.parts) > 1)
                if not ours or not member.isreg() or ".." in name.parts or name.is_absolute():
                    raise BackupError(f"{archive} is no backup: it holds {member.name!r}.")
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                content = tar.extractfile(member)
                assert content is not None
                with target.open("xb") as file:
                    shutil.copyfileobj(content, file)
    except (EOFError, tarfile.TarError) as error:
        raise BackupError(f"{archive} cannot be read as a backup ({error}).") from error
    except OSError as error:  # most likely of the disk that it is written to: nobody is to take the backup for damaged
        raise BackupError(f"{archive} cannot be unpacked into {folder.parent} ({error}).") from error
    if not (folder / DATABASE).exists():
        raise BackupError(f"{archive} is no backup: it holds no {DATABASE}.")


def audit_copy(folder: Path, key: Path) -> Audited:
    """Audits what was unpacked, in a process of its own with `folder` as its DATA_DIR. BackupError unless valid."""
    (folder / "log.key").symlink_to(key.absolute())  # no copy: one that is killed here would leave it with the data
    environment = {
        **os.environ,
        "DATA_DIR": str(folder),
        "DATABASE_URL": "",
        "DIFFICULTY_BITS": str(settings.DIFFICULTY_BITS),
        "EMAIL_VERIFICATION": settings.EMAIL_VERIFICATION,
        "LOG_ORIGIN": settings.LOG_ORIGIN,
        "SECRET_KEY": settings.SECRET_KEY,
    }
    command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "verify_chain", "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    try:
        told = orjson.loads(done.stdout)
    except ValueError:
        told = done.stderr.strip().rpartition("\n")[2]
        raise BackupError(f"The copy could not be audited ({told}). Nothing was kept or changed.") from None
    if not told["valid"]:
        codes = ", ".join(sorted({finding["code"] for finding in told["findings"]}))
        raise BackupError(f"The copy is not valid, {told['found']:,} findings ({codes}). Nothing was kept or changed.")
    return Audited(told["sealed"] + told["pending"], told["size"])


@contextmanager
def scratch_folder(beside: Path) -> Iterator[Path]:
    """A passing folder of mode 700 on the same disk as `beside`."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=".backup-", dir=beside))
    except OSError as error:
        raise BackupError(f"Cannot write into {beside} ({error}).") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _pack(folder: Path, packed: Path) -> None:
    """The copied database and signed state, and the files as they are: they are there before a row names them."""
    with packed.open("xb") as file, tarfile.open(fileobj=file, mode="w") as tar:
        for name in (DATABASE, SIGNED_STATE):
            if (folder / name).exists():
                tar.add(folder / name, name)
        media = Path(settings.MEDIA_ROOT)
        for path in sorted(media.rglob("*")):
            if path.is_file() and not path.is_symlink():
                with suppress(FileNotFoundError):  # erased just now, or whole and renamed
                    tar.add(path, f"{MEDIA}/{path.relative_to(media).as_posix()}")
    packed.chmod(0o600)
    sync_file(packed)
