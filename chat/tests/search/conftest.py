"""Rooms, a person, and a search that waits for the index."""

from collections.abc import Callable

import pytest

from accounts.models import User
from chat.models import Room
from chat.search.finding import search
from chat.search.indexing import catch_up
from chat.search.query import parse
from connect.tests.people import person

Found = Callable[..., list[str]]


@pytest.fixture
def rooms(transactional_db: None) -> None:
    Room.objects.create(pk=Room.WORLD, slug="world", name="World")


@pytest.fixture
def bob(rooms: None) -> User:
    return person("bob")


@pytest.fixture
def found(bob: User) -> Found:
    """The texts that a search finds, newest first."""

    def look(typed: str, user: User = bob, before: int | None = None, size: int = 20) -> list[str]:
        catch_up()
        return [document.text for document in search(user, parse(typed), before, size).documents]

    return look
