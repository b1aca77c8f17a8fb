"""Pictures: verified by decoding them whole, in a process of their own (thumbnail.py) with bounded time and memory.

None for whatever cannot be decoded so: it stays a file to download.
"""

import json
import logging
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import IO, Any

from django.core.files.base import File

from chat.files.types import PICTURES

TIMEOUT_S = 15
WAIT_S = 30
AT_ONCE = 2

logger = logging.getLogger(__name__)
_places = BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Picture:
    type: str
    width: int
    height: int
    thumbnail: bytes
    """WebP."""


class TooManyPictures(Exception):
    """Two are being decoded, and that takes longer than anybody should wait."""


def read_picture(content: "IO[bytes] | File[Any]") -> Picture | None:
    """Blocks: not for the event loop. Read only once it has a place: of many that come at once, two are in memory."""
    if not _places.acquire(timeout=WAIT_S):
        logger.warning("Too many pictures at once; one is not taken.")
        raise TooManyPictures
    try:
        # -I: nothing of the environment reaches it, and the modules beside it do not stand in for Python's own.
        done = subprocess.run(  # noqa: S603  (our own command line)
            [sys.executable, "-I", str(Path(__file__).with_name("thumbnail.py"))],
            input=content.read(),
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired:
        return None
    finally:
        _places.release()
    return None if done.returncode else _parse(done.stdout)


def _parse(output: bytes) -> Picture | None:
    """The answer is read as if the decoder had been taken over."""
    head, _, thumbnail = output.partition(b"\n")
    try:
        told = json.loads(head)
        picture = Picture(str(told["type"]), int(told["width"]), int(told["height"]), thumbnail)
    except (ValueError, KeyError, TypeError):
        return None
    is_sound = picture.type in PICTURES and picture.width > 0 and picture.height > 0
    return picture if is_sound and thumbnail[:4] == b"RIFF" and thumbnail[8:12] == b"WEBP" else None
