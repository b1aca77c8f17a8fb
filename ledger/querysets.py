"""Named reads of the ledger's tables."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Q

from ledger.core.records import SYSTEM_AUTHOR

if TYPE_CHECKING:
    from ledger.models import Block, Message  # noqa: F401


RARE = Q(
    *(("kind", kind) for kind in ("erase", "member.join", "member.remove", "room.create", "room.update")),
    ("author", SYSTEM_AUTHOR),
    _connector=Q.OR,
)
"""What happened to a room rather than what was said in it. An index holds these alone, so that posts do not pay for it.

Written as SQLite compares it: it uses an index under a condition where the query says the same in the same words.
"""


class MessageQuerySet(models.QuerySet["Message"]):
    def pending(self) -> "MessageQuerySet":
        """Recorded, not yet in a block, in recording order."""
        return self.filter(leaf_index=None).order_by("id")

    def sealed(self) -> "MessageQuerySet":
        return self.filter(leaf_index__isnull=False).order_by("leaf_index")

    def in_room(self, room: UUID) -> "MessageQuerySet":
        return self.filter(room=room).order_by("room_seq")

    def rare(self) -> "MessageQuerySet":
        """Those of which a room of any length has few; to be asked of one room, in the order of its entries."""
        return self.filter(RARE)


class BlockQuerySet(models.QuerySet["Block"]):
    def tip(self) -> "Block | None":
        """The newest block."""
        return self.order_by("-height").first()

    def signed_tip(self) -> "Block | None":
        """The newest block whose checkpoint may be shown."""
        return self.filter(checkpoint__isnull=False).order_by("-height").first()
