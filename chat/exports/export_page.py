"""The readable page of an exported room, in the language of who exports it: no script, nothing from elsewhere, every
word as text.

A head, any number of pieces with entries, and a foot, so that a page of any length is written in constant memory.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from accounts.models import User
from chat.files.shown import size_words
from chat.models import Room
from chat.people import Person, find_people
from chat.writing_to import language_of
from ledger.core.checkpoints import parse_checkpoint
from ledger.core.notes import parse_note
from ledger.display import time_stamp, time_text
from ledger.models import Message

_MARK = "<!-- entries -->"
VERBS = {
    "post": gettext_noop("replied to"),
    "edit": gettext_noop("edited"),
    "delete": gettext_noop("deleted"),
    "react": gettext_noop("reacted to"),
    "unreact": gettext_noop("took a reaction back from"),
    "erase": gettext_noop("erased"),
    "room.create": gettext_noop("opened the room"),
    "room.update": gettext_noop("changed the room"),
    "member.join": gettext_noop("joined"),
    "member.leave": gettext_noop("left"),
    "member.remove": gettext_noop("removed somebody"),
}


class ExportPage:
    def __init__(self, room: Room, user: User, head: int, vkey: str, note: str) -> None:
        checkpoint = parse_checkpoint(parse_note(note).body)
        context = {
            "room": room,
            "user": user,
            "head": head,
            "origin": settings.LOG_ORIGIN,
            "vkey": vkey,
            "size": checkpoint.size,
            "root": checkpoint.root.hex(),
            "made": datetime.now(UTC),
            "mark": _MARK,
        }
        self._room, self._language = room, language_of(user)
        with override(self._language):
            self._head, _mark, self._foot = render_to_string("chat/export.html", context).partition(_MARK)

    def head(self) -> str:
        return self._head

    def foot(self) -> str:
        return self._foot

    def entries(self, rows: Sequence[Message], salts: Mapping[int, list[str | None]]) -> str:
        """These entries, in order; `salts` are those of the files whose contents are in the export. Two queries."""
        people = find_people({row.author for row in rows})
        refs = {bytes(row.ref) for row in rows if row.ref is not None}
        named = Message.objects.filter(room=self._room.pk, hash__in=refs).values_list("hash", "room_seq")
        seqs = {bytes(hash_): seq for hash_, seq in named}
        with override(self._language):
            entries = [_describe(row, people[row.author], seqs, salts.get(row.pk, [])) for row in rows]
            return render_to_string("chat/_export_entries.html", {"entries": entries})


def _describe(row: Message, author: Person, seqs: Mapping[bytes, int], salts: Sequence[str | None]) -> dict[str, Any]:
    body = json.loads(row.body) if row.body is not None else {}
    return {
        "seq": row.room_seq,
        "hash": row.hash.hex(),
        "author": author,
        "time": time_text(row.received_ms),
        "iso": time_stamp(row.received_ms),
        "block": row.block.height if row.block is not None and row.block.checkpoint is not None else None,
        "verb": "" if row.kind == "post" and row.ref is None else _(VERBS.get(row.kind, row.kind)),
        "ref": seqs.get(bytes(row.ref)) if row.ref is not None else None,
        "erased": row.is_erased,
        "files": [
            {**file, "about": size_words(file["size"]), "is_here": salt is not None}
            for file, salt in zip_longest(body.get("files", ()), salts)
        ],
        "words": body.get("text") or body.get("reason") or body.get("emoji") or body.get("name") or "",
    }
