"""A search: names resolved, the index asked, each suggestion compared with what the post says now.

Everything starts from the rooms that exist for the user. A room that does not and one that never was take the same way
through here: both are no room, and what is asked about no room finds nothing. Any search costs a bounded number of
queries; one that would look at too much stops, and says how far back it got.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models import User
from chat.markup.mentions import EVERYBODY
from chat.markup.text import find_mentioned
from chat.models import Room
from chat.names import name_rooms
from chat.people import spellings
from chat.querysets import RoomQuerySet
from chat.search.documents import Document, find_documents
from chat.search.folding import fold
from chat.search.indexes import get_index
from chat.search.indexing import is_built
from chat.search.query import Part, Query
from chat.search.wanted import Wanted
from ledger.core.records import SYSTEM_AUTHOR
from ledger.recording.batches import COUNTER_BITS

PAGE = 20
MOST_LOOKED_AT = 2_000
"""Posts a search compares before it stops with what it has."""
_FIRST, _LARGEST = 50, 400
"""How many are asked for at first and at most."""
_NEWEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Page:
    documents: list[Document]
    older: int | None
    """The key before which to go on; None where everything was looked at."""


def search(user: User, query: Query, before: int | None = None, size: int = PAGE, *, only_joined: bool = False) -> Page:
    """The newest posts that the user may read and the query wants, before a key."""
    rooms = Room.objects.joined_by(user) if only_joined else Room.objects.visible_to(user)
    wanted = _resolve(user, query, rooms)
    if not query or query.is_impossible() or wanted is None or not is_built():
        return Page([], None)
    unwanted = _Unwanted(user, query.unwanted)
    visible = set(wanted.rooms)
    found: list[Document] = []
    looked_at, count = 0, max(_FIRST, size * 2)
    place: int | None = min(before or _NEWEST, _NEWEST if query.until_ms is None else query.until_ms << COUNTER_BITS)
    while place is not None and looked_at < MOST_LOOKED_AT:
        posts, place = get_index().suggest(wanted, place, count)
        for first in range(0, len(posts), count):
            if looked_at >= MOST_LOOKED_AT:
                return Page(found, posts[first - 1])
            part = posts[first : first + count]
            for document in find_documents(part, visible, query.holds):
                if _is_meant(document, query, wanted) and not unwanted.holds(document):
                    if len(found) == size:
                        return Page(found, found[-1].post)
                    found.append(document)
            looked_at += len(part)
        count = min(count * 2, _LARGEST)
    return Page(found, place)


def _resolve(user: User, query: Query, rooms: RoomQuerySet) -> Wanted | None:
    """None where a name is nobody's, or no room's that the user sees."""
    part = query.wanted
    authors = _find_people(user, part.authors)
    chosen = _choose(user, rooms, part.rooms, query.unwanted.rooms)
    if not chosen or (part.authors and not authors):
        return None
    return Wanted(
        words=part.words,
        authors=authors,
        rooms=chosen,
        names=names_of(user, part),
        marks=part.marks,
        from_ms=query.from_ms,
    )


def _choose(user: User, rooms: RoomQuerySet, wanted: Sequence[str], unwanted: Sequence[str]) -> list[UUID]:
    """What rooms are called is read only where it matters."""
    if not (wanted or unwanted):
        return list(rooms.values_list("pk", flat=True))
    named = name_rooms(rooms, user)
    return [room.pk for room in named if (not wanted or _is_named(room, wanted)) and not _is_named(room, unwanted)]


def find_unknown(user: User, query: Query) -> tuple[list[str], list[str]]:
    """Names of authors that are nobody's, and of rooms that are none which the user sees. A query for each author."""
    authors = query.wanted.authors + query.unwanted.authors
    rooms = query.wanted.rooms + query.unwanted.rooms
    seen = name_rooms(Room.objects.visible_to(user), user) if rooms else []
    return (
        [name for name in authors if not _find_people(user, [name])],
        [name for name in rooms if not any(_is_named(room, [name]) for room in seen)],
    )


def _is_meant(document: Document, query: Query, wanted: Wanted) -> bool:
    return (
        (not wanted.authors or document.author in wanted.authors)
        and query.wanted.marks <= document.marks
        and (not wanted.names or bool(find_mentioned(document.text, wanted.names)))
        and document.received_ms >= (query.from_ms or 0)
        and (query.until_ms is None or document.received_ms < query.until_ms)
    )


class _Unwanted:
    """What is left out, beside words and rooms."""

    def __init__(self, user: User, part: Part) -> None:
        self._authors = set(_find_people(user, part.authors))
        self._names = names_of(user, part)
        self._marks = part.marks

    def holds(self, document: Document) -> bool:
        return (
            document.author in self._authors
            or bool(self._marks & document.marks)
            or (bool(self._names) and bool(find_mentioned(document.text, self._names)))
        )


def names_of(user: User, part: Part) -> set[str]:
    """As they are mentioned: the user is "me", by their own name and by everybody's."""
    named = {name for name in part.mentioned if name != "me"}
    return named | {user.username.lower(), EVERYBODY} if "me" in part.mentioned else named


def _is_named(room: Room, names: Sequence[str]) -> bool:
    return any(name in (fold(room.slug), fold(room.name)) for name in map(fold, names) if name)


def _find_people(user: User, names: Sequence[str]) -> list[UUID]:
    """By username or shown name, the user as "me". One query, none without names."""
    return list(_people(user, names)) if names else []


def _people(user: User, names: Sequence[str]) -> Iterator[UUID]:
    lower = [name.lower() for name in names]
    if "me" in lower:
        yield user.pk
    if "connect" in lower:
        yield SYSTEM_AUTHOR
    shown = {each for name in names for each in spellings(name)}
    rows = User.objects.alias(shown=Lower("first_name"))
    called = Q(name_lower__in=lower) | Q(shown__in=lower) | Q(first_name__in=shown)
    yield from rows.filter(called).values_list("pk", flat=True)
