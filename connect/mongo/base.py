"""The connection: Django's `atomic` as a transaction of MongoDB, and keys that count like everywhere else."""

from typing import Any

from django.db import DatabaseError, IntegrityError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.validation import BaseDatabaseValidation
from django.db.models.fields import AutoFieldMixin
from django.db.models.lookups import IsNull
from django_mongodb_backend import base
from django_mongodb_backend.operations import DatabaseOperations as MongoOperations
from django_mongodb_backend.utils import OperationDebugWrapper
from pymongo.errors import PyMongoError

from connect.mongo.collection import Collection, begin, forget_conflicts, is_conflict
from connect.mongo.keys import next_key
from connect.mongo.schema import SchemaEditor, null_in_index

# Apps that are not ours let the database number their rows; MongoDB does not. With numbers that the application
# chooses, their models, migrations and addresses stay as they are.
AutoFieldMixin.db_returning = False
AutoFieldMixin.get_pk_value_on_save = lambda field, instance: next_key()  # type: ignore[attr-defined]
IsNull.as_mql_idx = null_in_index  # type: ignore[attr-defined]


def _is_null(column: str, null: bool) -> dict[str, Any]:
    """Null or missing is one thing to MongoDB too; said like this, an index answers."""
    return {column: None} if null else {column: {"$ne": None}}


class DatabaseOperations(MongoOperations):  # type: ignore[misc]
    compiler_module = "connect.mongo.compiler"


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]
    data_types = {
        **base.DatabaseWrapper.data_types,
        "AutoField": "long",
        "BigAutoField": "long",
        "SmallAutoField": "long",
    }
    mongo_operators = {**base.DatabaseWrapper.mongo_operators, "isnull": _is_null}
    SchemaEditorClass = SchemaEditor
    ops_class = DatabaseOperations
    validation_class = BaseDatabaseValidation  # that backend's refuses numbered keys

    # Django's own way through a transaction, which that backend cuts short.
    set_autocommit = BaseDatabaseWrapper.set_autocommit
    on_commit = BaseDatabaseWrapper.on_commit
    close = BaseDatabaseWrapper.close

    def connect(self) -> None:
        try:
            super().connect()
        except PyMongoError as error:
            raise OperationalError(str(error)) from error

    def close_pool(self) -> None:
        """That backend's leaves the client where this thread is not connected, and a fork would inherit it."""
        self.ensure_connection()
        super().close_pool()

    def get_collection(self, name: str, **options: Any) -> Any:
        collection = Collection(self.database, name, **options)
        return OperationDebugWrapper(self, collection) if self.queries_logged else collection

    def is_usable(self) -> bool:
        try:
            self.connection.admin.command("ping")
        except PyMongoError:
            return False
        return True

    def _set_autocommit(self, autocommit: bool) -> None:
        self._end()
        if not autocommit:
            self.session = self.connection.start_session()
            begin(self.session)

    def _commit(self) -> None:
        try:
            if self.session:
                self.session.commit_transaction()
                forget_conflicts()
        except PyMongoError as error:
            raise (IntegrityError if is_conflict(error) else DatabaseError)(str(error)) from error
        finally:
            self._end()

    def _rollback(self) -> None:
        self._end()

    def _close(self) -> None:
        self._end()

    def _end(self) -> None:
        """A transaction that is still open is rolled back with its session."""
        session, self.session = self.session, None
        if session:
            session.end_session()
