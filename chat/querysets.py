"""Named reads of rooms. A user's query starts from the user."""

from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from chat.models import Room


class RoomQuerySet(models.QuerySet["Room"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> "RoomQuerySet":
        """The rooms that exist for this user, whom they may read: none for someone who is not logged in.

        Site staff see no more than others: a private room that they are not in does not exist for them either.
        """
        if not (user.is_authenticated and user.is_active):
            return self.none()
        public = Q(access=self.model.Access.PUBLIC) & ~Q(pk__in=self._of(user, "bans"))
        return self.filter(Q(access=self.model.Access.EVERYONE) | public | Q(pk__in=self._of(user, "memberships")))

    def joined_by(self, user: AbstractBaseUser | AnonymousUser) -> "RoomQuerySet":
        """The rooms that this user is in: their sidebar, their socket, where they may write."""
        if not (user.is_authenticated and user.is_active):
            return self.none()
        return self.filter(Q(access=self.model.Access.EVERYONE) | Q(pk__in=self._of(user, "memberships")))

    def _of(self, user: AbstractBaseUser | AnonymousUser, rows: str) -> models.QuerySet["Room", object]:
        return self.model._base_manager.filter(**{f"{rows}__user": user}).values("pk")
