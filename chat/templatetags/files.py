"""What the first paint shows of a message's files."""

from collections.abc import Mapping
from typing import Any

from django import template

from chat.files.shown import files_of, is_bare

register = template.Library()


@register.filter
def files(event: Mapping[str, Any] | str) -> list[dict[str, Any]]:
    """None in a <template>, whose event is empty."""
    return files_of(event) if isinstance(event, Mapping) else []


@register.filter
def bare(event: Mapping[str, Any] | str) -> bool:
    return is_bare(event) if isinstance(event, Mapping) else False
