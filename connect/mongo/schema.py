"""Indexes that MongoDB's planner uses.

The backend lets every unique index hold only values of the column's type, so that any number of rows may hold null. The
planner takes no such index for an ordinary look-up: each would read the whole table. A column that is never null needs
no such condition.
"""

from typing import Any

from django.db.models import Index
from django_mongodb_backend.indexes import get_pymongo_index_model
from django_mongodb_backend.schema import DatabaseSchemaEditor


def null_in_index(lookup: Any, compiler: Any, connection: Any) -> dict[str, Any]:
    """`condition=Q(column=None)`, or its opposite, of a partial index."""
    field = lookup.lhs.target
    return {field.column: {"$eq": None} if lookup.rhs else {"$type": field.db_type(connection)}}


class PlainIndex(Index):
    """One without the condition that every column has its type, where none of them may be null."""

    def get_pymongo_index_model(self, model: Any, schema_editor: Any, **options: Any) -> Any:
        found = get_pymongo_index_model(self, model, schema_editor, **options)
        added = options.get("field")  # no part of the model yet
        fields = [added] if added else [model._meta.get_field(name) for name, _ in self.fields_orders]
        if found and self.condition is None and not any(field.null for field in fields):
            found.document.pop("partialFilterExpression", None)
        return found


class SchemaEditor(DatabaseSchemaEditor):  # type: ignore[misc]
    def add_index(self, model: Any, index: Any, **options: Any) -> None:
        if type(index) is Index and index.fields:
            index = PlainIndex(fields=index.fields, name=index.name, condition=index.condition)
        super().add_index(model, index, **options)
