"""The cache of several processes: Redis while it answers, each process's own memory while it does not.

Log-ins are throttled by counts in the cache. Without Redis they go on, and each process counts for itself: an attacker
gets the limit once for every process, never none at all, and nobody is shut out.
"""

import logging
from collections.abc import Callable
from time import monotonic
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

PAUSE_S = 2.0
"""After a failure Redis is left alone for so long: a page that asks ten times waits once."""

OWN_ENTRIES = 100_000


class SharedCache(BaseCache):
    """Every other operation of a cache is made of these six."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._redis = RedisCache(location, params)
        self._own = LocMemCache("own", {"MAX_ENTRIES": OWN_ENTRIES})  # one for all objects of this name

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._ask(lambda cache: cache.add(key, value, timeout, version)))

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._ask(lambda cache: cache.get(key, default, version))

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._ask(lambda cache: cache.set(key, value, timeout, version))

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._ask(lambda cache: cache.touch(key, timeout, version)))

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(self._ask(lambda cache: cache.delete(key, version)))

    def clear(self) -> None:
        self._ask(lambda cache: cache.clear())

    def _ask(self, do: Callable[[BaseCache], Any]) -> Any:
        if not _health.is_resting():
            try:
                answer = do(self._redis)
            except (RedisError, OSError) as error:
                _health.note(error)
            else:
                _health.note(None)
                return answer
        return do(self._own)


class _Health:
    """Whether Redis answered lately: one for the process, for Django makes a cache object for each thread."""

    def __init__(self) -> None:
        self._failed_s: float | None = None

    def is_resting(self) -> bool:
        return self._failed_s is not None and monotonic() - self._failed_s < PAUSE_S

    def note(self, error: Exception | None) -> None:
        was_well, self._failed_s = self._failed_s is None, None if error is None else monotonic()
        if error is not None and was_well:
            logger.warning("The cache fails (%s): each process throttles for itself.", error)
        elif error is None and not was_well:
            logger.warning("The cache works again.")


_health = _Health()
