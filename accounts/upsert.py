"""Rows put in their places, by whoever of several comes first.

Without a transaction around it: of two who do this at once, MongoDB would let one fail.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, connection
from django.db.models import Model


def upsert(model: type[Model], key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Changes the row with this unique key, or makes it."""
    rows = model._default_manager.filter(**key)
    if not rows.update(**values):
        try:
            model._default_manager.create(**key, **values)
        except IntegrityError:  # Somebody else made it at this moment; where it is gone again, that came last.
            rows.update(**values)


def upsert_all(rows: Sequence[Model], key: Collection[str], values: Collection[str]) -> None:
    """The same for many rows of a model, with the names of the fields. MongoDB takes them one by one.

    They come in an order that is always the same, so that two who do this at once never wait for each other.
    """
    if connection.features.supports_update_conflicts_with_target and rows:
        table = type(rows[0])._default_manager
        table.bulk_create(rows, update_conflicts=True, unique_fields=key, update_fields=values)
        return
    for row in rows:
        upsert(type(row), *({name: getattr(row, name) for name in names} for names in (key, values)))
