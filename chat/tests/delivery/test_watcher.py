"""What the watcher writes down of who has the chat open."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import UserSession
from accounts.sessions import SEEN_EVERY_S
from chat.delivery.watcher import Watcher
from chat.sessions import Ticket
from connect.tests.people import person

LONG_AGO = timezone.now() - timedelta(days=2)


@pytest.fixture
def session(transactional_db: None) -> UserSession:
    """Bob's, with the chat open for two days."""
    browser = Client()
    browser.force_login(person("bob"))
    UserSession.objects.update(seen_at=LONG_AGO)
    return UserSession.objects.get()


def watcher_over(*sessions: UserSession) -> Watcher:
    tickets = [Ticket(each.session_key, UUID(int=1), "") for each in sessions]
    hub: Any = SimpleNamespace(connections=[SimpleNamespace(ticket=ticket) for ticket in tickets])
    return Watcher(hub)


async def test_whose_chat_is_open_is_seen_once_a_minute(session: UserSession) -> None:
    watcher = watcher_over(session)
    start_s = watcher._noted_s
    await watcher.note_present(start_s + SEEN_EVERY_S - 1)
    assert (await UserSession.objects.aget()).seen_at == LONG_AGO
    await watcher.note_present(start_s + SEEN_EVERY_S)
    seen = (await UserSession.objects.aget()).seen_at
    assert seen > LONG_AGO
    await watcher.note_present(start_s + SEEN_EVERY_S + 1)
    assert (await UserSession.objects.aget()).seen_at == seen


async def test_whose_chat_is_closed_is_not(session: UserSession) -> None:
    await watcher_over().note_present(1e12)
    assert (await UserSession.objects.aget()).seen_at == LONG_AGO
