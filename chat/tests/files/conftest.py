"""A World to send files in, and nobody slowed down by the test before."""

import pytest
from pytest_django import Settings

from chat.files import uploads
from chat.models import Room
from chat.rates import Rates
from chat.rooms import ensure_world
from ledger.blocks.genesis import ensure_genesis


@pytest.fixture(autouse=True)
def _rates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_rates", Rates(uploads.PER_S, uploads.BURST))


@pytest.fixture
def world(transactional_db: None, settings: Settings) -> Room:
    ensure_genesis()
    return ensure_world()
