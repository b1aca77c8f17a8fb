"""Changing the database behind Django's back: what an intruder with the database's password can do."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, models

Rows = dict[type[models.Model], list[tuple[Any, ...]]]


def ledger_models() -> list[type[models.Model]]:
    return list(apps.get_app_config("ledger").get_models())


def set_column(model: type[models.Model], pk: object, column: str, value: object) -> None:
    """One raw UPDATE; foreign keys do not hold it up."""
    meta = model._meta
    field = meta.get_field(column)
    assert isinstance(field, models.Field)
    if connection.vendor == "mongodb":
        _collection(model).update_one({meta.pk.column: _plain(pk)}, {"$set": {field.column: _plain(value)}})
        return
    sql = f"UPDATE {_quote(meta.db_table)} SET {_quote(field.column)} = %s WHERE {_quote(meta.pk.column)} = %s"
    run(sql, [value, pk])


def delete_row(model: type[models.Model], pk: object) -> None:
    if connection.vendor == "mongodb":
        _collection(model).delete_one({model._meta.pk.column: _plain(pk)})
        return
    run(f"DELETE FROM {_quote(model._meta.db_table)} WHERE {_quote(model._meta.pk.column)} = %s", [pk])


def insert_row(model: type[models.Model], values: tuple[Any, ...]) -> None:
    if connection.vendor == "mongodb":
        fields = model._meta.concrete_fields
        row = {
            field.column: field.get_db_prep_save(value, connection) for field, value in zip(fields, values, strict=True)
        }
        _collection(model).insert_many([row])
        return
    columns = ", ".join(_quote(field.column) for field in model._meta.concrete_fields)
    marks = ", ".join(["%s"] * len(values))
    run(f"INSERT INTO {_quote(model._meta.db_table)} ({columns}) VALUES ({marks})", list(values))


def read_everything() -> Rows:
    return {model: list(model._default_manager.order_by("pk").values_list()) for model in ledger_models()}


def write_everything(rows: Rows) -> None:
    """The ledger's tables hold exactly these rows, as after a restored backup."""
    for model in ledger_models():
        if connection.vendor == "mongodb":
            _collection(model).delete_many({})
        else:
            run(f"DELETE FROM {_quote(model._meta.db_table)}", [])
    for model, values in rows.items():
        for row in values:
            insert_row(model, row)


def run(sql: str, values: list[Any]) -> None:
    with _unconstrained(), connection.cursor() as cursor:
        cursor.execute(sql, [_plain(value) for value in values])


@contextmanager
def _unconstrained() -> Iterator[None]:
    """Without foreign keys; unique constraints stand."""
    if connection.vendor == "sqlite":
        with connection.constraint_checks_disabled():
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = DEFAULT")


def _plain(value: Any) -> Any:
    return value.hex if isinstance(value, uuid.UUID) else value


def _collection(model: type[models.Model]) -> Any:
    return connection.get_collection(model._meta.db_table)  # type: ignore[attr-defined]


def _quote(name: str | None) -> str:
    assert name is not None
    return connection.ops.quote_name(name)
