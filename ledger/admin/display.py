"""Cells and lines of the ledger's admin pages."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db import models
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ledger.display import NOTHING, grouped, short_hex, time_stamp, time_text

Words = Any
"""Text, or text that is translated when it is shown."""
Cell = SafeString | str
Raw = bytes | memoryview
"""A binary column's value: stores differ in which of the two they give."""


TITLES = {
    "bits": _("bits"),
    "body_commitment": _("body commitment"),
    "checkpoint": _("checkpoint"),
    "client_id": _("client id"),
    "device": _("device"),
    "hash": _("hash"),
    "height": _("height"),
    "id": _("id"),
    "index": _("index"),
    "kind": _("kind"),
    "leaf_index": _("leaf index"),
    "level": _("level"),
    "min_bits": _("min bits"),
    "nonce": _("nonce"),
    "origin": _("origin"),
    "previous": _("previous"),
    "received_ms": _("received"),
    "room_seq": _("room seq"),
    "root": _("root"),
    "salt": _("salt"),
    "seq": _("seq"),
    "signature": _("signature"),
    "tree_size": _("tree size"),
}
"""What a column is called where it says nothing else."""


def hash_copy(value: Raw | None, address: str = "") -> Cell:
    """A short hash, a link where there is somewhere to go, and a button that copies the whole."""
    if value is None:
        return NOTHING
    digits = memoryview(value).hex()
    shown = format_html('<code title="{}">{}</code>', digits, short_hex(value))
    if address:
        shown = format_html('<a href="{}">{}</a>', address, shown)
    return format_html('<span class="hash">{}{}</span>', shown, copy_button(digits))


def whole_hash(value: Raw | None) -> Cell:
    """All digits, and the button that copies them."""
    if value is None:
        return NOTHING
    digits = memoryview(value).hex()
    return format_html('<span class="hash"><code class="hash__whole">{}</code>{}</span>', digits, copy_button(digits))


def copy_button(digits: str) -> SafeString:
    return format_html('<button type="button" class="copy" data-copy="{}" aria-label="{}"></button>', digits, _("Copy"))


def moment(time_ms: int | None) -> Cell:
    if time_ms is None:
        return NOTHING
    return format_html('<time datetime="{}">{}</time>', time_stamp(time_ms), time_text(time_ms))


def plain(text: str | None) -> Cell:
    """Text as it stands, line by line."""
    return NOTHING if text is None else format_html('<pre class="plain">{}</pre>', text)


def column(field: str, show: Callable[[Any], Cell] = grouped, title: Words = "") -> Callable[[Any], Cell]:
    """A column of a list, or a line of a page, that shows a field's value in one of the forms above."""

    @admin.display(description=title or TITLES[field])
    def cell(row: models.Model) -> Cell:
        return show(getattr(row, field))

    cell.__name__ = field
    return cell


def section(title: Words, *lines: Callable[[Any], Cell]) -> Any:
    """A part of a row's page."""
    return title, {"fields": lines}
