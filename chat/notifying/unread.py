"""How much people have not read: computed from the rows after their read positions, stored nowhere.

    unread     posts by others
    mentions   posts by others that mention the person or the whole room, in their first words or in an edit's

after the position, deleted and erased ones not counted. A mark "unread from here" moves the beginning back, not the
position. However many ask together, the rows are read once, and counted here: up to 200 rooms cost four queries, two
where nobody else has written. Numbers have an end: of each room the newest entries are looked at, fewer where somebody
has left many rooms unread.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple
from uuid import UUID

from django.db.models import ExpressionWrapper, F, Q, TextField

from accounts.models import User
from chat.batches import batches
from chat.markup.mentions import EVERYBODY
from chat.markup.text import find_mentioned, text_of
from chat.models import ReadPosition, UnreadMark
from ledger.models import Message
from ledger.querysets import MessageQuerySet
from ledger.selecting import stored_id

COUNTED = 999
"""Unread messages are looked for among so many newest entries of a room; a larger number tells nobody more."""
ROWS = 30_000
"""So many entries of all their rooms are read for each person, of those with the most unread ones alike."""
MENTIONS_COUNTED = 100
"""So many newest texts are looked into for each person."""
NAMES = 10
"""The database looks for so many names; where there are more, every text with an @ is read."""
CONDITIONS = 200
"""So many conditions are joined in one query: SQLite takes conditions less than a thousand deep."""

Spans = Mapping[UUID, tuple[int, int]]
"""For each room `(read, head)`."""
Stretches = dict[UUID, tuple[int, int]]
"""Of each room what comes after the one seq, up to the other."""


class Unread(NamedTuple):
    unread: int = 0
    mentions: int = 0


Id = UUID | str
"""As the database has it: to make a UUID of each would be most of what reading a row costs."""
_Row = tuple[Id, int, str, Id, bytes, bytes | None]
"""room, seq, kind, author, hash and ref of a post, or of what was done to one."""


class _Mention(NamedTuple):
    seq: int
    author: Id
    post: bytes
    names: Set[str]


def count_unread(user: UUID, spans: Spans) -> dict[UUID, Unread]:
    """Rooms in which there is something to read."""
    return count_each([(user, spans)])[0]


def count_each(asked: Sequence[tuple[UUID, Spans]]) -> list[dict[UUID, Unread]]:
    """The same for each who asks."""
    found = [(user, _fit(mine)) for (user, _), mine in zip(asked, find_stretches(asked), strict=True)]
    whole = _join(mine for _, mine in found)
    rooms = {stored_id(room): _Room() for room in whole}
    parts = list(find_rows(whole))
    for row in _read_rows(parts):
        rooms[row[0]].rows.append(row)
    readers = {
        user for user, mine in found for room, ends in mine.items() if rooms[stored_id(room)].has_words(user, *ends)
    }
    names = _find_names(readers) if readers else {}
    for room, mention in _read_mentions(parts, names.values()) if names else ():
        rooms[room].mentions.append(mention)
    return [
        {
            room: unread
            for room, ends in mine.items()
            if user in names and any(unread := rooms[stored_id(room)].count(user, names[user], *ends))
        }
        for user, mine in found
    ]


def find_stretches(asked: Sequence[tuple[UUID, Spans]]) -> list[Stretches]:
    """Where each who asks has something to read, whoever wrote it. At most one query."""
    users, rooms = {user for user, _ in asked}, {room for _, spans in asked for room in spans}
    marked = UnreadMark.objects.filter(user__in=users, room__in=rooms).values_list("user", "room", "seq")
    marks = {(user, room): seq for user, room, seq in marked} if rooms else {}
    return [
        {
            room: (max(start, head - COUNTED), head)
            for room, (read, head) in spans.items()
            if (start := min(read, marks.get((user, room), read + 1) - 1)) < head
        }
        for user, spans in asked
    ]


def find_rows(whole: Stretches) -> Iterator[MessageQuerySet]:
    """What is in these parts of rooms: a query for as many as one may ask about, and so on."""
    for some in batches(whole.items(), CONDITIONS):
        parts = (Q(room=room, room_seq__range=(start + 1, head)) for room, (start, head) in some)
        yield Message.objects.filter(Q(*parts, _connector=Q.OR))


def find_marks(user: UUID, rooms: Collection[UUID]) -> dict[UUID, int]:
    """Room → from which seq on it is marked as unread."""
    return dict(UnreadMark.objects.filter(user=user, room__in=rooms).values_list("room", "seq"))


def find_beginning(user: UUID, room: UUID) -> int | None:
    """The first seq that the person has not read; None where they have never read anything here."""
    read = ReadPosition.objects.filter(user=user, room=room).values_list("seq", flat=True).first()
    mark = find_marks(user, [room]).get(room)
    return min(filter(None, (read and read + 1, mark)), default=None)


class _Room:
    """What was said in a room, as far as anybody who asks has yet to read it."""

    def __init__(self) -> None:
        self.rows: list[_Row] = []
        self.mentions: list[_Mention] = []
        self._summed: dict[tuple[int, int], tuple[set[Id], Counter[Id], set[bytes]]] = {}

    def has_words(self, user: UUID, start: int, head: int) -> bool:
        """Whether anybody else has written in this part."""
        return bool(self._sum(start, head)[0] - {stored_id(user)})

    def count(self, user: UUID, names: Set[str], start: int, head: int) -> Unread:
        _, posts, deleted = self._sum(start, head)
        heard = [each for each in self.mentions if start < each.seq <= head and each.author != stored_id(user)]
        mentioned = {each.post for each in heard if each.names & names}
        return Unread(posts.total() - posts[stored_id(user)], len(mentioned - deleted))

    def _sum(self, start: int, head: int) -> tuple[set[Id], Counter[Id], set[bytes]]:
        """Who wrote in this part, how many posts each that stand, and what was deleted; once for all with this part."""
        if (start, head) not in self._summed:
            rows = [row[2:] for row in self.rows if start < row[1] <= head]
            deleted = {bytes(ref or b"") for kind, _, _, ref in rows if kind == "delete"}
            authors = {author for kind, author, _, _ in rows if kind != "delete"}
            posts = Counter(
                author
                for kind, author, hash_, _ in rows
                if kind == "post" and not (deleted and bytes(hash_) in deleted)
            )
            self._summed[start, head] = authors, posts, deleted
        return self._summed[start, head]


def _fit(stretches: Stretches) -> Stretches:
    """The newest of each, so much that all of them are not more than is read for a person."""
    most, rest = COUNTED, ROWS
    for place, length in enumerate(sorted(head - start for start, head in stretches.values())):
        most = rest // (len(stretches) - place)
        if length > most:
            break
        rest -= length
    else:
        return stretches
    return {room: (max(start, head - most), head) for room, (start, head) in stretches.items()}


def _join(stretches: Iterable[Stretches]) -> Stretches:
    """Of each room as much as holds the parts of everybody."""
    whole: Stretches = {}
    for room, (start, head) in (item for mine in stretches for item in mine.items()):
        least, most = whole.get(room, (start, head))
        whole[room] = min(start, least), max(head, most)
    return whole


_COLUMNS = (
    ExpressionWrapper(F("room"), output_field=TextField()),
    *("room_seq", "kind"),
    ExpressionWrapper(F("author"), output_field=TextField()),
    *("hash", "ref"),
)


def _read_rows(parts: Iterable[MessageQuerySet]) -> Iterator[_Row]:
    for found in parts:
        told = found.filter(Q(kind="delete") | Q(kind__in=("post", "edit"), body__isnull=False))
        yield from told.values_list(*_COLUMNS)


def _read_mentions(parts: Iterable[MessageQuerySet], names: Collection[Set[str]]) -> Iterator[tuple[Id, _Mention]]:
    """Posts and edits that mention one of these, with their rooms."""
    wanted = {name for mine in names for name in mine}
    terms = Q(*(Q(body__icontains=f"@{name}") for name in (wanted if len(wanted) <= NAMES else ("",))), _connector=Q.OR)
    for found in parts:
        texts = found.filter(terms, kind__in=("post", "edit")).order_by("-id")
        newest = texts.values_list(*_COLUMNS, "body")[: MENTIONS_COUNTED * len(names)]
        for room, seq, kind, author, hash_, ref, body in newest:
            if mentioned := find_mentioned(text_of(body), wanted):
                yield room, _Mention(seq, author, bytes(hash_ if kind == "post" else ref or b""), mentioned)


def _find_names(users: Collection[UUID]) -> dict[UUID, set[str]]:
    """By what each of them is mentioned."""
    names = dict(User.objects.filter(pk__in=users).values_list("pk", "username"))
    return {user: {EVERYBODY, names.get(user, EVERYBODY).lower()} for user in users}
