"""`manage.py backup FILE`: a copy of everything, made while the server runs and audited before it is called good."""

import sqlite3
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger.backups import key_path, make_backup
from ledger.errors import LedgerError
from ledger.management.stopping import tidied_when_ended


class Command(BaseCommand):
    help = (
        "Copies database, signed state and files into FILE and the log's key into FILE.key, while the server runs; "
        "audits the copy. SECRET_KEY is not copied: without it people only have to log in again. SQLite only."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            with tidied_when_ended():
                audited = make_backup(file.absolute())
        except LedgerError as error:
            raise CommandError(str(error)) from error
        except (OSError, sqlite3.Error) as error:
            raise CommandError(f"{file} was not made to the end ({error}).") from error
        self.stdout.write(
            f"{file} holds {audited.entries:,} entries, {audited.size:,} leaves, and is valid.\n"
            f"{key_path(file)} holds the log's key: keep it elsewhere, where nobody reads it."
        )
