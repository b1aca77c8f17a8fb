"""REDIS_URL as the Sentinels that know where the master is: sentinel://[user:password@]host:port,host:port/master[/db].

Channel layer and cache ask them anew for each connection, so that after a failover both find the new master.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

PORT = 26379


@dataclass(frozen=True, slots=True)
class Watched:
    sentinels: list[tuple[str, int]]
    master: str
    login: dict[str, Any]
    """What the master wants: user, password, number of the database."""


def is_sentinel(url: str) -> bool:
    return url.startswith("sentinel://")


def parse_sentinel(url: str) -> Watched:
    """ValueError when it cannot be read."""
    parts = urlsplit(url)
    person, _, hosts = parts.netloc.rpartition("@")
    username, _, password = map(unquote, person.partition(":"))
    master, _, number = parts.path.strip("/").partition("/")
    sentinels = [urlsplit(f"//{host}") for host in hosts.split(",")]
    if not master or not all(each.hostname for each in sentinels):
        raise ValueError(url)
    login = {"username": username or None, "password": password or None, "db": int(number or 0)}
    return Watched(
        [(each.hostname or "", each.port or PORT) for each in sentinels],
        master,
        {key: value for key, value in login.items() if value is not None},
    )


def layer_host(url: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """One of `hosts` of channels_redis."""
    if not is_sentinel(url):
        return {"address": url, **options}
    watched = parse_sentinel(url)
    names = {"master_name": watched.master, "sentinels": watched.sentinels, "sentinel_kwargs": dict(options)}
    return {**names, **watched.login, **options}
