"""Who loses a row to another transaction hears of it like of a broken constraint: an IntegrityError, to try again.

MongoDB lets nobody queue: of two transactions that write one row, the second fails at once. So it waits a little before
it says so, longer each time in a row; else all its attempts would be over before the first one commits. Where that was
the first thing that its transaction did, nothing was decided yet: it begins anew, and hears of nothing.
"""

import random
import time
from collections.abc import Callable
from functools import wraps
from threading import local
from typing import Any
from weakref import WeakSet

from pymongo.client_session import ClientSession
from pymongo.collection import Collection as PyMongoCollection
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern

WRITE_CONFLICT, DUPLICATE_KEY = 112, 11000
PAUSE_S, DOUBLINGS = 0.04, 3
BEGINNINGS = 6
"""Of one transaction."""


class _Lost(local):
    """Races that this thread has lost since its last commit."""

    races = 0


_lost = _Lost()
_begun: WeakSet[ClientSession] = WeakSet()
"""Transactions that have read or written."""


def begin(session: ClientSession) -> None:
    session.start_transaction(ReadConcern("snapshot"))


def forget_conflicts() -> None:
    _lost.races = 0


def is_conflict(error: PyMongoError) -> bool:
    """Whether others wrote first: the same row, or one that holds what must be unique."""
    return bool(_codes(error) & {WRITE_CONFLICT, DUPLICATE_KEY})


def _codes(error: PyMongoError) -> set[int]:
    if not isinstance(error, OperationFailure):
        return set()
    return {error.code or 0, *(row.get("code", 0) for row in (error.details or {}).get("writeErrors", []))}


def _telling(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def told(*args: Any, session: ClientSession | None = None, **options: Any) -> Any:
        for left in reversed(range(BEGINNINGS)):
            try:
                answer = method(*args, session=session, **options)
            except OperationFailure as error:
                if WRITE_CONFLICT in _codes(error):
                    _pause()
                    if left and session and session not in _begun:
                        session.abort_transaction()
                        begin(session)
                        continue
                if is_conflict(error):
                    raise DuplicateKeyError(str(error), DUPLICATE_KEY, error.details) from error
                if isinstance(error, BulkWriteError):  # the backend lets these pass as they are
                    raise OperationFailure(str(error), error.code, error.details) from error
                raise
            if session:
                _begun.add(session)
            return answer
        raise AssertionError

    return told


def _pause() -> None:
    time.sleep(random.uniform(0.5, 1) * PAUSE_S * 2**_lost.races)  # noqa: S311
    _lost.races = min(_lost.races + 1, DOUBLINGS)


class Collection(PyMongoCollection[Any]):
    aggregate = _telling(PyMongoCollection.aggregate)
    bulk_write = _telling(PyMongoCollection.bulk_write)
    delete_many = _telling(PyMongoCollection.delete_many)
    insert_many = _telling(PyMongoCollection.insert_many)
    update_many = _telling(PyMongoCollection.update_many)
