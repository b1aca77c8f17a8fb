"""The World with alice, bob and charlie in it; a push service on this machine."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from accounts.models import User
from chat.models import Room
from chat.rooms import ensure_world
from chat.tests.notifying.push_service import Service
from ledger.blocks.genesis import ensure_genesis


@pytest.fixture
def world(alice: User, bob: User, charlie: User) -> Room:
    """The three are in it, and the log has begun."""
    ensure_genesis()
    return ensure_world()


@pytest.fixture
def service(settings: Settings) -> Iterator[Service]:
    service = Service()
    settings.PUSH_SERVICES = [service.origin]
    yield service
    service.server.shutdown()
    service.server.server_close()
