"""Files as a page shows them. Pure; the same rules as `static/chat/js/files/shown.js`."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

BOX = (360, 280)
"""Width and height, in CSS pixels, into which a picture's preview is fitted."""


def size_words(size: int) -> str:
    """Of 1,234,567: "1.2 MB". As disks and settings count: a kB is 1,000 bytes."""
    if size < 1000:
        return _("%(n)s bytes") % {"n": size}
    if size < 999_500:
        return _("%(n)s kB") % {"n": round(size / 1000)}
    return _("%(n)s MB") % {"n": f"{size / 1_000_000:.1f}".removesuffix(".0")}


def fit(width: int, height: int) -> tuple[int, int]:
    """The size in which the preview stands, whole pixels, never larger than the picture."""
    scale = min(1, BOX[0] / width, BOX[1] / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def files_of(event: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the body says of each file, and where it is; nothing where the words are gone too."""
    named = (event.get("body") or {}).get("files", ())
    if event.get("deleted") or "attachments" not in event:
        return []
    return [_file(body, found or {}) for body, found in zip(named, event["attachments"], strict=True)]


def is_bare(event: Mapping[str, Any]) -> bool:
    """Whether the text only says what the files are called: nobody wrote any."""
    files = files_of(event)
    names = ", ".join(file["name"] for file in files)
    return bool(files) and not event.get("edited") and event["body"]["text"] == names


def _file(body: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    file = {**body, "url": found.get("url"), "thumb": found.get("thumb"), "about": size_words(body["size"])}
    if not found:
        file["about"] = _("No longer available")
    if file["thumb"]:
        file["width"], file["height"] = fit(found["width"], found["height"])
    return file
