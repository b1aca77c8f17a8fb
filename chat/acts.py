"""What became of posts: edited, deleted, reacted to. Computed from the entries that name them, stored nowhere.

    post ← edit, edit, delete, react, unreact …        in the order of their seq, each said once

Everybody gets the same answer, so that an encoded event serves all readers. `acts` is the seq of the newest entry that
is part of the answer: whoever hears a later one adds it (static/chat/js/acts.js follows the same rules), an earlier one
it has. One query for any number of posts.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Q

from chat.markup.text import text_of
from ledger.models import Message
from ledger.recording.acts import ACTS, OWN_ACTS

Post = tuple[UUID, bytes]
"""Room and hash."""


@dataclass(slots=True)
class Acts:
    """What was done to one post. `edits` are whole rows, oldest first."""

    seq: int = 0
    edits: list[Message] = field(default_factory=list)
    is_deleted: bool = False
    reactions: dict[str, dict[UUID, None]] = field(default_factory=dict)
    """Emoji → whose, both in the order in which they came. Not a list: there are thousands, and each is looked for."""

    def take(self, row: Message) -> None:
        self.seq = row.room_seq
        if row.kind == "edit":
            self.edits.append(row)
        elif row.kind == "delete":
            self.is_deleted = True
        else:
            self._react(row)

    def version_at(self, seq: int) -> Message | None:
        """The edit that whoever had seen the room up to `seq` saw; None: the post as it was written."""
        return next((edit for edit in reversed(self.edits) if edit.room_seq <= seq), None)

    def _react(self, row: Message) -> None:
        emoji = orjson.loads(row.body or "{}").get("emoji", "")
        people = self.reactions.setdefault(emoji, {})
        if row.kind == "react":
            people.setdefault(row.author)
        else:
            people.pop(row.author, None)
        if not people:
            del self.reactions[emoji]


NOTHING = Acts()


def find_acts(posts: Iterable[Message], quoted: Iterable[Message] = ()) -> Mapping[Post, Acts]:
    """By room and hash; who is absent has had nothing done to it. Of what is only `quoted` no reactions are read."""
    shown = {bytes(post.hash) for post in posts}
    parts = (shown, ACTS), ({bytes(post.hash) for post in quoted} - shown, OWN_ACTS)
    wanted = [Q(ref__in=refs, kind__in=kinds) for refs, kinds in parts if refs]
    found: defaultdict[Post, Acts] = defaultdict(Acts)
    if not wanted:
        return found
    rows = Message.objects.filter(Q(*wanted, _connector=Q.OR)).order_by("room_seq")
    for columns in rows.values("id", "kind", "room", "room_seq", "hash", "author", "ref", "body", "received_ms"):
        row = Message.from_columns(columns)
        found[row.room, bytes(row.ref or b"")].take(row)
    return found


def find_words(posts: Sequence[Message]) -> Mapping[Post, str]:
    """What each says now, by room and hash: its newest version's words."""
    acts = find_acts((), posts)
    keys = {(post.room, bytes(post.hash)): post for post in posts}
    return {key: text_of([post, *acts.get(key, NOTHING).edits][-1].body) for key, post in keys.items()}


def find_emoji(room: UUID, ref: bytes) -> set[str]:
    """Every emoji that somebody has ever put to the post."""
    bodies = Message.objects.filter(ref=ref, kind="react", room=room).values_list("body", flat=True).distinct()
    return {orjson.loads(body or "{}").get("emoji", "") for body in bodies}


def people_of(acts: Iterable[Acts]) -> Iterator[UUID]:
    """Who reacted."""
    for each in acts:
        for people in each.reactions.values():
            yield from people


def describe_reactions(acts: Acts, people: Mapping[UUID, Mapping[str, str]]) -> list[dict[str, Any]]:
    return [
        {"emoji": emoji, "by": [{"id": id.hex, "name": people[id]["name"]} for id in ids]}
        for emoji, ids in acts.reactions.items()
    ]
