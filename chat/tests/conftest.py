"""A room to invite people into, and a running site that the tests of a module share."""

from collections.abc import Iterator

import pytest

from accounts.models import User
from chat.membership.opening import create_room
from chat.models import Room
from chat.rooms import ensure_world
from connect.tests.server import Server, start_server


@pytest.fixture
def plans(bob: User) -> Room:
    """Bob's private room."""
    ensure_world()
    return create_room(bob, "Plans", "", "private")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with start_server(tmp_path_factory.mktemp("site")) as running:
        yield running
