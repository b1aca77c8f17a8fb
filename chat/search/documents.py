"""Posts as search knows them: each with its newest words, from the ledger's rows.

A post is found by what it says now. The index keeps it under every version's words, which costs nothing to correct when
it is edited or deleted: what it suggests is compared with the newest version all the same.
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Q

from chat.batches import batches
from chat.markup.mentions import find_names
from chat.search.folding import fold
from chat.search.terms import facet, terms_of
from ledger.models import Message

_LINK = re.compile(r"https?://\S", re.IGNORECASE)
_CHUNK = 500
"""Values that one query may name, on any database."""


@dataclass(frozen=True, slots=True)
class Version:
    """The words of a post, or of one of its edits, as the index takes them."""

    post: int
    room: UUID
    author: UUID
    folded: str
    marks: frozenset[str]

    def terms(self) -> set[str]:
        about = {facet("room", self.room.hex), facet("from", self.author.hex)}
        return terms_of(self.folded) | about | {facet("mark", mark) for mark in self.marks}


@dataclass(frozen=True, slots=True)
class Document:
    """A post that can be found."""

    post: int
    seq: int
    room: UUID
    author: UUID
    received_ms: int
    text: str
    folded: str
    marks: frozenset[str]


def read_versions(rows: Iterable[Message]) -> list[Version]:
    """The versions that these rows are, as far as they have words. Two queries at most."""
    worded = [row for row in rows if row.kind in ("post", "edit") and row.body is not None]
    posts = _posts_of({bytes(row.ref) for row in worded if row.kind == "edit" and row.ref is not None})
    versions = []
    for row in worded:
        post = row.pk if row.kind == "post" else posts.get((row.room, bytes(row.ref or b"")))
        if post is not None:
            body = orjson.loads(row.body or "{}")
            folded = fold(body["text"])
            versions.append(Version(post, row.room, row.author, folded, _marks(body, edited=row.kind == "edit")))
    return versions


def versions_of(posts: Collection[int]) -> list[Version]:
    """Every version, with words still, of these posts."""
    rows = [row for some in batches(sorted(posts), _CHUNK) for row in Message.objects.filter(pk__in=some, kind="post")]
    hashes = [bytes(row.hash) for row in rows]
    edits = [row for some in batches(hashes, _CHUNK) for row in Message.objects.filter(kind="edit", ref__in=some)]
    return read_versions([*rows, *edits])


def find_documents(
    posts: Sequence[int], rooms: Collection[UUID], holds: Callable[[str], bool] = lambda _folded: True
) -> list[Document]:
    """Those of the posts in these rooms, neither deleted nor erased, if their words are right. Newest first.

    Two queries a chunk. `holds` is asked first: of what an index suggests, most may be something else.
    """
    return [document for some in batches(posts, _CHUNK) for document in _find_documents(some, rooms, holds)]


def _find_documents(posts: Sequence[int], rooms: Collection[UUID], holds: Callable[[str], bool]) -> list[Document]:
    rows = Message.objects.filter(pk__in=posts, kind="post", body__isnull=False).order_by("-pk")
    found = [
        row
        for row in rows.values_list("pk", "room_seq", "room", "author", "received_ms", "hash", "body")
        if row[2] in rooms
    ]
    acts = Message.objects.filter(ref__in=[row[5] for row in found]).filter(Q(kind="edit") | Q(kind="delete"))
    edits: dict[tuple[UUID, bytes], str | None] = {}
    deleted = set()
    for kind, room, ref, body in acts.order_by("pk").values_list("kind", "room", "ref", "body"):
        if kind == "edit":
            edits[room, bytes(ref or b"")] = body
        else:
            deleted.add((room, bytes(ref or b"")))
    documents = []
    for pk, seq, room, author, received_ms, hash_, body in found:
        key = room, bytes(hash_)
        newest = edits.get(key, body)
        if key in deleted or newest is None:
            continue
        said = orjson.loads(newest)
        folded = fold(said["text"])
        if holds(folded):
            said["files"] = orjson.loads(body or "{}").get("files")  # An edit changes words alone.
            marks = _marks(said, edited=key in edits)
            documents.append(Document(pk, seq, room, author, received_ms, said["text"], folded, marks))
    return documents


def _marks(body: dict[str, Any], *, edited: bool) -> frozenset[str]:
    marks = {"file": bool(body.get("files")), "link": _LINK.search(body["text"]) is not None, "edited": edited}
    names = (mention(name) for name in find_names([body["text"]]))
    return frozenset([*(mark for mark, holds in marks.items() if holds), *names])


def mention(name: str) -> str:
    """The mark of a text that may mention this name: it may stand in code, which an index does not know."""
    return f"@{name}"


def _posts_of(hashes: Collection[bytes]) -> dict[tuple[UUID, bytes], int]:
    found: dict[tuple[UUID, bytes], int] = {}
    for some in batches(list(hashes), _CHUNK):
        rows = Message.objects.filter(hash__in=some, kind="post").values_list("room", "hash", "pk")
        found.update({(room, bytes(hash_)): pk for room, hash_, pk in rows})
    return found
