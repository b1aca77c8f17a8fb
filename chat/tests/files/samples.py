"""Files for tests: good pictures, hostile ones, and how they are uploaded."""

import io
import struct
import zlib
from typing import Any
from uuid import UUID, uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import User
from chat.files.claims import find_claim
from chat.files.models import File
from chat.files.uploads import receive
from chat.models import Room
from chat.posting import draft_post
from ledger.models import Message
from ledger.recording.batches import record
from ledger.recording.drafts import Draft

TEXT = b"the minutes of the meeting\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 200), colour: str = "#663af3", **save: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **save)
    return out.getvalue()


def photo_held_upright() -> bytes:
    """A JPEG whose camera was turned and knew where it was; its left edge is red, which is the upper one upright."""
    image = Image.new("RGB", (300, 200), "#ffffff")
    image.paste("#ff0000", (0, 0, 60, 200))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by a quarter
    exif[0x010E] = "at home"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, quality=95, comment=b"at home")
    return out.getvalue()


def bomb(side: int = 60_000) -> bytes:
    """A PNG of a few hundred kilobytes that says it is `side` pixels wide and high."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((side // 8 + 1) * min(side, 8000)), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def upload(user: User, content: bytes = TEXT, name: str = "minutes.txt", room: Room | None = None) -> File:
    """As the endpoint does it."""
    return receive(user, room or Room.objects.get(pk=Room.WORLD), SimpleUploadedFile(name, content))


def browser(user: User | None, **options: Any) -> Client:
    client = Client(**options)
    if user is not None:
        client.force_login(user)
    return client


def draft(
    author: User, *ids: UUID, room: UUID = Room.WORLD, text: str = "look", client_id: UUID | None = None
) -> Draft:
    claim = find_claim(ids, author.pk, room)
    return draft_post(
        room=room, author=author.pk, client_id=client_id or uuid4(), text=text, reply_to=None, sent_ms=1, claim=claim
    )


def sent(author: User, content: bytes = TEXT, name: str = "minutes.txt") -> File:
    file = upload(author, content, name)
    record(draft(author, file.pk))
    return File.objects.select_related("message").get(pk=file.pk)


def message_of(file: File) -> Message:
    assert file.message
    return file.message


def url(file: File, name: str = "x") -> str:
    return f"/files/{file.id.hex}/{name}"
