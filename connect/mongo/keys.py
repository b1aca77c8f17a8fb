"""Keys for tables that are not ours and number their rows."""

import secrets
import time
from threading import Lock

_lock = Lock()
_last = 0


def next_key() -> int:
    """Greater than every key that this process gave before, ordered by time among processes, 63 bits.

    Two processes that choose in one millisecond hardly ever choose the same; where they do, the second insert fails.
    """
    global _last
    with _lock:
        _last = max(_last + 1, (time.time_ns() // 1_000_000 << 22) + secrets.randbits(22))
        return _last
