"""`manage.py reindex`: makes the search index anew; with `--follow` keeps it in step, as `serve` does."""

import logging
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, close_old_connections, connection

from chat.search.indexes import get_index
from chat.search.indexing import catch_up, rebuild

PAUSE_S = 1.0

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Makes the search index anew from the ledger."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--follow", action="store_true", help="take in what is new instead, without end")

    def handle(self, *, follow: bool, **options: Any) -> None:
        if not get_index().keeps:
            self.stdout.write("This database keeps no index; search looks through the newest messages instead.")
        elif not follow:
            self.stdout.write(f"{rebuild():,} entries are in the index.")
        while follow:
            _follow()
            time.sleep(PAUSE_S)


def _follow() -> None:
    """Once. A database that does not answer is asked again after the pause."""
    try:
        catch_up()
    except Error:
        logger.exception("The search index cannot be kept in step; it goes on trying.")
        connection.close()
    close_old_connections()
