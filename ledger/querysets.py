"""Named reads of the ledger's tables."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models

if TYPE_CHECKING:
    from ledger.models import Block, Message  # noqa: F401


class MessageQuerySet(models.QuerySet["Message"]):
    def pending(self) -> "MessageQuerySet":
        """Recorded, not yet in a block, in recording order."""
        return self.filter(leaf_index=None).order_by("id")

    def sealed(self) -> "MessageQuerySet":
        return self.filter(leaf_index__isnull=False).order_by("leaf_index")

    def in_room(self, room: UUID) -> "MessageQuerySet":
        return self.filter(room=room).order_by("room_seq")


class BlockQuerySet(models.QuerySet["Block"]):
    def tip(self) -> "Block | None":
        """The newest block."""
        return self.order_by("-height").first()

    def signed_tip(self) -> "Block | None":
        """The newest block whose checkpoint may be shown."""
        return self.filter(checkpoint__isnull=False).order_by("-height").first()
