"""`manage.py serve`: prepares everything, then runs web servers and the miner until Ctrl-C or SIGTERM."""

import errno
import os
import socket
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader

from chat.search.indexes import get_index
from connect.statics import collect
from connect.supervisor import Child, Supervisor
from connect.web import listen, web_command
from ledger.errors import BehindSignedState, CorruptLedger


class Command(BaseCommand):
    help = "Sets up what is missing and serves the chat with its miner."

    def handle(self, *args: Any, **options: Any) -> None:
        self._check_processes()
        listener = self._listen()
        self._check_database()
        try:
            if settings.MINER:
                self._prepare()
            else:
                self._check_prepared()
        except OSError as error:
            raise CommandError(f"The site cannot be prepared ({error}).") from error
        self._welcome()
        connections.close_all()
        Supervisor(self._children(listener.fileno()), self._say).run()
        self._say("Stopped.")

    def _check_processes(self) -> None:
        if (settings.WEB > 1 or not settings.MINER) and (connection.vendor == "sqlite" or not settings.REDIS_URL):
            raise CommandError(
                "More than one web process, or one without a miner (WEB, MINER), needs Redis, and PostgreSQL or "
                "MongoDB: set DATABASE_URL=postgres://user:password@host/name and REDIS_URL=redis://host:6379/0."
            )

    def _children(self, fd: int) -> list[Child]:
        """Every web process takes connections from the one socket: while one is started again, the others serve."""
        names = ["The web server"] if settings.WEB == 1 else [f"Web server {n}" for n in range(1, settings.WEB + 1)]
        command = web_command(fd, proxy_headers=settings.PROXY_HEADERS)
        children = [Child(name, command, pass_fds=(fd,)) for name in names]
        if settings.MINER:
            children.append(Child("The miner", _manage("mine_block", "--every", str(settings.MINE_EVERY))))
            if get_index().keeps:
                children.append(Child("The search index", _manage("reindex", "--follow")))
        return children

    def _listen(self) -> socket.socket:
        """The listening socket; held from the first moment, so that a taken port is said before anything is changed."""
        host, port = settings.HOST, settings.PORT
        try:
            return listen(host, port)
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                problem = (
                    f"Cannot listen on {host} port {port} ({os.strerror(error.errno)}). "
                    "Stop what uses it, or choose another with PORT=8001 make run."
                )
            else:
                problem = f"HOST is {host!r}, no address of this machine; write 127.0.0.1, or 0.0.0.0 for all it has."
            raise CommandError(problem) from error

    def _check_database(self) -> None:
        try:
            connection.ensure_connection()
        except DatabaseError as error:
            raise CommandError(f"The database cannot be used ({error}). Check DATABASE_URL.") from error
        # An older version would start, and then fail wherever a column is wanted of which it does not know.
        known = MigrationLoader(connection)
        newer = [each for each in known.applied_migrations if each[0] in known.migrated_apps]
        if newer := sorted(set(newer) - set(known.disk_migrations)):
            names = ", ".join(".".join(each) for each in newer)
            raise CommandError(f"A newer version of Connect has changed this database ({names}). Start that version.")

    def _check_prepared(self) -> None:
        """Only the miner's machine changes the database and holds the key: two never do so at once."""
        try:
            call_command("migrate", check_unapplied=True, verbosity=0)
        except SystemExit:
            raise CommandError("The database is not prepared; start the machine with the miner first.") from None
        self.check(databases=["default"])
        collect()

    def _prepare(self) -> None:
        self.check(tags=["transactions"], databases=["default"])
        self._say("Preparing the database …")
        call_command("migrate", verbosity=0, interactive=False)
        self.check(databases=["default"])
        collect()
        try:
            call_command("ensure_log")
        except CommandError as error:
            if not isinstance(error.__cause__, BehindSignedState | CorruptLedger):
                raise
            self._say(f"{error} What is there is shown.")
        else:
            call_command("ensure_world")

    def _welcome(self) -> None:
        self._say(f"Connect is at {settings.SITE_URL}/  (Ctrl-C stops it)")
        if settings.MINER and not get_user_model()._default_manager.exists():
            self._say("No account yet. This link makes the owner's, once:")
            call_command("owner_link", stdout=self.stdout)
            self.stdout.flush()

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _manage(*arguments: str) -> list[str]:
    """Without the checks, which this command has made: they load every page, 9 MB."""
    return [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), *arguments, "--skip-checks"]
