"""Whose pages may open the socket, in front of whatever proxy."""

import pytest
from pytest_django import Settings

from connect.origins import is_own


def asks(origin: str, host: str = "chat.example.org", scheme: str = "ws", **headers: str) -> bool:
    given = {"origin": origin, "host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return is_own(
        {"scheme": scheme, "headers": [(name.encode(), value.encode()) for name, value in given.items() if value]}
    )


@pytest.fixture(autouse=True)
def _hosts(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = [".example.org", "127.0.0.1"]
    settings.CSRF_TRUSTED_ORIGINS = []
    settings.TLS = settings.PROXY_HEADERS = False


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://chat.example.org", "chat.example.org"),
        ("http://Chat.example.org", "chat.Example.org:80"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
    ],
)
def test_the_sites_own_pages_do(origin: str, host: str) -> None:
    assert asks(origin, host)


@pytest.mark.parametrize(
    "origin",
    [
        "http://chat.example.org:8001",
        "https://chat.example.org",
        "http://other.example.org",
        "http://evil.example",
        "http://chat.example.org.evil.example",
        "http://chat.example.org:99999",
        "http://[::1",
        "null",
        "",
    ],
)
def test_pages_of_another_port_scheme_or_name_do_not(origin: str) -> None:
    assert not asks(origin)


def test_a_host_that_is_not_ours_is_nobodys_own(settings: Settings) -> None:
    assert not asks("http://evil.example", "evil.example")
    assert not asks("http://evil.example:99999", "evil.example:99999")


def test_behind_tls_pages_are_https_whatever_the_proxy_speaks_to_us(settings: Settings) -> None:
    assert asks("https://chat.example.org", scheme="wss")
    assert not asks("https://chat.example.org", x_forwarded_proto="https")  # nobody said to believe it
    settings.PROXY_HEADERS = True
    assert asks("https://chat.example.org", x_forwarded_proto="https, http")
    assert not asks("http://chat.example.org", x_forwarded_proto="https")
    settings.PROXY_HEADERS, settings.TLS = False, True
    assert asks("https://chat.example.org")
    assert not asks("http://chat.example.org")


def test_what_forms_trust_is_trusted_here(settings: Settings) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://www.example.org"]
    assert asks("https://www.example.org")
    assert not asks("https://www.example.org:8443")
