"""Who may read what: the ledger asks (settings.LEDGER_READABLE_ROOMS), the rooms answer."""

from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from chat.models import Room


def readable_room_ids(user: AbstractBaseUser | AnonymousUser, rooms: set[UUID]) -> set[UUID]:
    """Those of the rooms that exist for the user."""
    return set(Room.objects.visible_to(user).filter(pk__in=rooms).values_list("pk", flat=True))
