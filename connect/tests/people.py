"""The three people of the tests: alice owns the place, bob is a member, charlie is an outsider. A pytest plug-in."""

from functools import cache
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from accounts.addresses import confirm_address
from accounts.models import User

PASSWORD = "correct horse battery staple"


@pytest.fixture
def alice(db: None) -> User:
    """The owner: may do everything."""
    return person("alice", is_staff=True, is_superuser=True)


@pytest.fixture
def bob(db: None) -> User:
    """A member."""
    return person("bob")


@pytest.fixture
def charlie(db: None) -> User:
    """An outsider: has an account, belongs to nothing."""
    return person("charlie")


def person(name: str, *, is_staff: bool = False, is_superuser: bool = False) -> User:
    """A person with a confirmed address and `PASSWORD`."""
    user = User(username=name, email=f"{name}@example.org", is_staff=is_staff, is_superuser=is_superuser)
    user.password = _hashed_password()
    user.save()
    confirm_address(user)
    return user


def as_(user: User, **options: Any) -> Client:
    """A browser in which that person is logged in."""
    client = Client(**options)
    client.force_login(user)
    return client


@cache
def _hashed_password() -> str:
    """Hashed once: Argon2 takes its time on purpose."""
    return make_password(PASSWORD)
