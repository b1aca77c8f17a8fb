"""Who may write where. The ledger holds bare ids; the answer comes from the app that knows rooms and people.

LEDGER_REFUSED_WRITERS = "chat.access.refused_writers"       {(room, author)} → why not, for those who may not

Asked inside the recorder's transaction with the rooms' heads locked: whoever is removed has written before, or is
refused. It is about what people say: posts, and what is done to them. For the rest there is the plan of the act.
"""

from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from ledger.core.records import SYSTEM_AUTHOR
from ledger.errors import RecordError
from ledger.recording.acts import ACTS
from ledger.recording.drafts import Entry

Writer = tuple[UUID, UUID]
"""A room, and who writes there."""
Ask = Callable[[set[Writer]], Mapping[Writer, RecordError]]

SAID = ACTS | {"post"}


class Writers:
    """The authors of one batch; nothing is asked where nobody has said who may."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        writers = {_writer(entry) for entry in entries if _is_said(entry)}
        path = getattr(settings, "LEDGER_REFUSED_WRITERS", None)
        self._refused: Mapping[Writer, RecordError] = {}
        if path and writers:
            ask: Ask = import_string(path)
            self._refused = ask(writers)

    def refuse(self, entry: Entry) -> RecordError | None:
        """Why its author may not say it; None where they may."""
        return self._refused.get(_writer(entry)) if self._refused and _is_said(entry) else None


def _is_said(entry: Entry) -> bool:
    """By a person: the system may write anywhere."""
    return entry.statement.kind in SAID and entry.statement.author != SYSTEM_AUTHOR


def _writer(entry: Entry) -> Writer:
    return entry.statement.room, entry.statement.author
