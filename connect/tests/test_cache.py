"""The cache on a real Redis that comes and goes."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from connect import cache as module
from connect.cache import SharedCache
from connect.tests.people import PASSWORD
from connect.tests.ports import free_port
from connect.tests.stores import redis


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Where a Redis may be; whoever fails to find it asks again at once."""
    monkeypatch.setattr(module, "PAUSE_S", 0.0)
    monkeypatch.setattr(module, "_health", module._Health())
    port = free_port()
    yield port
    opened(port).clear()


def opened(port: int) -> SharedCache:
    """As another process or thread would open it."""
    return SharedCache(f"redis://127.0.0.1:{port}", {})


def test_what_one_stores_the_others_see(port: int) -> None:
    with redis(port):
        assert opened(port).add("count", 3)
        assert not opened(port).add("count", 4)
        assert opened(port).incr("count") == 4
        assert opened(port).touch("count", 100)
        assert opened(port).delete("count")
        assert opened(port).get("count", "nothing") == "nothing"


def test_without_redis_a_process_counts_for_itself_and_says_so_once(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    cache = opened(port)
    with redis(port):
        cache.set("count", 3)
    for _ in range(3):
        assert cache.get("count") is None, "what was counted elsewhere is not known"
    cache.set("count", 1)
    assert opened(port).get("count") == 1
    with redis(port):
        assert cache.get("count") is None
        cache.set("count", 5)
        assert cache.get("count") == 5
    told = [record.message for record in caplog.records if record.name == "connect.cache"]
    assert [line.split(" (")[0] for line in told] == ["The cache fails", "The cache works again."]


def test_after_a_failure_redis_is_left_alone_for_a_while(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE_S", 3600.0)
    cache = opened(port)
    cache.set("count", 1)
    with redis(port):
        assert cache.get("count") == 1


def test_logging_in_and_its_throttle_go_on_without_redis(port: int, bob: User, settings: Settings) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "connect.cache.SharedCache", "LOCATION": f"redis://127.0.0.1:{port}", "OPTIONS": {}}
    }
    good = {"login": "bob", "password": PASSWORD}
    assert Client().post("/login/", good).status_code == 302
    for _ in range(5):
        assert Client().post("/login/", good | {"password": "wrong-password-1"}).status_code == 200
    answer = Client().post("/login/", good)
    assert answer.context["form"].non_field_errors() == ["Too many attempts. Wait a few minutes, then try again."]
    cache.clear()
