"""Named reads of rooms. A user's query starts from the user."""

from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models

if TYPE_CHECKING:
    from chat.models import Room  # noqa: F401


class RoomQuerySet(models.QuerySet["Room"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> "RoomQuerySet":
        """The rooms that exist for this user: none for someone who is not logged in."""
        return self.all() if user.is_authenticated and user.is_active else self.none()
