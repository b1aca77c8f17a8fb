from typing import Any

import pytest
from django.db.models import QuerySet

from accounts.models import User, UserSession
from accounts.upsert import upsert

pytestmark = pytest.mark.django_db(transaction=True)

KEY = {"session_key": "one"}


def test_a_row_is_made_once_and_then_changed(alice: User) -> None:
    for agent in ("first", "second"):
        upsert(UserSession, KEY, {"user": alice, "user_agent": agent})
    assert UserSession.objects.get().user_agent == "second"


def test_a_row_that_another_made_meanwhile_is_changed(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def find_none(rows: "QuerySet[Any]", **values: Any) -> int:
        monkeypatch.undo()
        UserSession.objects.create(user=alice, user_agent="theirs", **KEY)
        return 0

    monkeypatch.setattr(QuerySet, "update", find_none)
    upsert(UserSession, KEY, {"user": alice, "user_agent": "mine"})
    assert UserSession.objects.get().user_agent == "mine"
