"""What is asked for every batch, in SQL that is written without the ORM.

The ORM writes a query's SQL anew each time, which takes several times as long as the database's answer. MongoDB takes
the ORM's way.
"""

from collections.abc import Collection
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Field, Model, UUIDField

SQL_VENDORS = frozenset({"sqlite", "postgresql"})


def select(model: type[Model], *names: str, **among: Collection[Any]) -> list[tuple[Any, ...]]:
    """These columns of the rows whose other columns are among those values, in any order."""
    database = connections[DEFAULT_DB_ALIAS]  # Asking the proxy for each of its attributes takes as long as SQLite.
    if database.vendor not in SQL_VENDORS:
        found = model._base_manager.filter(**{f"{name}__in": values for name, values in among.items()})
        return list(found.values_list(*names))
    if not all(among.values()):
        return []
    sql, are_ids = _write(database.vendor, model, names, tuple((name, len(values)) for name, values in among.items()))
    with database.cursor() as cursor:
        as_stored = _same if database.features.has_native_uuid_field else _hex
        cursor.execute(sql, [as_stored(value) for values in among.values() for value in values])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return [tuple(read_id(v) if is_id else v for v, is_id in zip(row, are_ids, strict=True)) for row in rows]


def stored_id(id: UUID) -> UUID | str:
    """As this database has it."""
    return id if connection.features.has_native_uuid_field else id.hex


def read_id(value: UUID | str) -> UUID:
    """Back from `stored_id`."""
    return value if isinstance(value, UUID) else UUID(value)


@lru_cache
def _write(
    vendor: str, model: type[Model], names: tuple[str, ...], counts: tuple[tuple[str, int], ...]
) -> tuple[str, list[bool]]:
    """The query, and which of its columns are ids; `counts` says how many values each of the others may have."""
    fields = [_field(model, name) for name in names]
    what = ", ".join(_column(field) for field in fields)
    where = (f"{_column(_field(model, name))} IN ({', '.join(['%s'] * count)})" for name, count in counts)
    table = connection.ops.quote_name(model._meta.db_table)
    sql = f"SELECT {what} FROM {table} WHERE {' AND '.join(where)}"  # noqa: S608  (our own names)
    return sql, [isinstance(getattr(field, "target_field", field), UUIDField) for field in fields]


def _field(model: type[Model], name: str) -> "Field[Any, Any]":
    field = model._meta.get_field(name)
    assert isinstance(field, Field)
    return field


def _column(field: "Field[Any, Any]") -> str:
    return connection.ops.quote_name(str(field.column))


def _same(value: Any) -> Any:
    return value


def _hex(value: Any) -> Any:
    return value.hex if isinstance(value, UUID) else value
