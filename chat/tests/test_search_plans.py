"""What a search asks of SQLite costs as much as it finds, not as much as there is."""

import pytest
from django.db import connection

from chat.search import sqlite
from chat.search.sqlite import SLOT_BITS

pytestmark = pytest.mark.django_db


def test_posts_are_found_from_slots_without_reading_the_whole_table(monkeypatch: pytest.MonkeyPatch) -> None:
    plans: list[str] = []

    def explain(sql: str, *values: int) -> list[tuple[int]]:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values)
            plans.extend(detail for *_, detail in cursor.fetchall())
        return []

    monkeypatch.setattr(sqlite, "_run", explain)
    sqlite._posts_in(range(1_790_000_000_000 << 20 >> SLOT_BITS, (1_790_000_000_000 << 20 >> SLOT_BITS) + 250))
    read = [plan.split(" USING ")[0] for plan in plans if "message" in plan]
    assert read == ["SEARCH message"] * 3
