"""Who asks the ledger's pages: a visitor, a member of one room, the owner; and a backup to put back."""

import io
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from connect.tests.people import as_
from ledger import validity
from ledger.tests.builders import ROOM, small_chain


def rooms_of_bob(user: Any, rooms: set[UUID]) -> set[UUID]:
    """Bob is in the first room, nobody else in any."""
    return {ROOM} & rooms if getattr(user, "username", "") == "bob" else set()


@pytest.fixture
def visitor(settings: Settings) -> Client:
    """Nobody in particular."""
    settings.LEDGER_READABLE_ROOMS = f"{__name__}.rooms_of_bob"
    validity.forget_validity()
    return Client()


@pytest.fixture
def member(visitor: Client, bob: User) -> Client:
    """Bob, who may read the first room."""
    return as_(bob)


@pytest.fixture
def owner(visitor: Client, alice: User) -> Client:
    """Alice, who is staff and in no room."""
    return as_(alice)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A backup of a small chain with a picture."""
    small_chain()
    picture = Path(settings.MEDIA_ROOT) / "avatars" / "a.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"a picture")
    (folder := tmp_path / "backups").mkdir()
    call_command("backup", str(folder / "one"), stdout=io.StringIO())
    return folder / "one"
