"""Blocks in the admin: the list with its two buttons, and one block with its messages and neighbours."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from ledger.admin.actions import may_mine, mine_view, verify_view
from ledger.admin.display import Cell, column, hash_copy, moment, plain, section, whole_hash
from ledger.admin.filters import block_leaves
from ledger.admin.messages import short
from ledger.admin.names import author_link, load_names, room_link
from ledger.admin.readonly import ReadOnlyAdmin
from ledger.explorer.search import block_name
from ledger.models import Block, Message

SHOWN_MESSAGES = 100
MESSAGE_COLUMNS = (
    column("leaf_index"),
    short,
    column("kind", str),
    room_link,
    column("room_seq"),
    author_link,
    column("received_ms", moment),
)


@admin.display(description=_("previous"))
def previous(block: Block) -> Cell:
    return hash_copy(block.previous, _address(block.height - 1) if block.height else "")


@admin.display(description=_("signed"), boolean=True)
def signed(block: Block) -> bool:
    return block.checkpoint is not None


@admin.register(Block)
class BlockAdmin(ReadOnlyAdmin):
    list_display = (
        column("height"),
        column("hash", hash_copy),
        previous,
        column("tree_size"),
        column("bits"),
        column("time_ms", moment, _("time (UTC)")),
        signed,
    )
    ordering = ("-height",)
    search_fields = ("height",)
    search_help_text = _("A height, or the beginning of a block's hash (four digits or more).")
    fieldsets = (
        section(
            None,
            *(column(field, whole_hash) for field in ("hash", "previous")),
            column("time_ms", moment, _("time (UTC)")),
        ),
        section(_("Tree"), column("tree_size"), column("root", whole_hash)),
        section(_("Work"), column("bits"), column("nonce")),
        section(_("Checkpoint"), column("checkpoint", plain, _("signed note"))),
    )

    def get_urls(self) -> list[URLPattern]:
        return [
            path("mine/", self.admin_site.admin_view(mine_view), name="ledger_block_mine"),
            path("verify/", self.admin_site.admin_view(verify_view), name="ledger_block_verify"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"may_mine": may_mine(request)})

    def page_context(self, row: Block) -> dict[str, Any]:
        first, last = block_leaves(row)
        return {
            "earlier": _neighbour(row.height - 1),
            "later": _neighbour(row.height + 1),
            "entries": last + 1 - first,
            "header_leaf": first if row.height else None,
            "rows": _messages(first, last),
            "shown": SHOWN_MESSAGES,
        }


def _address(height: int) -> str:
    return reverse("admin:ledger_block_change", args=[height])


def _neighbour(height: int) -> tuple[str, str] | None:
    """Address and name of a block next door, where there is one."""
    return (_address(height), block_name(height)) if Block.objects.filter(pk=height).exists() else None


def _messages(first: int, last: int) -> list[list[Cell]]:
    """The cells of the block's first messages."""
    rows = Message.objects.filter(leaf_index__range=(first, last)).order_by("leaf_index")[:SHOWN_MESSAGES]
    load_names(rows)
    return [[cell(row) for cell in MESSAGE_COLUMNS] for row in rows]
