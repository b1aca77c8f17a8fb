"""Rooms, and who may see them."""

import uuid

from django.conf import settings
from django.db import models

from chat.querysets import RoomQuerySet


class Room(models.Model):
    """A place to talk. Its entries live in the ledger under `id`; name, topic and access are entries there too."""

    class Access(models.TextChoices):
        EVERYONE = "everyone", "Everyone"

    WORLD = uuid.UUID("c0117ec7-0000-4000-8000-000000000001")
    """Everybody's room. One fixed id, so that any store can hold the same row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    topic = models.CharField(max_length=250, blank=True)
    access = models.CharField(max_length=16, choices=Access, default=Access.EVERYONE)
    legal_hold = models.BooleanField(default=False, help_text="Nothing in this room can be erased.")

    objects = RoomQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class ReadPosition(models.Model):
    """How far a person has read a room. Never goes back; unread counts are computed from it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    room = models.ForeignKey(Room, on_delete=models.CASCADE)
    seq = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "room"], name="read_position_user_room")]

    def __str__(self) -> str:
        return f"{self.user_id} has read {self.room_id} up to {self.seq}"
