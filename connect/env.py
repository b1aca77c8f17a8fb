"""Readers of the environment that fail loudly.

Every setting an operator can change is read here and nowhere else. Each has a default that runs embedded. A value that
cannot be understood stops the start with one sentence that names the variable.
"""

import hashlib
import os
import secrets
import warnings
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from connect.sentinel import layer_host
from ledger.files import create_durably, make_folder

env = environ.Env()

DATABASE_ENGINES = {"django.db.backends.sqlite3", "django.db.backends.postgresql"}


def text(name: str, default: str = "") -> str:
    return env.str(name, default=default).strip() or default


def flag(name: str, default: bool) -> bool:
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; write on or off.")


def integer(name: str, default: int, low: int, high: int) -> int:
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise ImproperlyConfigured(f"{name} is {value!r}; write a whole number from {low} to {high}.")
    return int(value)


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = text(name, default).lower()
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is {value!r}; write one of {', '.join(allowed)}.")
    return value


def names(name: str, default: list[str]) -> list[str]:
    return [part.strip() for part in text(name).split(",") if part.strip()] or default


def folder(name: str, default: Path) -> Path:
    """The folder, made where it is missing, for its owner alone, before anything in it is acknowledged."""
    path = Path(text(name, str(default))).expanduser().resolve()
    try:
        make_folder(path)
    except OSError as error:
        raise ImproperlyConfigured(f"{name} is {path}, where no folder can be made: {error.strerror}.") from error
    return path


def secret_key(data_dir: Path) -> str:
    """SECRET_KEY, or the one kept in `data_dir/secret_key` (made on first use, mode 600)."""
    given = text("SECRET_KEY")
    if given:
        return given
    path = data_dir / "secret_key"
    try:
        if not path.exists():
            # Of two processes that start together one writes, the other reads what the first wrote.
            with suppress(FileExistsError):
                create_durably(path, secrets.token_urlsafe(64).encode())
        key = path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"DATA_DIR is {data_dir}, where {path.name} fails: {error.strerror}.") from error
    if not key:
        raise ImproperlyConfigured(f"{path} is empty. Remove it, and another key is made: people log in again.")
    return key


def database(name: str, embedded: Path) -> dict[str, Any]:
    """DATABASE_URL as Django's dict; a SQLite file at `embedded` when it is empty."""
    url = text(name, f"sqlite:///{embedded}")
    if url.startswith(("mongodb://", "mongodb+srv://")):
        return _mongodb(name, url)
    sentence = (
        f"{name} cannot be used; write sqlite:///path, postgres://user:password@host/name "
        "or mongodb://user:password@host/name?replicaSet=set."
    )
    try:
        with warnings.catch_warnings(action="ignore"):  # our sentence says it
            config: dict[str, Any] = environ.Env.db_url_config(url)
    except (ValueError, KeyError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(sentence) from error
    if config.get("ENGINE") not in DATABASE_ENGINES or not config.get("NAME"):
        raise ImproperlyConfigured(sentence)
    if config["ENGINE"] == "django.db.backends.sqlite3":
        try:
            _make_private(config["NAME"])
        except OSError as error:
            where = name if text(name) else "DATA_DIR"
            raise ImproperlyConfigured(
                f"{where} puts the database into {config['NAME']}, which cannot be opened: {error.strerror}."
            ) from error
        # FULL: an acknowledged message survives power loss. IMMEDIATE: two writers queue instead of failing midway.
        # secure_delete: what is erased is overwritten in the file, not only forgotten.
        # wal_autocheckpoint: 32 MB; long before, ledger/recording/wal.py does it beside the commits.
        # cache_size: 4 MB; a batch of the recorder changes more pages than the 2 MB that are usual.
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
                "PRAGMA wal_autocheckpoint=8000; PRAGMA cache_size=-4000;"
            ),
        }
    elif config["ENGINE"] == "django.db.backends.postgresql":
        config["OPTIONS"] = {**config.get("OPTIONS", {}), "pool": {"min_size": 1, "max_size": 10}}
        # After a restart of the server the pool holds dead connections: each is asked before it is handed out.
        config["CONN_HEALTH_CHECKS"] = True
    return config


