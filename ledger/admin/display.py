"""Cells and lines of the ledger's admin pages."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db import models
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ledger.display import NOTHING, grouped, short_hex, time_stamp, time_text

Cell = SafeString | str
Raw = bytes | memoryview
"""A binary column's value: stores differ in which of the two they give."""


def hash_copy(value: Raw | None, address: str = "") -> Cell:
    """A short hash, a link where there is somewhere to go, and a button that copies the whole."""
    if value is None:
        return NOTHING
    digits = bytes(value).hex()
    shown = format_html('<code title="{}">{}</code>', digits, short_hex(value))
    if address:
        shown = format_html('<a href="{}">{}</a>', address, shown)
    return format_html('<span class="hash">{}{}</span>', shown, copy_button(digits))


def whole_hash(value: Raw | None) -> Cell:
    """All digits, and the button that copies them."""
    if value is None:
        return NOTHING
    digits = bytes(value).hex()
    return format_html('<span class="hash"><code class="hash__whole">{}</code>{}</span>', digits, copy_button(digits))


def copy_button(digits: str) -> SafeString:
    return format_html('<button type="button" class="copy" data-copy="{}" aria-label="Copy"></button>', digits)


def moment(time_ms: int | None) -> Cell:
    if time_ms is None:
        return NOTHING
    return format_html('<time datetime="{}">{}</time>', time_stamp(time_ms), time_text(time_ms))


def plain(text: str | None) -> Cell:
    """Text as it stands, line by line."""
    return NOTHING if text is None else format_html('<pre class="plain">{}</pre>', text)


def column(field: str, show: Callable[[Any], Cell] = grouped, title: str = "") -> Callable[[Any], Cell]:
    """A column of a list, or a line of a page, that shows a field's value in one of the forms above."""

    @admin.display(description=title or field.replace("_", " "))
    def cell(row: models.Model) -> Cell:
        return show(getattr(row, field))

    cell.__name__ = field
    return cell


def section(title: str | None, *lines: Callable[[Any], Cell]) -> Any:
    """A part of a row's page."""
    return title, {"fields": lines}
