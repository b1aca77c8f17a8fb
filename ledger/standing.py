"""Whether this database may be written to: it holds what the log has signed, and is still the file at its address.

An older copy that was put back is a fork in the making: whatever is recorded, mined or signed on it contradicts what
people hold already. So recorder and miner ask before they write, each time, and go on by themselves once a newer copy
is back. The question costs one small file and one row by its key; reading is never refused.
Spec: docs/specs/ledger.md §5.
"""

import os
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.signals import connection_created
from django.dispatch import receiver

from ledger.errors import BehindSignedState, KeyFileError
from ledger.models import Block
from ledger.selecting import select
from ledger.signed_state import SignedState, load_signed_state

_opened: dict[str, os.stat_result] = {}
"""Path → the SQLite file that was there when this process first opened it."""


def check_standing() -> None:
    """BehindSignedState or KeyFileError, one sentence for the operator, when nothing may be written."""
    _check_file()
    state = load_signed_state(settings.SIGNED_STATE_FILE, settings.LOG_ORIGIN)
    if state is None:
        if settings.MINER:  # other machines hold no signed state
            check_never_signed()
        return
    if select(Block, "tree_size", "root", height=[state.height]) != [(state.size, state.root)]:
        raise behind(state, Block.objects.tip())


def describe_standing() -> str | None:
    """Why nothing may be written, for anyone who asks: without the names of folders. None when all is well."""
    try:
        check_standing()
    except (BehindSignedState, KeyFileError) as error:
        return str(error).replace(f"{settings.DATA_DIR}{os.sep}", "")
    return None


def check_never_signed() -> None:
    """Without a signed state there must be nothing that was signed. The first signature may be made meanwhile."""
    is_signed = Block.objects.filter(checkpoint__isnull=False).exists()
    if is_signed and load_signed_state(settings.SIGNED_STATE_FILE, settings.LOG_ORIGIN) is None:
        raise BehindSignedState(
            f"The signed state {settings.SIGNED_STATE_FILE} is missing, but the log has signed before. "
            f"Put it back from your copy; without it an older database could fork the log. {_UNTIL_THEN}"
        )


def behind(state: SignedState, tip: Block | None) -> BehindSignedState:
    if tip is not None and not (isinstance(tip.tree_size, int) and tip.tree_size < state.size):
        return other_tree(state)
    found = f"{tip.tree_size} (block {tip.height})" if tip else "none"
    return BehindSignedState(
        f"The log has signed {state.size} leaves (block {state.height}), this database holds {found}. "
        f"It is an older copy: put back a newer one. {_UNTIL_THEN}"
    )


def other_tree(state: SignedState) -> BehindSignedState:
    return BehindSignedState(
        f"This database does not hold the {state.size} leaves that the log has signed (block {state.height}). "
        f"Put back a copy of the database that does. {_UNTIL_THEN}"
    )


@receiver(connection_created)
def _remember_file(sender: object, connection: Any, **kwargs: object) -> None:
    path = _path(connection)
    if connection.vendor == "sqlite" and path not in _opened and (there := _stat(path)) is not None:
        _opened[path] = there


def _check_file() -> None:
    """A file that was moved over the open one leaves this process on the old one, which nobody will ever see again."""
    connection.ensure_connection()
    path = _path(connection)
    opened = _opened.get(path)
    if opened is None:
        return
    there = _stat(path)
    if there is None or not os.path.samestat(opened, there):
        raise BehindSignedState(
            "Another database file was put in the place of the open one: restart the server, so that it opens it. "
            f"{_UNTIL_THEN}"
        )


def _path(database: Any) -> str:
    return str(database.settings_dict["NAME"])


def _stat(path: str) -> os.stat_result | None:
    """None where there is no file."""
    try:
        return os.stat(path)
    except OSError:
        return None


_UNTIL_THEN = "Nothing is recorded or mined until then."
