"""Connections of Django's cache to the master that the Sentinels name."""

from typing import Any

from redis.sentinel import Sentinel, SentinelConnectionPool

from connect.sentinel import parse_sentinel


class SentinelPool(SentinelConnectionPool):
    """What Django's cache asks of a pool."""

    @classmethod
    def from_url(cls, url: str, **options: Any) -> "SentinelPool":
        watched = parse_sentinel(url)
        timeouts = {key: value for key, value in options.items() if key.endswith("timeout")}
        sentinel = Sentinel(watched.sentinels, sentinel_kwargs=timeouts)  # type: ignore[no-untyped-call]
        return cls(watched.master, sentinel, **watched.login, **options)
