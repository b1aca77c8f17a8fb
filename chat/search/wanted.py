"""What an index is asked, and what every index can do. An index suggests: it may name too many posts, never too few."""

from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from chat.search.documents import Version, mention
from chat.search.query import Words
from chat.search.terms import facet, terms_for
from ledger.recording.batches import COUNTER_BITS


@dataclass(frozen=True, slots=True)
class Wanted:
    """A query with its names resolved. Of authors, rooms and names mentioned any counts, of the rest all."""

    words: Sequence[Words]
    authors: Sequence[UUID]
    rooms: Sequence[UUID]
    names: Set[str]
    """In lower case; empty where it does not matter who is mentioned."""
    marks: Collection[str]
    from_ms: int | None

    @property
    def first_post(self) -> int:
        """Keys begin with the time: the least key that counts."""
        return (self.from_ms or 0) << COUNTER_BITS

    def groups(self) -> list[list[str]]:
        """Of each group a post has one term at least (`terms.py`). Rooms, of which there may be many, are left out."""
        groups = [[term] for words in self.words for term in sorted(terms_for(words.text, at_start=words.at_start))]
        groups += [[facet("mark", mark)] for mark in sorted(self.marks)]
        groups += [[facet("mark", mention(name)) for name in sorted(self.names)]] if self.names else []
        return groups + ([[facet("from", author.hex) for author in self.authors]] if self.authors else [])


Suggested = tuple[list[int], int | None]
"""Posts, newest first, and the key before which to go on; None where there are no more."""


class Index(Protocol):
    keeps: bool
    """Whether it keeps something, that must be filled, emptied and wiped."""

    def reset(self) -> None:
        """Empty, made if need be."""

    def add(self, versions: Sequence[Version], above: int) -> None:
        """Keeps these; `above` is the greatest key that was looked at before."""

    def forget(self, versions: Sequence[Version]) -> None:
        """Nothing of these versions stays, in no file. Called in the transaction that took their words."""

    def suggest(self, wanted: Wanted, before: int, count: int) -> Suggested:
        """Posts whose key is less than `before`, about `count` of them or more."""
