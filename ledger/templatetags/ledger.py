"""The ledger in templates: formats, and the picture of the newest blocks for the admin's index."""

from typing import Any

from django import template
from django.urls import reverse

from ledger.display import grouped, short_hex, time_stamp, time_text
from ledger.explorer.ribbon import SHOWN_BLOCKS, count_pending, draw_ribbon, with_entries
from ledger.models import Block

register = template.Library()
register.filter("grouped", grouped)
register.filter("short_hex", short_hex)
register.filter("time_text", time_text)
register.filter("time_stamp", time_stamp)


@register.filter
def hexadecimal(value: bytes | memoryview) -> str:
    return memoryview(value).hex()


@register.inclusion_tag("admin/ledger/_newest_blocks.html")
def newest_blocks() -> dict[str, Any]:
    """Two queries, however long the chain is."""
    blocks = with_entries(Block.objects.order_by("-height")[: SHOWN_BLOCKS + 1], SHOWN_BLOCKS)
    pending = count_pending()
    return {
        "tip": blocks[0] if blocks else None,
        "pending": pending,
        "ribbon": draw_ribbon(blocks, pending, lambda height: reverse("admin:ledger_block_change", args=[height])),
    }
