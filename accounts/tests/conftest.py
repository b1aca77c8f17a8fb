"""Bob with capitals in his name, the form of a newcomer, and the means to watch what a log-in costs."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client
from pytest_django import Settings

from accounts import gravatar, pictures
from accounts.addresses import confirm_address
from accounts.models import User
from accounts.profile import profile_changed
from accounts.tests.gravatar_server import GravatarServer
from connect.tests.people import PASSWORD

NEW_PASSWORD = "quiet-harbour-9"


@pytest.fixture(autouse=True)
def _embedded(settings: Settings) -> None:
    settings.GRAVATAR = "off"
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"


@pytest.fixture
def bob(db: None) -> User:
    person = User.objects.create_user("Bob.B", "bob@example.com", PASSWORD)
    confirm_address(person)
    return person


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows by one entry with each Argon2 hash that is computed."""
    done: list[str] = []
    for name in ("encode", "verify"):
        real: Callable[..., object] = getattr(Argon2PasswordHasher, name)

        def counted(*args: object, _real: Callable[..., object] = real, _name: str = name, **kwargs: object) -> object:
            done.append(_name)
            return _real(*args, **kwargs)

        monkeypatch.setattr(Argon2PasswordHasher, name, counted)
    return done


@pytest.fixture
def told() -> Iterator[list[str]]:
    """Who is called otherwise, as those hear it who show names."""
    heard: list[str] = []

    def hear(user: User, **signal: Any) -> None:
        heard.append(user.get_full_name() or user.username)

    profile_changed.connect(hear)
    yield heard
    profile_changed.disconnect(hear)


def is_logged_in(client: Client) -> bool:
    return client.get("/account/password/").status_code == 200


def sign_up_form(username: str = "carol", email: str = "carol@example.com", **changes: str) -> dict[str, str]:
    return {"username": username, "email": email, "password1": PASSWORD, "password2": PASSWORD, **changes}


@pytest.fixture
def gravatar_server(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[GravatarServer]:
    """Connect under GRAVATAR=proxy in front of a Gravatar of our own."""
    settings.GRAVATAR = "proxy"
    play = GravatarServer()
    server = play.start()
    monkeypatch.setattr(gravatar, "SITE", play.url)
    monkeypatch.setattr(pictures, "_paused_until_s", 0.0)
    yield play
    play.go_on.set()
    server.shutdown()
    server.server_close()
