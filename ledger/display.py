"""How the ledger's bytes and numbers are written for people."""

from datetime import UTC, datetime

from django.utils.formats import number_format
from django.utils.functional import lazy

NOTHING = "–"


def short_hex(value: bytes | memoryview) -> str:
    """Both ends of a hash: enough to tell two apart by eye."""
    digits = memoryview(value).hex()
    return digits if len(digits) <= 16 else f"{digits[:8]}…{digits[-4:]}"


def grouped(value: int | None) -> str:
    """ "1,204", or "1.204" for who reads German."""
    return NOTHING if value is None else number_format(value, force_grouping=True)


grouped_lazy = lazy(grouped, str)
"""For what is written once and read in many languages."""


def time_text(time_ms: int) -> str:
    """To the second, UTC. A tampered row must still be readable: what is no time stays a number."""
    try:
        return datetime.fromtimestamp(time_ms // 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError, OSError):
        return f"{time_ms} ms"


def time_stamp(time_ms: int) -> str:
    """ISO 8601 with milliseconds, for machines; empty for what is no time."""
    try:
        time = datetime.fromtimestamp(time_ms // 1000, UTC).replace(microsecond=time_ms % 1000 * 1000)
    except (OverflowError, ValueError, OSError):
        return ""
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
