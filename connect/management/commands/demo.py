"""Fills a new server with a team and what it said, for a first look.

    DATA_DIR=var/demo manage.py demo        then: DATA_DIR=var/demo make run

Refused where people have accounts already, but for the owner. The password of all demo accounts is drawn and printed.
"""

import secrets
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from connect.demo.story import OWNER, PEOPLE
from connect.demo.telling import tell


class Command(BaseCommand):
    help = "Fills a new server with a believable team and history."

    def handle(self, *args: Any, **options: Any) -> None:
        for step in ("migrate", "ensure_log", "ensure_world"):
            call_command(step, verbosity=0, stdout=self.stdout)
        if User.objects.filter(is_superuser=False).exists() or User.objects.filter(username__in=PEOPLE).exists():
            raise CommandError("People have accounts here. The demo is for a new server: name another DATA_DIR.")
        password = secrets.token_urlsafe(9)
        for words in tell(password):
            self.stdout.write(words)
        self.stdout.write(f"Log in as {OWNER} (the owner), or as any of {', '.join(PEOPLE)}. Password: {password}")
