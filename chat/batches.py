"""Many values, some at a time: a query takes only so many."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

SIZE = 5000
"""Values in one query; SQLite takes 32,766."""


def batches(values: Iterable[T], size: int = SIZE) -> Iterator[Sequence[T]]:
    rest = iter(values)
    while batch := list(islice(rest, size)):
        yield batch
