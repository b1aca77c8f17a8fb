"""Files go: with the message that carried them, or a day after an upload that nobody sent.

    row "going", in the erasure's transaction → contents and thumbnail → row

A crash between leaves a row that says so; the sweep goes on where it stopped.
"""

import logging
from datetime import timedelta

from django.utils import timezone

from chat.files.models import File
from chat.files.storage import storage

KEEP = timedelta(days=1)
"""So long an upload waits for its message."""

logger = logging.getLogger(__name__)


def give_up(message: int) -> None:
    """Marks what a message carries. To be called inside the transaction that erases its words."""
    File.objects.filter(message=message).update(state=File.State.GOING, name="", salt=None)


def remove_given_up(message: int | None = None) -> int:
    """Removes what is marked, of one message or all; how many files are gone. What cannot be removed stays marked."""
    going = File.objects.filter(state=File.State.GOING)
    return sum(map(_remove, going if message is None else going.filter(message=message)))


def sweep() -> int:
    """Gives up what nobody sent, and removes what is marked. Safe to call from several processes at once."""
    unsent = (File.State.RECEIVING, File.State.WAITING)
    old = File.objects.filter(state__in=unsent, created__lt=timezone.now() - KEEP)
    old.update(state=File.State.GOING, name="", salt=None)
    return remove_given_up()


def _remove(file: File) -> bool:
    try:
        _delete(file.contents, file.thumbnail)
    except Exception:  # a storage may raise what it likes; the next sweep tries again
        logger.exception("The contents of %s could not be removed; they are tried again.", file)
        return False
    file.delete()
    return True


def _delete(*names: str) -> None:
    for name in names:
        storage().delete(name)
