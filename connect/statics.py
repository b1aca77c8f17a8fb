"""Styles, scripts and icons: under an address that changes with them, so that a browser never asks for them again.

`/static/<version>/chat/js/main.js`: the version stands for all files together, as modules import each other by relative
path. Under another version, of a page that was opened before an upgrade, or none, the same file is kept for a minute.
"""

import fcntl
import hashlib
import os
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise import WhiteNoise
from whitenoise.responders import Response

Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]
_VERSIONED = re.compile(r"(/static/)([0-9a-f]{16})/(.+)")
_FOR_EVER = b"public, max-age=31536000, immutable"
_NO_STATICS = ["CVS", ".*", "*~"]  # as collectstatic has it


class VersionedStorage(StaticFilesStorage):
    """Names the address. Who works on Connect has the files as they are, through `runserver`."""

    def url(self, name: str) -> str:  # type: ignore[override]
        return super().url(name if settings.DEBUG else f"{version()}/{name}")


class Statics:
    """Answers for `/static/` before Django, whose middleware costs more than the file: a first visit asks for 140."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._files = WhiteNoise(
            None, str(settings.STATIC_ROOT), settings.STATIC_URL, add_headers_function=_take_the_type_as_told
        ).files

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        path, is_newest = scope["path"], False
        if versioned := _VERSIONED.fullmatch(path):
            path, is_newest = versioned[1] + versioned[3], versioned[2] == version()
        file = self._files.get(path)
        if file is None:
            await self._application(scope, receive, send)
        else:
            await _send(file.get_response(scope["method"], _environ(scope)), is_newest, send)


@cache
def version() -> str:
    """Sixteen hex digits of what the files hold: the same on each machine that has the same files.

    As they were collected, for so they are served: a file that was collected late is never kept for the newest.
    """
    digest = hashlib.sha256()
    for name, storage in _find():
        collected = Path(settings.STATIC_ROOT, name)
        with collected.open("rb") if collected.exists() else storage.open(name) as file:
            digest.update(f"{name}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return digest.hexdigest()[:16]


def collect() -> None:
    """Brings STATIC_ROOT up to what there is. What is the same there stays: another server may be serving it.

    By what they hold: by their times alone, one that was cut off, or that an upgrade brought with an older time than
    this folder's, would stay as it is here.
    """
    root = Path(settings.STATIC_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    with _alone(root):
        found = {root / name: (name, storage) for name, storage in reversed(list(_find()))}  # the first finder's counts
        _sweep(root, found)
        for path, (name, storage) in found.items():
            with storage.open(name) as file:
                _bring(path, file.read())


def _find() -> Iterator[tuple[str, Any]]:
    """Names, with the storage that holds the file, in an order that is the same everywhere."""
    for finder in get_finders():
        yield from sorted(finder.list(_NO_STATICS), key=lambda found: found[0])


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Of two servers that start together one waits."""
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _sweep(root: Path, found: Mapping[Path, Any]) -> None:
    """Removes what is there no more, and what was being written when it was cut off."""
    for path in sorted(root.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            with suppress(OSError):
                path.rmdir()  # where it is empty
        elif path not in found:
            path.unlink()


def _bring(path: Path, content: bytes) -> None:
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}")
    scratch.write_bytes(content)
    scratch.replace(path)


def _take_the_type_as_told(headers: Headers, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"


def _environ(scope: Mapping[str, Any]) -> dict[str, str]:
    """The request's headers as whitenoise reads them, in WSGI's names."""
    return {
        f"HTTP_{name.decode().upper().replace('-', '_')}": value.decode("latin-1") for name, value in scope["headers"]
    }


async def _send(response: Response, is_newest: bool, send: Any) -> None:
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in response.headers]
    if is_newest:
        headers = [(name, _FOR_EVER if name == b"cache-control" else value) for name, value in headers]
    body = b""
    if response.file is not None:
        with response.file:
            body = response.file.read()
    await send({"type": "http.response.start", "status": int(response.status), "headers": headers})
    await send({"type": "http.response.body", "body": body})
