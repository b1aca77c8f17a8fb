"""`python -m connect.tests.seed alice bob …`: prepares a new database and prints {name: session key}."""

import json
import os
import sys
from collections.abc import Sequence
from typing import Any


def seed(names: Sequence[str]) -> dict[str, str]:
    # The models load only once Django is set up.
    from django.core.management import call_command

    from accounts.models import User

    for command in ("migrate", "ensure_log", "ensure_world"):
        call_command(command, verbosity=0, stdout=sys.stderr)
    call_command("collectstatic", interactive=False, link=True, verbosity=0)
    people = User.objects.bulk_create(User(username=n, email=f"{n}@example.org", password="!") for n in names)
    return {person.username: open_session(person) for person in people}


def open_session(person: Any) -> str:
    """Logs the person in; returns the value of their cookie."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return session.session_key or ""


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connect.settings")
    django.setup()
    json.dump(seed(sys.argv[1:]), sys.stdout)
