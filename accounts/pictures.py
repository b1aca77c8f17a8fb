"""Gravatar's pictures on disk: `DATA_DIR/avatars/<hash of the address>`; an empty file says that there is none.

A file's modification time is when it should be asked for again. A picture past that time is still shown when Gravatar
cannot be reached. Callers never wait twice: requests for one picture share one fetch, and after a failure nobody asks
for a minute.
"""

import asyncio
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from accounts import gravatar

PICTURE_LIFE_S = 24 * 3600
ABSENT_LIFE_S = 6 * 3600
PAUSE_S = 60


@dataclass(frozen=True, slots=True)
class Kept:
    data: bytes
    """Empty: there is no picture."""
    fresh: bool


_fetches: dict[tuple[asyncio.AbstractEventLoop, str], asyncio.Task[Kept | None]] = {}
_paused_until_s = 0.0


async def gravatar_picture(email: str) -> Kept | None:
    """What Gravatar shows for `email`, as far as is known; None when nothing is, because it cannot be reached."""
    digest = gravatar.address_hash(email)
    kept = await asyncio.to_thread(_read, digest)
    if (kept and kept.fresh) or time.monotonic() < _paused_until_s:
        return kept
    key = (asyncio.get_running_loop(), digest)
    if key not in _fetches:
        _fetches[key] = asyncio.create_task(_refresh(digest))
        _fetches[key].add_done_callback(lambda _: _fetches.pop(key))
    # Shielded: a browser that goes away must not take the picture from the others that wait for it.
    return await asyncio.shield(_fetches[key]) or kept


async def _refresh(digest: str) -> Kept | None:
    global _paused_until_s
    try:
        data = await gravatar.fetch_picture(digest) or b""
    except gravatar.Unreachable:
        _paused_until_s = time.monotonic() + PAUSE_S
        return None
    await asyncio.to_thread(_write, digest, data)
    return Kept(data, fresh=True)


def _read(digest: str) -> Kept | None:
    path = _folder() / digest
    try:
        return Kept(path.read_bytes(), fresh=time.time() < path.stat().st_mtime)
    except FileNotFoundError:
        return None


def _write(digest: str, data: bytes) -> None:
    folder = _folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    ends_s = time.time() + (PICTURE_LIFE_S if data else ABSENT_LIFE_S)
    fresh = folder / f".{digest}.{secrets.token_hex(4)}"
    fresh.write_bytes(data)
    os.utime(fresh, (ends_s, ends_s))
    fresh.replace(folder / digest)  # a reader sees the old picture or the new one, never half of it


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "avatars"
