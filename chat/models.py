"""Rooms, who is in them, and how far they have read."""

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chat.files.models import File  # noqa: F401  (Django finds an app's tables here)
from chat.querysets import RoomQuerySet
from chat.search.models import IndexedRoom as IndexedRoom
from chat.search.models import IndexState as IndexState


class Room(models.Model):
    """A place to talk. Its entries live in the ledger under `id`; name, topic and access are entries there too."""

    class Access(models.TextChoices):
        EVERYONE = "everyone", _("Everyone")
        PUBLIC = "public", _("Public: everybody may read and join")
        PRIVATE = "private", _("Private: for those who are added")
        DIRECT = "direct", _("A direct conversation")

    WORLD = uuid.UUID("c0117ec7-0000-4000-8000-000000000001")
    """Everybody's room. One fixed id, so that any store can hold the same row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=80, blank=True, help_text=_("Empty for a direct conversation."))
    topic = models.CharField(_("topic"), max_length=250, blank=True)
    access = models.CharField(_("access"), max_length=16, choices=Access, default=Access.EVERYONE)
    archived = models.BooleanField(
        _("archived"), default=False, help_text=_("Everything stays readable, nothing can be added.")
    )
    legal_hold = models.BooleanField(_("legal hold"), default=False, help_text=_("Nothing in this room can be erased."))

    objects = RoomQuerySet.as_manager()

    person = ""
    """Of a direct conversation of two, as one of them reads it: the other's id. See `chat/names.py`."""

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")

    def __str__(self) -> str:
        return self.name or f"{self.Access.DIRECT.label} {self.pk.hex[:8]}"

    @property
    def is_direct(self) -> bool:
        return self.access == self.Access.DIRECT

    @property
    def kind(self) -> str:
        """What the wire calls it."""
        return "direct" if self.is_direct else "room"


def draw_stamp() -> int:
    """Random, and small enough that a million of them can be added up."""
    return secrets.randbits(40)


class Membership(models.Model):
    """Who is in a room, and as what. Follows from the room's `member.*` entries, and is written together with them.

    In a room for everyone nobody has one. Roles have no kind of entry; the system's words in the room tell of them.
    """

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        ADMIN = "admin", _("Admin")
        MODERATOR = "moderator", _("Moderator")
        MEMBER = "member", _("Member")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role, default=Role.MEMBER)
    stamp = models.BigIntegerField(default=draw_stamp, editable=False)
    """Drawn with the row: the sum over all rows tells whether anybody came or went. It is asked for every other second,
    and read from an index alone."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "user"], name="membership_room_user")]
        indexes = [models.Index(fields=["stamp"], name="membership_stamp")]

    def __str__(self) -> str:
        return f"{self.user_id} is {self.role} in {self.room_id}"


class Ban(models.Model):
    """Who may not come back into a room, and does not see it.

    The `member.remove` entry and its reason are the log; of who had left before, words of the system.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="bans")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bans")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "user"], name="ban_room_user")]

    def __str__(self) -> str:
        return f"{self.user_id} is banned from {self.room_id}"


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


class UnreadMark(models.Model):
    """ "Unread from here", put by hand: what is unread begins no later. The read position stays where it is.

    Gone when its person says so, which a browser does when they have read to the end in a room opened since.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    room = models.ForeignKey(Room, on_delete=models.CASCADE)
    seq = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "room"], name="unread_mark_user_room")]

    def __str__(self) -> str:
        return f"{self.room_id} is unread for {self.user_id} from {self.seq} on"


class Pin(models.Model):
    """A post that people keep at hand. The ledger has no kind of entry for it: who pinned what is not proved."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    room = models.ForeignKey(Room, on_delete=models.CASCADE)
    seq = models.BigIntegerField()
    """The post's place in its room."""
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    pinned_ms = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "seq"], name="pin_room_seq")]

    def __str__(self) -> str:
        return f"{self.seq} in {self.room_id}"


class Preferences(models.Model):
    """What a person chose for all rooms. Nobody's row is needed: the defaults stand for a missing one."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True)
    is_shown = models.BooleanField(_("Show others whether I am here"), default=True)
    sound = models.BooleanField(_("A sound with each notification while the chat is open"), default=False)
    quiet_from = models.TimeField(_("Quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("Quiet until"), null=True, blank=True)
    time_zone = models.CharField(_("Time zone"), max_length=64, default="UTC")
    digest = models.BooleanField(_("An e-mail with what I missed: mentions and direct messages"), default=True)
    language = models.CharField(max_length=16, blank=True, default="", editable=False)
    """In which e-mails are written: that of the page where the person logged in, or chose another one since."""
    digested_ms = models.BigIntegerField(default=0, editable=False)
    """What was received up to then has been told by e-mail."""

    class Meta:
        verbose_name_plural = "preferences"

    def __str__(self) -> str:
        return f"What {self.user_id} chose"


class RoomPreference(models.Model):
    """What a person is told of in one room. Without a row: all of a direct conversation, elsewhere mentions."""

    class Level(models.TextChoices):
        ALL = "all", _("Every message")
        MENTIONS = "mentions", _("Mentions")
        MUTE = "mute", _("Nothing")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    room = models.ForeignKey(Room, on_delete=models.CASCADE)
    level = models.CharField(max_length=16, choices=Level)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "room"], name="room_preference_user_room")]

    def __str__(self) -> str:
        return f"{self.user_id} is told of {self.level} in {self.room_id}"


class PushSubscription(models.Model):
    """A browser that takes Web Push, for as long as the session in which it was switched on lasts (RFC 8030, 8291)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    session = models.CharField(max_length=40)
    endpoint = models.CharField(max_length=500, unique=True)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=50)
    renewed = models.DateTimeField(auto_now=True)
    """When the browser last said so."""

    def __str__(self) -> str:
        return f"A browser of {self.user_id}"
