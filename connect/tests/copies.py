"""Copies of a database file, made and put back while others have it open."""

import sqlite3
from contextlib import closing
from pathlib import Path


def copy_database(source: Path, target: Path) -> None:
    """As one transaction of the target, as `.restore` of the sqlite3 tool does it."""
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)
