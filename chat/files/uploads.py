"""Taking a file in: limits, commitment, type, picture; then contents and row, durable before the answer."""

import logging
import secrets
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import close_old_connections
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from chat.files.models import File
from chat.files.names import inert_name
from chat.files.pictures import Picture, TooManyPictures, read_picture
from chat.files.shown import size_words
from chat.files.storage import storage
from chat.files.types import HEAD, PICTURES, UNKNOWN, sniff
from chat.models import Room
from chat.rates import Rates
from ledger.core.bodies import SALT_SIZE, commit_file

if TYPE_CHECKING:
    Upload = UploadedFile[Any]
else:
    Upload = UploadedFile

logger = logging.getLogger(__name__)

LARGEST_PICTURE = 100 * 1024 * 1024
"""Bytes: a picture is decoded in memory. A larger one stays a file to download."""
PER_S, BURST = 0.5, 40
_rates = Rates(PER_S, BURST)


class UploadRefused(Exception):
    """A file that is not taken, with a sentence for who sent it."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def receive(user: User, room: Room, upload: Upload, said_size: str | None = None) -> File:
    """Returns once row and contents survive power loss. UploadRefused else, and nothing is kept."""
    if not Room.objects.joined_by(user).filter(pk=room.pk, archived=False).exists():
        raise UploadRefused("forbidden", _("You cannot write in this room."))
    _check(user, upload, said_size)
    close_old_connections()  # a pool has few, and a place for decoding may be long in coming
    salt = secrets.token_bytes(SALT_SIZE)
    try:
        kind, picture = _look(upload)
    except TooManyPictures:
        raise UploadRefused("busy", _("Too many pictures come at once. Please try again in a moment.")) from None
    if not any(fnmatchcase(kind, allowed) for allowed in settings.FILE_TYPES):
        raise UploadRefused("type", _("Files of this type (%(type)s) are not taken here.") % {"type": kind})
    file = File.objects.create(
        uploader=user,
        room=room,
        name=inert_name(upload.name or ""),
        type=kind,
        size=upload.size or 0,
        salt=salt,
        commitment=commit_file(salt, upload.chunks()),
        width=picture.width if picture else None,
        height=picture.height if picture else None,
    )
    if _used_today(user) > settings.FILE_BYTES_PER_DAY:  # of many that came at once, who passed the check before
        file.delete()
        raise _beyond_quota()
    close_old_connections()
    try:
        storage().save(file.contents, upload)
        if picture:
            storage().save(file.thumbnail, ContentFile(picture.thumbnail))
    except Exception as error:  # a disk is full, a bucket is away; the row stays for the sweep
        logger.exception("A file could not be stored.")
        raise UploadRefused("storage", _("The file could not be stored. Please try again.")) from error
    file.state = File.State.WAITING
    file.save(update_fields=["state"])
    return file


def _check(user: User, upload: Upload, said_size: str | None) -> None:
    size = upload.size or 0
    if said_size is not None and said_size != str(size):
        raise UploadRefused("incomplete", _("The file did not arrive whole. Please try again."))
    if size == 0:
        raise UploadRefused("empty", _("This file is empty."))
    if size > settings.FILE_BYTES:
        limit = size_words(settings.FILE_BYTES)
        raise UploadRefused("too_large", _("This file is larger than %(limit)s.") % {"limit": limit})
    if _rates.take(user.pk):
        raise UploadRefused("rate_limited", _("Too many files at once. Wait a moment, then try again."))
    if _used_today(user) + size > settings.FILE_BYTES_PER_DAY:
        raise _beyond_quota()


def _used_today(user: User) -> int:
    since = timezone.now() - timedelta(days=1)
    used = File.objects.filter(uploader=user, created__gte=since).aggregate(sum=Sum("size"))["sum"]
    return int(used or 0)


def _beyond_quota() -> UploadRefused:
    limit = size_words(settings.FILE_BYTES_PER_DAY)
    return UploadRefused("quota", _("You have uploaded %(limit)s within a day. Try again later.") % {"limit": limit})


def _look(upload: Upload) -> tuple[str, Picture | None]:
    """The type and, where it decodes as one, the picture. What only begins like a picture is none."""
    upload.seek(0)
    kind = sniff(upload.read(HEAD))
    if kind not in PICTURES:
        return kind, None
    upload.seek(0)
    picture = read_picture(upload) if (upload.size or 0) <= LARGEST_PICTURE else None
    return (picture.type, picture) if picture else (UNKNOWN, None)
