"""Which pages may open the socket: this site's own, as Django's CSRF check has it for forms; and programs with a token.

Cookies know no ports, and subdomains may share them: a page of another port or name of this host comes with our
visitor's cookie, too.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from accounts.tokens import find_token

Scope = Mapping[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]
PORTS = {"http": 80, "https": 443}


class OwnPages:
    """Closes the sockets of all others before they are open."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        # No page can send a token, and beside one no cookie of a visitor counts.
        if find_token(scope["headers"]) is not None or is_own(scope):
            await self._application(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close"})


def is_own(scope: Scope) -> bool:
    headers = {name: value.decode("latin-1").lower() for name, value in scope["headers"]}
    origin, host = headers.get(b"origin", ""), headers.get(b"host", "")
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    site = _parts(f"{'https' if _is_secure(scope, headers) else 'http'}://{host}")
    is_ours = validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)
    return is_ours and site is not None and _parts(origin) == site


def _is_secure(scope: Scope, headers: Mapping[bytes, str]) -> bool:
    forwarded = headers.get(b"x-forwarded-proto", "") if settings.PROXY_HEADERS else ""
    return settings.TLS or scope.get("scheme") == "wss" or forwarded.split(",")[0].strip() == "https"


def _parts(origin: str) -> tuple[str, str, int | None] | None:
    try:
        url = urlsplit(origin)
        return (url.scheme, url.hostname, url.port or PORTS.get(url.scheme)) if url.hostname else None
    except ValueError:
        return None
