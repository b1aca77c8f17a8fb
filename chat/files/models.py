"""The table of files: where contents lie, what opens their commitment, and which message carries them."""

import uuid

from django.conf import settings
from django.db import models


class FileQuerySet(models.QuerySet["File"]):
    def waiting(self, uploader: uuid.UUID, room: uuid.UUID) -> "FileQuerySet":
        """What this person has uploaded for a message in this room and not sent yet."""
        return self.filter(uploader=uploader, room=room, state=File.State.WAITING)


class File(models.Model):
    class State(models.TextChoices):
        RECEIVING = "receiving", "Contents are on their way"
        WAITING = "waiting", "Uploaded, in no message yet"
        SENT = "sent", "In a message"
        GOING = "going", "Erased or given up: contents go, then this row"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    uploader = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    room = models.ForeignKey("chat.Room", on_delete=models.PROTECT, related_name="+")
    message = models.ForeignKey("ledger.Message", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=State, default=State.RECEIVING)
    created = models.DateTimeField(auto_now_add=True)
    name = models.CharField(max_length=255)
    type = models.CharField(max_length=100)
    """What the contents look like, whatever the uploader said."""
    size = models.BigIntegerField()
    salt = models.BinaryField(max_length=32, null=True)
    """Null once it is erased: a guess at the contents could be tried with it."""
    commitment = models.BinaryField(max_length=32)
    width = models.IntegerField(null=True)
    """Of a picture that was decoded as a whole and has a thumbnail; null for everything else."""
    height = models.IntegerField(null=True)

    objects = FileQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "created"], name="file_state_created")]

    def __str__(self) -> str:
        return f"file {self.id} ({self.state})"

    @property
    def is_picture(self) -> bool:
        return self.width is not None

    @property
    def contents(self) -> str:
        """Where its bytes lie in the storage."""
        return f"files/{self.id.hex}"

    @property
    def thumbnail(self) -> str:
        return f"files/{self.id.hex}.webp"
