"""What was found, as pages and the palette show it, and what the index does not know yet."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from chat.files.attachments import describe_file
from chat.files.models import File
from chat.markup.text import plain_text
from chat.models import Room
from chat.names import name_rooms
from chat.people import find_people
from chat.search.documents import Document
from chat.search.excerpts import excerpt
from chat.search.finding import Page, names_of
from chat.search.folding import fold
from chat.search.indexes import get_index
from chat.search.indexing import count_waiting, is_built
from chat.search.query import Query, Words
from chat.search.scan import REACH
from ledger.display import grouped

WAITING_TOLD = 500
"""So many entries that are not in the index yet are worth a word; fewer are there within two seconds."""


def describe_hits(user: User, page: Page, query: Query) -> list[dict[str, Any]]:
    mentions = [Words(f"@{name}", at_end=True) for name in names_of(user, query.wanted)]
    return describe_documents(user, page.documents, [*query.wanted.words, *mentions])


def describe_documents(user: User, documents: Sequence[Document], words: Sequence[Words] = ()) -> list[dict[str, Any]]:
    """Two queries, one more where there are files. `words` are marked."""
    people = find_people({document.author for document in documents}) if documents else {}
    rooms = _rooms({document.room for document in documents}, user)
    files = _find_files([document.post for document in documents if "file" in document.marks])
    return [
        {
            "url": f"/rooms/{rooms[document.room].slug}/?at={document.seq}#m{document.seq}",
            "room": rooms[document.room].name,
            "author": people[document.author],
            "time": datetime.fromtimestamp(document.received_ms / 1000, UTC).isoformat(timespec="seconds"),
            "shown": date_format(datetime.fromtimestamp(document.received_ms / 1000, UTC), "SHORT_DATETIME_FORMAT"),
            "pieces": [
                {"text": piece.text, "hit": piece.is_hit} for piece in excerpt(_shown(document.text, words), words)
            ],
            "edited": "edited" in document.marks,
            "files": files.get(document.post, []),
        }
        for document in documents
    ]


def _shown(text: str, words: Sequence[Words]) -> str:
    """Without its markup, but as it was written where that holds a word that was looked for."""
    plain = plain_text(text)
    written, read = fold(text), fold(plain)
    return plain if all(each.find(read) >= 0 or each.find(written) < 0 for each in words) else text


def _find_files(posts: Sequence[int]) -> Mapping[int, list[dict[str, Any]]]:
    """What they are called and, of pictures, where the small ones are."""
    found: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for file in File.objects.filter(message__in=posts, state=File.State.SENT).order_by("pk") if posts else ():
        found[file.message_id or 0].append({"name": file.name, "thumb": describe_file(file)["thumb"]})
    return found


def describe_index() -> str:
    """What a search cannot find now; "" where it finds everything."""
    if not get_index().keeps:
        return _("On this database, search looks through the newest %(count)s messages only.") % {
            "count": grouped(REACH)
        }
    if not is_built():
        return _("The search index is being made for the first time. Try again in a moment.")
    waiting = count_waiting()
    if waiting > WAITING_TOLD:
        return _("%(count)s new entries are not in the search index yet.") % {"count": grouped(waiting)}
    return ""


def _rooms(ids: set[UUID], user: User) -> dict[UUID, Room]:
    """They were the user's to read when the documents were found, and may be no more."""
    rooms = Room.objects.filter(pk__in=ids) if ids else []
    return {room.pk: room for room in name_rooms(rooms, user)}
