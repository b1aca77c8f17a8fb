"""The ledger's smaller tables in the admin: genesis, room heads, tiles, cosignatures."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from ledger.admin.display import Cell, column, hash_copy, moment, section, whole_hash
from ledger.admin.names import NamedAdmin, room_link
from ledger.admin.readonly import ReadOnlyAdmin
from ledger.display import grouped
from ledger.models import Cosignature, Genesis, RoomHead, Tile


@admin.register(Genesis)
class GenesisAdmin(ReadOnlyAdmin):
    list_display = (column("origin", str), column("min_bits"), column("created_ms", moment, _("created (UTC)")))
    fieldsets = (section(None, *list_display, column("key", str, _("log key"))),)


@admin.display(description=_("newest entry"))
def newest(head: RoomHead) -> Cell:
    return hash_copy(head.hash, reverse("admin:ledger_message_change", args=[head.last_id]) if head.seq else "")


@admin.register(RoomHead)
class RoomHeadAdmin(NamedAdmin):
    list_display = (
        column("room", str, _("id")),
        room_link,
        column("seq"),
        newest,
        column("received_ms", moment, _("time (UTC)")),
    )
    ordering = ("-last_id",)
    fieldsets = (section(None, *list_display),)


@admin.display(description=_("width"))
def width(tile: Tile) -> str:
    return grouped(len(tile.hashes) // 32)


@admin.display(description=_("hashes"))
def hashes(tile: Tile) -> Cell:
    data = bytes(tile.hashes)
    digits = "\n".join(f"{place:>3} {data[at : at + 32].hex()}" for place, at in enumerate(range(0, len(data), 32)))
    return format_html('<pre class="plain">{}</pre>', digits)


@admin.register(Tile)
class TileAdmin(ReadOnlyAdmin):
    list_display = (column("id", str), column("level"), column("index"), width)
    ordering = ("-id",)
    fieldsets = (section(None, *list_display[1:], hashes),)


@admin.register(Cosignature)
class CosignatureAdmin(ReadOnlyAdmin):
    list_display = (
        column("id", str),
        column("block_id", title=_("block")),
        column("vkey", str, _("witness")),
        column("time_s", str, _("time")),
    )
    ordering = ("-block_id",)
    fieldsets = (section(None, *list_display, column("signature", whole_hash)),)
