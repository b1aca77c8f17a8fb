"""A row put in its place, by whoever of several comes first.

Without a transaction around it: of two who do this at once, MongoDB would let one fail.
"""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError
from django.db.models import Model


def upsert(model: type[Model], key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Changes the row with this unique key, or makes it."""
    rows = model._default_manager.filter(**key)
    if not rows.update(**values):
        try:
            model._default_manager.create(**key, **values)
        except IntegrityError:  # Somebody else made it at this moment; where it is gone again, that came last.
            rows.update(**values)
