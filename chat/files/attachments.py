"""Files as clients see them: where to get them, how large a picture is, what opens the commitment."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from chat.files.models import File
from ledger.models import Message

Attachment = dict[str, Any]

_FILES = '"files":['
"""A body's key; no text can hold it, since JSON writes its quotation marks otherwise."""


def describe_file(file: File) -> Attachment:
    """What is not in the body."""
    return {
        "id": file.id.hex,
        "url": f"/files/{file.id.hex}/{quote(file.name, safe='')}",
        "thumb": f"/thumbnails/{file.id.hex}" if file.is_picture else None,
        "width": file.width,
        "height": file.height,
        "salt": None if file.salt is None else bytes(file.salt).hex(),
    }


def find_attachments(messages: Iterable[Message]) -> Mapping[int, Sequence[File]]:
    """By the message's key. One query, and none where no message has files."""
    keys = [row.pk for row in messages if row.kind == "post" and row.body is not None and _FILES in row.body]
    files: defaultdict[int, list[File]] = defaultdict(list)
    for file in File.objects.filter(message__in=keys, state=File.State.SENT) if keys else ():
        if file.message_id is not None:
            files[file.message_id].append(file)
    return files


def order_attachments(body: Mapping[str, Any], files: Iterable[File]) -> list[Attachment | None]:
    """One for each of the body's files, in its order; None for one that is not there any more."""
    by_commitment = {bytes(file.commitment).hex(): file for file in files}
    found = [by_commitment.get(named["commitment"]) for named in body.get("files", ())]
    return [describe_file(file) if file else None for file in found]
