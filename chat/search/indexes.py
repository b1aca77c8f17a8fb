"""Which index this database has."""

from django.db import connection

from chat.search.postgres import PostgresIndex
from chat.search.scan import Scan
from chat.search.sqlite import SqliteIndex
from chat.search.wanted import Index

_BY_VENDOR: dict[str, type[Index]] = {"sqlite": SqliteIndex, "postgresql": PostgresIndex}


def get_index() -> Index:
    return _BY_VENDOR.get(connection.vendor, Scan)()