def _mongodb(name: str, url: str) -> dict[str, Any]:
    if find_spec("django_mongodb_backend") is None:
        raise ImproperlyConfigured(
            f"{name} names MongoDB, whose packages are not installed; "
            "run: .venv/bin/pip install -r requirements-mongo.txt -c constraints.txt"
        )
    from pymongo.errors import PyMongoError
    from pymongo.uri_parser import parse_uri

    try:
        database = unquote(urlsplit(url).path.removeprefix("/"))
        if url.startswith("mongodb://"):  # the other form is looked up in DNS
            parse_uri(url)
    except (ValueError, PyMongoError) as error:
        raise ImproperlyConfigured(f"{name} cannot be used: {error}") from error
    if not database or set(database) & set('/\\. "$'):
        raise ImproperlyConfigured(f"{name} names no database; write mongodb://user:password@host/name?replicaSet=set.")
    # What is acknowledged is in the journal of most members, and what is read is no part of it that may be rolled back.
    options = {"w": "majority", "journal": True, "readConcernLevel": "majority", "serverSelectionTimeoutMS": 5000}
    return {"ENGINE": "connect.mongo", "HOST": url, "NAME": database, "OPTIONS": options}


def _make_private(path: str) -> None:
    """Makes the file for its owner alone, before SQLite makes it for all; what SQLite puts beside it takes its mode."""
    if path != ":memory:":
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def files(name: str) -> dict[str, Any] | None:
    """FILES_URL as Django's storage; None when it is empty."""
    given = text(name)
    if not given:
        return None
    try:
        url = urlsplit(given)
        query = dict(parse_qsl(url.query, strict_parsing=bool(url.query)))
        bucket, tls, region = url.path.strip("/"), query.pop("tls", "on"), query.pop("region", None)
        port = url.port
        if url.scheme != "s3" or not (url.hostname and url.username and url.password and bucket) or query:
            raise ValueError
        if tls not in ("on", "off") or "/" in bucket:
            raise ValueError
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} cannot be used; write s3://key:secret@host/bucket, with ?region=name or ?tls=off where needed."
        ) from None
    if find_spec("storages") is None:
        raise ImproperlyConfigured(
            f"{name} needs django-storages; run: .venv/bin/pip install -r requirements-s3.txt -c constraints.txt"
        )
    host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    from botocore.config import Config  # only where it is used, only there it is installed

    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "access_key": unquote(url.username),
            "secret_key": unquote(url.password),
            "bucket_name": bucket,
            "endpoint_url": f"http{'s' if tls == 'on' else ''}://{host}{f':{port}' if port else ''}",
            "region_name": region,
            "client_config": Config(
                s3={"addressing_style": "path"},
                signature_version="s3v4",
                request_checksum_calculation="when_required",  # not every compatible storage knows the newer ones
                response_checksum_validation="when_required",
                connect_timeout=5,  # somebody waits for the answer
                read_timeout=30,
                retries={"total_max_attempts": 2},
            ),
            "default_acl": None,
            "file_overwrite": True,
        },
    }


def redis_host(url: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """REDIS_URL as one host of the channel layer."""
    try:
        return layer_host(url, options)
    except ValueError as error:
        raise ImproperlyConfigured(
            "REDIS_URL cannot be read; write sentinel://host:26379,host:26379/name of the master."
        ) from error


def redis_prefix(secret: str) -> str:
    """Before every name in Redis: another site may be there, and channels are the same under each database's number."""
    return f"connect-{hashlib.sha256(f'redis {secret}'.encode()).hexdigest()[:16]}"


def email(url: str) -> dict[str, Any]:
    """EMAIL_URL as Django's EMAIL_ settings."""
    try:
        found = dict(environ.Env.email_url_config(url))
        if url.lower().startswith("smtp") and not found.get("EMAIL_HOST"):
            raise ValueError
    except (ValueError, KeyError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured("EMAIL_URL cannot be read; write smtp+tls://user:password@host:587.") from error
    return found


def site_url(tls: bool, hosts: list[str], host: str, port: int) -> str:
    """Where people reach the site: behind TLS the first name that is no pattern, otherwise where the server listens."""
    named = [name for name in hosts if not name.startswith((".", "*"))]
    if tls and named:
        return f"https://{named[0]}"  # a proxy in front ends TLS: people reach that, not our port
    shown = "localhost" if host in {"0.0.0.0", "::"} else host  # noqa: S104
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"
