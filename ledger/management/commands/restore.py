"""`manage.py restore FILE`: puts a backup back, where that loses nothing and forks nothing."""

import sqlite3
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger.errors import LedgerError
from ledger.management.stopping import tidied_when_ended
from ledger.restoring import restore_backup


class Command(BaseCommand):
    help = (
        "Puts a backup back, with its key from FILE.key or the one that is here. Stop the server first. Refuses a copy "
        "that is not valid, that is behind what the log has signed, or that lacks entries which are here."
    )
    requires_system_checks: list[str] = []  # there may be nothing yet, or nothing that is sound

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            with tidied_when_ended():
                audited = restore_backup(file.absolute())
        except LedgerError as error:
            raise CommandError(str(error)) from error
        except (OSError, sqlite3.Error) as error:
            raise CommandError(
                f"{file} was not put back to the end ({error}). Mend that, then restore again."
            ) from error
        self.stdout.write(f"Restored {audited.entries:,} entries, {audited.size:,} leaves; the audit found them valid.")
