"""How far the search index is. Without these rows there is no index: the next who follows makes it."""

from django.db import models


class IndexState(models.Model):
    """One row."""

    id = models.SmallIntegerField(primary_key=True, default=0, editable=False)
    version = models.SmallIntegerField()
    newest = models.BigIntegerField(default=0)
    """The greatest key of a message that was looked at."""

    def __str__(self) -> str:
        return f"index {self.version} up to {self.newest}"


class IndexedRoom(models.Model):
    """Up to which entry a room is in the index."""

    room = models.UUIDField(primary_key=True, editable=False)
    seq = models.BigIntegerField()

    def __str__(self) -> str:
        return f"room {self.room} up to {self.seq}"
