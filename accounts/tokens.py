"""API tokens: how a program says whose it is, on the socket and on pages.

    Authorization: Bearer <token>

A token is the key of a session that nobody logged in by hand. So it opens what a session opens, stands in its person's
list of them, and ends with what ends sessions; what asks a session for the password once more refuses a token.

Browsers add this header to nothing by themselves, and no script of another site may: a request that bears it needs
neither an Origin of ours nor a CSRF token. A cookie beside it does not count.
"""

from collections.abc import Iterable
from datetime import timedelta
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, JsonResponse
from django.http.cookie import parse_cookie

from accounts.agents import PROGRAM
from accounts.models import User, UserSession
from accounts.sessions import PROGRAM_MARK


def make_token(user: User, life: timedelta) -> str:
    """A new token. It is told here and never again."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[PROGRAM_MARK] = True
    session.set_expiry(int(life.total_seconds()))
    session.create()
    key = session.session_key
    assert key is not None
    UserSession.objects.create(user=user, session_key=key, user_agent=PROGRAM)
    return key


def find_token(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The token among the headers of an ASGI scope; None where there is none."""
    return next((read_token(value.decode("latin-1")) for name, value in headers if name == b"authorization"), None)


def find_session_key(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The key of the session that the headers of an ASGI scope name: the token, else the cookie; "" where none is."""
    headers = list(headers)
    if (token := find_token(headers)) is not None:
        return token
    cookies = parse_cookie("; ".join(value.decode("latin-1") for name, value in headers if name == b"cookie"))
    return str(cookies.get(settings.SESSION_COOKIE_NAME, ""))


def read_token(authorization: str) -> str | None:
    """The token of an Authorization header; None where it bears none."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def take_token(request: HttpRequest) -> bool:
    """Lets the token stand for the session's cookie; whether there is one."""
    token = read_token(request.META.get("HTTP_AUTHORIZATION", ""))
    if token is None:
        return False
    request.COOKIES[settings.SESSION_COOKIE_NAME] = token
    request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
    return True


def refuse_program(*, bears_token: bool) -> JsonResponse:
    """For whoever would be sent to log in: a program that follows takes the form for its answer."""
    detail = "This token is wrong, or has ended." if bears_token else "This is for who is logged in."
    told = {"code": "logged_out", "detail": detail}
    return JsonResponse(told, status=HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})
