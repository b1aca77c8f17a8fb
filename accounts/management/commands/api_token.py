"""`manage.py api_token NAME`: prints a token with which a program is this person; `--end` ends all of theirs."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.addresses import is_settled
from accounts.models import User
from accounts.sessions import end_tokens
from accounts.tokens import make_token


class Command(BaseCommand):
    help = "Prints a new API token of a person, or ends all of theirs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="username or e-mail address")
        parser.add_argument("--days", type=int, default=365, help="how long the token lives (365)")
        parser.add_argument("--end", action="store_true", help="end all API tokens of this person instead")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.with_login(options["name"])
        if user is None or not user.is_active or not is_settled(user):
            raise CommandError(f"{options['name']} is nobody who can log in.")
        if options["end"]:
            self.stdout.write(f"Ended: {end_tokens(user)}.")
        elif not 1 <= options["days"] <= 3650:
            raise CommandError("A token lives from 1 to 3650 days.")
        else:
            self.stdout.write(make_token(user, timedelta(days=options["days"])))
