"""The lists' filters. Each one is answered by an index, or looks no further back than an index would."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.admin.names import room_names
from ledger.core.records import KIND_BYTES
from ledger.display import grouped_lazy
from ledger.models import Block, RoomHead

MOST_ROOMS = 50
NEWEST = 100_000


class SealedFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("sealed", gettext("Sealed")), ("pending", gettext("Pending"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in ("sealed", "pending"):
            return queryset.filter(leaf_index__isnull=self.value() == "pending")
        return queryset


class KindFilter(admin.SimpleListFilter):
    """No index holds kinds, for it would slow every recording: a rare kind is looked for among the newest entries."""

    title = format_lazy(_("kind, of the newest {count}"), count=grouped_lazy(NEWEST))
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, kind) for kind in KIND_BYTES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in KIND_BYTES:
            return queryset
        order = "room_seq" if request.GET.get(RoomFilter.parameter_name) else "id"
        oldest = queryset.order_by(f"-{order}").values_list(order, flat=True)[NEWEST - 1 : NEWEST].first()
        return queryset.filter(kind=self.value(), **{f"{order}__gte": oldest or 0})


class RoomFilter(admin.SimpleListFilter):
    """The rooms spoken in last, and whichever one the query string names."""

    title = _("room")
    parameter_name = "room"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rooms = list(RoomHead.objects.order_by("-last_id").values_list("room", flat=True)[:MOST_ROOMS])
        chosen = read_uuid(request.GET.get(self.parameter_name))
        names = room_names([*rooms, chosen] if chosen else rooms)
        return [(room.hex, name) for room, name in names.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        room = read_uuid(self.value())
        return queryset.filter(room=room) if room else queryset.none()


class BlockFilter(admin.SimpleListFilter):
    """The entries of one block, asked for by the block's page. By leaf index: the tree decides, not a column."""

    title = _("block")
    parameter_name = "block"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        height = request.GET.get(self.parameter_name)
        return [(height, gettext("Block %(height)s") % {"height": height})] if height else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value is None:
            return queryset
        block = Block.objects.filter(pk=value).first() if value.isascii() and value.isdigit() else None
        return queryset.filter(leaf_index__range=block_leaves(block)) if block else queryset.none()


def block_leaves(block: Block) -> tuple[int, int]:
    """The first and the last leaf that a block seals."""
    before = Block.objects.filter(pk=block.height - 1).values_list("tree_size", flat=True).first() or 0
    return before, block.tree_size - 1


def read_uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
