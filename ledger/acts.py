"""Which acts on a post may stand: the rules of docs/specs/ledger.md §2 that depend on what is stored.

    edit, delete      by the author of the post
    react, unreact    by anybody
    all of them       point at a post of their own room, never at an edit, while it is neither deleted nor erased

Asked inside the recorder's transaction with the room's head locked, so that nothing comes between look and entry.
"""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext_noop as _

from ledger.drafts import Entry
from ledger.errors import NoSuchPost, NotTheAuthor, RecordError
from ledger.models import Message

OWN_ACTS = frozenset({"edit", "delete"})
ACTS = OWN_ACTS | {"react", "unreact"}


class Targets:
    """The posts that the acts of one batch name. Two queries; none where the batch holds no acts."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        statements = [entry.statement for entry in entries]
        refs = {statement.ref for statement in statements if statement.kind in ACTS and statement.ref is not None}
        self._authors: dict[tuple[UUID, bytes], UUID] = {}
        self._deleted: set[tuple[UUID, bytes]] = set()
        if refs:
            posts = Message.objects.filter(hash__in=refs, kind="post", body__isnull=False)
            rows = posts.values_list("room", "hash", "author")
            self._authors = {(room, bytes(hash_)): author for room, hash_, author in rows}
            deletes = Message.objects.filter(ref__in=refs, kind="delete").values_list("room", "ref")
            self._deleted = {(room, bytes(ref)) for room, ref in deletes if ref is not None}

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
        if statement.kind == "delete":
            self._deleted.add(target)
        return None
