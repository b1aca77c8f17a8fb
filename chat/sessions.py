"""Whose connection this is, and whether it still may be.

A socket outlives the request that opened it, so its session is asked about again every two seconds, for all sockets of
a process at once: two queries, however many there are. Sessions live in the database (SESSION_ENGINE's default).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts import sessions as account_sessions
from accounts.models import User
from chat.batches import batches
from chat.models import PushSubscription
from chat.refusals import CloseCode


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a connection was opened with. It is good while session, account and password are what they were."""

    session: str
    user: UUID
    password: str
    """The stored hash: when it changes, a session that survives in the browser has got another key."""


Opened = tuple[User, Ticket]


def open_session(session_key: str | None) -> Opened | None:
    """The user of a session cookie, or None when nobody is logged in by it."""
    return open_sessions([session_key or ""])[session_key or ""]


def open_sessions(keys: Sequence[str]) -> dict[str, Opened | None]:
    """The same for each of many: two queries. What must be true is what `django.contrib.auth.get_user` asks for."""
    rows = Session.objects.filter(pk__in=[key for key in keys if key], expire_date__gt=timezone.now())
    told = {row.pk: SessionStore().decode(row.session_data) for row in rows}
    ids = {key: _user_id(session) for key, session in told.items()}
    users = User.objects.filter(is_active=True).in_bulk([id for id in ids.values() if id])
    opened: dict[str, Opened | None] = dict.fromkeys(keys)
    for key, id in ids.items():
        user = users.get(id) if id else None
        if user is not None and _is_of(user, told[key].get(HASH_SESSION_KEY, "")):
            opened[key] = user, Ticket(key, user.pk, user.password)
    return opened


def _user_id(session: Mapping[str, Any]) -> UUID | None:
    """Whose session it says that it is."""
    is_ours = session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
    return UUID(session[SESSION_KEY]) if is_ours and SESSION_KEY in session else None


def _is_of(user: User, mark: str) -> bool:
    """Whether the session was begun with the password that the user has now, under a secret of ours."""
    good = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return any(constant_time_compare(mark, each) for each in good)


def find_revoked(tickets: Collection[Ticket]) -> dict[Ticket, CloseCode]:
    """The tickets that are good no more, and what to say."""
    sessions = _alive({ticket.session for ticket in tickets})
    users = _accounts({ticket.user for ticket in tickets})
    revoked: dict[Ticket, CloseCode] = {}
    for ticket in tickets:
        password, is_active = users.get(ticket.user, ("", False))
        if not is_active:
            revoked[ticket] = CloseCode.NOT_ALLOWED
        elif ticket.session not in sessions or ticket.password != password:
            revoked[ticket] = CloseCode.NOT_LOGGED_IN
    return revoked


def note_present(keys: Collection[str]) -> None:
    """Whose chat is open is seen, though they ask for no page."""
    for batch in batches(keys):
        account_sessions.note_sockets(batch)


def clear_expired() -> None:
    """Removes sessions that are over, and what was subscribed for as long as they last."""
    account_sessions.clear_expired()
    account_sessions.clear_orphans(PushSubscription, "session")


def _alive(keys: Collection[str]) -> set[str]:
    rows = Session.objects.filter(expire_date__gt=timezone.now())
    return {key for batch in batches(keys) for key in rows.filter(pk__in=batch).values_list("pk", flat=True)}


def _accounts(ids: Collection[UUID]) -> dict[UUID, tuple[str, bool]]:
    rows = User.objects.values_list("pk", "password", "is_active")
    return {pk: (password, active) for batch in batches(ids) for pk, password, active in rows.filter(pk__in=batch)}
