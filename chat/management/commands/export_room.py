"""`manage.py export_room SLUG --as USERNAME OUTDIR`: a room with all versions, receipts and a page to read.

The room is told so by an entry of the system.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from chat.exports.exporting import export_room
from chat.models import Room
from ledger.errors import LedgerError
from ledger.management.progress import CountProgress
from ledger.management.stopping import tidied_when_ended


class Command(BaseCommand):
    help = "Writes a room, as this person may read it, into a new folder, and notes that in the room."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the room, as its address names it")
        parser.add_argument("folder", type=Path, metavar="OUTDIR", help="a folder that does not exist yet")
        parser.add_argument("--as", dest="username", required=True, metavar="USERNAME", help="who exports it")

    def handle(self, *args: Any, slug: str, folder: Path, username: str, **options: Any) -> None:
        user = User.objects.with_login(username)
        room = Room.objects.visible_to(user).filter(slug=slug).first() if user else None
        if user is None or room is None:
            raise CommandError(f"There is no room {slug} that {username} may read.")
        try:
            with tidied_when_ended():
                exported = export_room(room, user, folder, CountProgress(self.stderr, "entries"))
        except LedgerError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{folder} was not written ({error}). Mend that, then export again.") from error
        self.stdout.write(
            f"{folder} holds {exported.entries:,} entries of {room.name}, {exported.sealed:,} of them with a receipt.\n"
            f"Check it with: python connect_verify.py room {folder / room.slug}.jsonl "
            "--key <the log's key, from a source that you trust>"
        )
