"""System checks of what an operator can set: each says what is wrong and what to write instead."""

import re
from collections.abc import Sequence
from email.utils import getaddresses
from fnmatch import fnmatchcase
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import Error as DatabaseError
from django.db import connections

from chat.files.types import TYPES

_HOST = re.compile(r"\*|\.?[\w.-]+|\[[0-9A-Fa-f:.]+\]")
_ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")


@register(Tags.database, "transactions")
def transactions(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None, **kwargs: Any
) -> list[CheckMessage]:
    """MongoDB has them in a replica set alone; without them a message could be half stored."""
    connection: Any = connections["default"]
    if "default" not in (databases or ()) or connection.vendor != "mongodb":
        return []
    try:
        if connection.features._supports_transactions:
            return []
    except DatabaseError as error:
        return [Error(f"MongoDB does not answer. {error}", hint="Check DATABASE_URL.", id="connect.E004")]
    return [
        Error(
            "This MongoDB server has no transactions: it belongs to no replica set.",
            hint="Start mongod with --replSet, and run rs.initiate() once; a set of one server is enough.",
            id="connect.E005",
        )
    ]


@register()
def environment(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    return [*_mail(), *_sender(), *_origin(), *_redis(), *_hosts(), *_push_services(), *_file_types(), *_tls()]


def _mail() -> list[CheckMessage]:
    if settings.EMAIL_VERIFICATION != "mandatory" or settings.EMAIL_URL != "consolemail://":
        return []
    return [
        Error(
            "EMAIL_VERIFICATION is mandatory, but no EMAIL_URL says how to send mail: nobody could finish signing up.",
            hint="Set EMAIL_URL (smtp+tls://user:password@host:587) or EMAIL_VERIFICATION=none.",
            id="connect.E001",
        )
    ]


def _sender() -> list[CheckMessage]:
    addresses = [address for _, address in getaddresses([settings.DEFAULT_FROM_EMAIL])]
    if len(addresses) == 1 and _ADDRESS.fullmatch(addresses[0]):
        return []
    return [
        Error(
            f"DEFAULT_FROM_EMAIL is {settings.DEFAULT_FROM_EMAIL!r}, from which no mail can be sent.",
            hint="Write one address, with a name or without: Connect <connect@chat.example.org>.",
            id="connect.E007",
        )
    ]


def _origin() -> list[CheckMessage]:
    origin = settings.LOG_ORIGIN
    if origin.isascii() and origin.isprintable() and len(origin) <= 255 and not set(origin) & {" ", "+"}:
        return []
    return [
        Error(
            "LOG_ORIGIN must be printable ASCII without spaces and plus signs, at most 255 characters.",
            hint="Write a name that you own, without a scheme: chat.example.org/ledger.",
            id="connect.E002",
        )
    ]


def _redis() -> list[CheckMessage]:
    if not settings.REDIS_URL or settings.REDIS_URL.startswith("sentinel://"):  # connect/env.py has read that
        return []
    from redis.connection import parse_url  # loaded only where there is one

    try:
        parse_url(settings.REDIS_URL)  # type: ignore[no-untyped-call]
        return []
    except ValueError:
        return [Error("REDIS_URL cannot be read.", hint="Write redis://host:6379/0.", id="connect.E003")]


def _hosts() -> list[CheckMessage]:
    return _refuse(
        "ALLOWED_HOSTS holds what is no name of a host",
        [name for name in settings.ALLOWED_HOSTS if not _HOST.fullmatch(name)],
        "Write names alone, without scheme and port: chat.example.org,localhost,[::1].",
        "connect.E006",
    )


def _push_services() -> list[CheckMessage]:
    return _refuse(
        "PUSH_SERVICES holds what is no origin",
        [origin for origin in settings.PUSH_SERVICES if not _ORIGIN.fullmatch(origin)],
        "Write scheme and host alone, in small letters: https://push.example.org,https://push.example.net:8443.",
        "connect.E008",
    )


def _file_types() -> list[CheckMessage]:
    return _refuse(
        "FILE_TYPES holds what no file is ever found to be",
        [pattern for pattern in settings.FILE_TYPES if not any(fnmatchcase(kind, pattern) for kind in TYPES)],
        f"Write some of {', '.join(sorted(TYPES))}; image/* is all that begin so, * is every one.",
        "connect.E009",
    )


def _refuse(said: str, wrong: Sequence[str], hint: str, id: str) -> list[CheckMessage]:
    """An error where some of a setting's values are wrong."""
    return [Error(f"{said}: {', '.join(wrong)}.", hint=hint, id=id)] if wrong else []


def _tls() -> list[CheckMessage]:
    if not settings.TLS or settings.PROXY_HEADERS:
        return []
    return [
        Warning(
            "TLS is on and PROXY_HEADERS off: nothing tells a request that came by https from one that did not, and "
            "behind a proxy every page redirects to itself.",
            hint="Let the proxy that ends TLS set X-Forwarded-Proto and X-Forwarded-For, and set PROXY_HEADERS=on.",
            id="connect.W001",
        )
    ]
