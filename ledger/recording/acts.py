"""Which acts on a post may stand: the rules of docs/specs/ledger.md §2 that depend on what is stored.

    edit, delete      by the author of the post
    react, unreact    by anybody
    all of them       point at a post of their own room, never at an edit, while it is neither deleted nor erased
    not endlessly     whoever shows a post reads every act on it: a person has `MOST_EACH`, a post `MOST_REACTIONS`

Asked inside the recorder's transaction with the room's head locked, so that nothing comes between look and entry.
"""

import math
from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext_noop as _

from ledger.errors import NoSuchPost, NotTheAuthor, RecordError, TooManyActs
from ledger.models import Message
from ledger.recording.drafts import Entry

OWN_ACTS = frozenset({"edit", "delete"})
ACTS = OWN_ACTS | {"react", "unreact"}
MOST_EACH = {"edit": 100, "react": 100, "unreact": 200}
"""After so many acts of one person on one post. What was put there can always be taken back: by `unreact` as many times
again, and by `delete` whatever came before."""
MOST_REACTIONS = 5_000
"""Of all people on one post, taken back or not."""

Target = tuple[UUID, bytes]
"""Room and hash of a post."""


class Targets:
    """The posts that the acts of one batch name. Three queries; none where the batch holds no acts.

    Of what thousands did to a post only what those of the batch did is read, and how often it was reacted to.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        statements = [entry.statement for entry in entries]
        refs = {statement.ref for statement in statements if statement.kind in ACTS and statement.ref is not None}
        self._authors: dict[Target, UUID] = {}
        self._deleted: set[Target] = set()
        self._each: Counter[tuple[Target, UUID]] = Counter()
        self._reactions: Counter[bytes] = Counter()
        if refs:
            posts = Message.objects.filter(hash__in=refs, kind="post", body__isnull=False)
            rows = posts.values_list("room", "hash", "author")
            self._authors = {(room, bytes(hash_)): author for room, hash_, author in rows}
            writers = {statement.author for statement in statements}
            done = Message.objects.filter(ref__in=refs, kind__in=ACTS).filter(Q(author__in=writers) | Q(kind="delete"))
            for room, ref, kind, by, count in done.values_list("room", "ref", "kind", "author").annotate(Count("pk")):
                self._note((room, bytes(ref or b"")), kind, by, count)
            reacted = Message.objects.filter(ref__in=refs, kind="react").values_list("ref").annotate(count=Count("*"))
            self._reactions = Counter({bytes(ref or b""): count for ref, count in reacted})

    def refuse(self, entry: Entry) -> RecordError | None:
        """Why this new entry may not stand after those asked about before it; None where it may."""
        statement = entry.statement
        if statement.kind not in ACTS:
            return None
        target = statement.room, statement.ref or b""
        author = self._authors.get(target)
        if author is None or target in self._deleted:
            return NoSuchPost(_("There is no such message, or its words are gone."))
        if statement.kind in OWN_ACTS and statement.author != author:
            return NotTheAuthor(_("Only its author can change or delete a message."))
        if self._each[target, statement.author] >= MOST_EACH.get(statement.kind, math.inf):
            return TooManyActs(_("You have changed this, or reacted to it, too many times."))
        if statement.kind == "react" and self._reactions[target[1]] >= MOST_REACTIONS:
            return TooManyActs(_("This message carries as many reactions as it can."))
        self._note(target, statement.kind, statement.author)
        return None

    def _note(self, target: Target, kind: str, by: UUID, count: int = 1) -> None:
        self._each[target, by] += count
        if kind == "delete":
            self._deleted.add(target)
        elif kind == "react":
            self._reactions[target[1]] += count
