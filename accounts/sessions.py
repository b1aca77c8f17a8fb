"""Whom a browser belongs to and since when: a person's sessions, to look through and to end.

A session is Django's row; ours beside it says what its person wants to know. A row is made with the log-in, so ending
all rows of a person ends all their sessions. Sockets look for Django's row every two seconds and close with it.
"""

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.agents import LONGEST, PROGRAM, describe_agent
from accounts.models import User, UserSession
from accounts.upsert import upsert

SEEN_EVERY_S = 60.0
REMEMBERED = 10_000
REMOVED_AT_ONCE = 1000
PROGRAM_MARK = "program"
"""In the session of a program's token: whatever the program calls itself, it is listed as one."""

_seen_s: dict[str, float] = {}
"""When this process last wrote down that a session is in use: a page costs no write, a minute of pages one."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A live session as its person sees it."""

    pk: UUID
    device: str
    address: str | None
    created_at: datetime
    seen_at: datetime
    is_current: bool

    @property
    def name(self) -> str:
        """Device and address; a token that was not used yet has no address."""
        return ", ".join(filter(None, (self.device, self.address)))

    @property
    def is_active(self) -> bool:
        """In use as far as is written down: that may be a minute old, and from before the clock was set back."""
        return self.is_current or abs(timezone.now() - self.seen_at).total_seconds() < 2 * SEEN_EVERY_S


def is_due(session_key: str) -> bool:
    return time.monotonic() - _seen_s.get(session_key, -SEEN_EVERY_S) >= SEEN_EVERY_S


def note_request(request: HttpRequest) -> None:
    """Writes down that the session of a logged-in person is in use, and by what."""
    key = request.session.session_key
    if not isinstance(request.user, User) or not key:
        return
    if len(_seen_s) >= REMEMBERED:
        _seen_s.clear()
    _seen_s[key] = time.monotonic()
    now = {
        "user": request.user,
        "user_agent": _agent(request),
        "address": _address(request),
        "seen_at": timezone.now(),
    }
    upsert(UserSession, {"session_key": key}, now)


def note_sockets(session_keys: Collection[str]) -> None:
    """The same for who has the chat open and asks for no page."""
    UserSession.objects.filter(session_key__in=session_keys).update(seen_at=timezone.now())


def list_sessions(user: User, current_key: str | None, most: int | None = None) -> list[OpenSession]:
    """The live ones, this one first, then the newest; `most`: of so many that were seen last.

    What does not log in yet is left alone: it may be a log-in that is being answered just now.
    """
    newest = UserSession.objects.filter(user=user).order_by("-seen_at")[:most]
    rows = {row.session_key: row for row in newest}
    alive = _alive(user, rows)
    sessions = [_describe(rows[key], key == current_key) for key in alive]
    return sorted(sessions, key=lambda each: (each.is_current, each.seen_at), reverse=True)


def end_session(user: User, pk: UUID) -> bool:
    """Whether there was such a session of theirs."""
    key = UserSession.objects.filter(user=user, pk=pk).values_list("session_key", flat=True).first()
    if key is not None:
        _end([key])
    return key is not None


def end_sessions(user: User, but: str | None = None) -> int:
    """All of theirs but the one with this key; how many."""
    keys = list(UserSession.objects.filter(user=user).exclude(session_key=but).values_list("session_key", flat=True))
    _end(keys)
    return len(keys)


def end_tokens(user: User) -> int:
    """All their API tokens; how many."""
    keys = list(UserSession.objects.filter(user=user, user_agent=PROGRAM).values_list("session_key", flat=True))
    _end(keys)
    return len(keys)


def forget(session_key: str | None) -> None:
    """Its person has logged out."""
    UserSession.objects.filter(session_key=session_key).delete()


def clear_expired() -> None:
    """Removes sessions that have run out, and what we noted of those that are no more. To be done now and then."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    clear_orphans(UserSession, "session_key")


def clear_orphans(model: type[Model], column: str) -> None:
    """Removes the rows whose column names a session that is no more. Read first: MongoDB deletes by no subquery."""
    rows = model._default_manager.all()
    orphans = rows.exclude(**{f"{column}__in": Session.objects.values("pk")}).values_list("pk", flat=True)
    while keys := list(orphans[:REMOVED_AT_ONCE]):
        rows.filter(pk__in=keys).delete()


def _end(keys: Collection[str]) -> None:
    # Django's first: were ours gone and a crash in between, nobody could end the session any more.
    Session.objects.filter(pk__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()


def _alive(user: User, keys: Collection[str]) -> set[str]:
    """Which of them still log in: not ended, not run out, and of the present password."""
    sessions = Session.objects.filter(pk__in=list(keys), expire_date__gt=timezone.now())
    password = user.get_session_auth_hash()
    hashes = {session.pk: SessionStore().decode(session.session_data).get(HASH_SESSION_KEY, "") for session in sessions}
    return {key for key, found in hashes.items() if constant_time_compare(found, password)}


def _describe(row: UserSession, is_current: bool) -> OpenSession:
    return OpenSession(row.pk, describe_agent(row.user_agent), row.address, row.created_at, row.seen_at, is_current)


def _agent(request: HttpRequest) -> str:
    if request.session.get(PROGRAM_MARK):
        return PROGRAM
    agent: str = request.META.get("HTTP_USER_AGENT", "")[:LONGEST]
    return agent


def _address(request: HttpRequest) -> str | None:
    try:
        address: str = get_adapter().get_client_ip(request)
    except PermissionDenied:
        return None  # no address, as behind a Unix socket
    return address
