"""`select_for_update`: MongoDB locks a row by writing it, so the rows get a mark that no model reads."""

from typing import Any

from bson import ObjectId
from django.db import NotSupportedError
from django_mongodb_backend import compiler
from django_mongodb_backend.compiler import (
    SQLAggregateCompiler,
    SQLDeleteCompiler,
    SQLInsertCompiler,
    SQLUpdateCompiler,
)
from django_mongodb_backend.query import MongoQuery, wrap_database_errors

__all__ = ["SQLAggregateCompiler", "SQLCompiler", "SQLDeleteCompiler", "SQLInsertCompiler", "SQLUpdateCompiler"]

MARK = "_locked"


class LockingQuery(MongoQuery):  # type: ignore[misc]
    def get_cursor(self) -> Any:
        if self.query.select_for_update and self.compiler.connection.session:
            self._lock()
        return super().get_cursor()

    @wrap_database_errors  # type: ignore[untyped-decorator]
    def _lock(self) -> None:
        if self.lookup_pipeline or self.subqueries:
            raise NotSupportedError("On MongoDB, select_for_update locks rows of one table; ask without a join.")
        session = self.compiler.connection.session
        self.compiler.collection.update_many(self.match_mql, {"$set": {MARK: ObjectId()}}, session=session)


class SQLCompiler(compiler.SQLCompiler):  # type: ignore[misc]
    query_class = LockingQuery
