from django.core.cache.backends.redis import RedisCache

from connect.sentinel import layer_host, parse_sentinel
from connect.sentinel_pool import SentinelPool
from connect.tests.stores import sentinel


def test_an_address_names_sentinels_master_and_what_the_master_wants() -> None:
    watched = parse_sentinel("sentinel://me:p%40ss@one,[::1]:26380/chat/3")
    assert watched.sentinels == [("one", 26379), ("::1", 26380)]
    assert (watched.master, watched.login) == ("chat", {"username": "me", "password": "p@ss", "db": 3})
    assert parse_sentinel("sentinel://:secret@one/chat").login == {"password": "secret", "db": 0}


def test_the_channel_layer_gets_sentinels_or_an_address() -> None:
    assert layer_host("redis://one/0", {"socket_timeout": 1}) == {"address": "redis://one/0", "socket_timeout": 1}
    assert layer_host("sentinel://one/chat", {"socket_timeout": 1}) == {
        "master_name": "chat",
        "sentinels": [("one", 26379)],
        "sentinel_kwargs": {"socket_timeout": 1},
        "socket_timeout": 1,
        "db": 0,
    }


def test_the_cache_finds_the_master_by_a_sentinel() -> None:
    with sentinel() as watched:
        options = {"pool_class": SentinelPool, "socket_connect_timeout": 1, "socket_timeout": 1}
        cache = RedisCache(watched.url, {"OPTIONS": options})
        cache.set("count", 5)
        assert cache.get("count") == 5
