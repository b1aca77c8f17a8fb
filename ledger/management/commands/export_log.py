"""`manage.py export_log DIR`: the public log as files, for any web server, mirror or archive."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger.errors import LedgerError
from ledger.log.exporting import export_log
from ledger.management.progress import CountProgress


class Command(BaseCommand):
    help = "Writes the signed log into a folder that any web server can serve, or brings such a folder up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            exported = export_log(folder, CountProgress(self.stderr, "files"))
        except LedgerError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{folder} is not up to date ({error}). Mend that, then export again.") from error
        self.stdout.write(
            f"{folder} holds {exported.size:,} entries of {exported.origin}: {exported.files:,} files, "
            f"{exported.written:,} of them new.\n"
            f"Check it with: python connect_verify.py log {folder} --key <the log's key, from a source that you trust>"
        )
