"""No index: the newest posts, one after the other. For databases that have none here; `REACH` bounds what it costs."""

from collections.abc import Sequence

from chat.search.documents import Version
from chat.search.wanted import Suggested, Wanted
from ledger.models import Message

REACH = 20_000
"""So many newest posts of all the rooms asked about are looked at; the page says so."""


class Scan:
    keeps = False

    def reset(self) -> None: ...

    def add(self, versions: Sequence[Version], above: int) -> None: ...

    def forget(self, versions: Sequence[Version]) -> None: ...

    def suggest(self, wanted: Wanted, before: int, count: int) -> Suggested:
        rows = Message.objects.filter(kind="post", room__in=wanted.rooms).order_by("-pk")
        earliest = rows.values_list("pk", flat=True)[REACH : REACH + 1].first() or 0
        rows = rows.filter(pk__gt=max(earliest, wanted.first_post - 1), pk__lt=before)
        if wanted.authors:
            rows = rows.filter(author__in=wanted.authors)
        posts = list(rows.values_list("pk", flat=True)[:count])
        return posts, posts[-1] if len(posts) == count else None
