from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from accounts.models import User, UserSession
from accounts.upsert import upsert, upsert_all

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


@pytest.mark.parametrize("together", [True, False])
def test_of_many_rows_some_are_made_and_others_changed(
    together: bool, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    able = connection.features.supports_update_conflicts_with_target and together
    monkeypatch.setattr(connection.features, "supports_update_conflicts_with_target", able)
    for keys in ("ab", "bc"):
        rows = [UserSession(user=alice, session_key=key, user_agent=keys) for key in keys]
        upsert_all(rows, ("session_key",), ("user", "user_agent"))
    stored = UserSession.objects.values_list("session_key", "user_agent").order_by("session_key")
    assert list(stored) == [("a", "ab"), ("b", "bc"), ("c", "bc")]


def test_of_none_none_are_made(db: None) -> None:
    upsert_all([], ("session_key",), ("user_agent",))
    assert not UserSession.objects.exists()
