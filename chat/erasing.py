"""Who may erase a message: its author, or a moderator, unless the room is under legal hold.

Who moderates says `roles.py`. Whether a request was one or the other stays in the ledger: the `erase` entry names who
asked and why. How words go is `ledger/recording/erasing.py`; files go with them.
"""

import time
from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.models import User
from chat.files import removing
from chat.membership.roles import moderates
from chat.models import Room
from chat.posting import refusal_of
from chat.refusals import Refusal
from ledger.errors import NotErasable, RecordError
from ledger.models import Message
from ledger.recording.erasing import Erasure, erase

HELD = _("This room is under legal hold: until it is lifted, nothing in it can be erased.")


def check_may_erase(user: User, message: Message, *, lock: bool = False) -> None:
    """Refusal, with a sentence for people, when the user may not or nobody may. `lock`: so it stays till the commit."""
    room = (Room.objects.select_for_update() if lock else Room.objects.all()).get(pk=message.room)
    if message.author != user.pk and not moderates(user, room):
        raise Refusal("forbidden", _("Only its author or a moderator can erase a message."))
    if room.legal_hold:
        raise Refusal("legal_hold", HELD)


def erase_message(user: User, message: Message, client_id: UUID, reason: str) -> None:
    """Erases a post and all its versions; nothing where that was done before. Refusal when it stays as it is."""

    def begin() -> None:
        """Inside the transaction: a hold that was set meanwhile counts, and files are given up with the words."""
        check_may_erase(user, message, lock=True)
        removing.give_up(message.pk)

    erasure = Erasure(
        post=message,
        author=user.pk,
        client_id=client_id,
        sent_ms=time.time_ns() // 1_000_000,
        reason=reason,
        allow=begin,
    )
    try:
        erase(erasure)
    except NotErasable as error:
        raise Refusal("forbidden", str(error)) from None
    except RecordError as error:
        raise refusal_of(error) from None
    removing.remove_given_up(message.pk)
