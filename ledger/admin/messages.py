"""Messages in the admin. What was said is for superusers; that something was said, when and where, for the staff."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.admin.display import Cell, column, hash_copy, moment, plain, section, whole_hash
from ledger.admin.filters import BlockFilter, KindFilter, RoomFilter, SealedFilter
from ledger.admin.names import NamedAdmin, author_link, room_link, room_name
from ledger.core.canonical import parse_canonical
from ledger.core.errors import LedgerFormatError
from ledger.display import NOTHING, grouped
from ledger.explorer.search import block_name
from ledger.models import Message


def _address(message: Message) -> str:
    return reverse("admin:ledger_message_change", args=[message.pk])


@admin.display(description=_("hash"))
def short(message: Message) -> Cell:
    return hash_copy(message.hash, _address(message))


@admin.display(description=_("state"))
def state(message: Message) -> Cell:
    if message.leaf_index is None:
        return format_html('<span class="state state-pending">{}</span>', _("pending"))
    return format_html('<span class="state state-sealed">{}</span>', _("sealed"))


@admin.display(description=_("block"))
def block(message: Message) -> Cell:
    if message.block_id is None:
        return NOTHING
    address = reverse("admin:ledger_block_change", args=[message.block_id])
    return format_html('<a href="{}">{}</a>', address, block_name(message.block_id))


@admin.display(description=_("refers to"))
def reference(message: Message) -> Cell:
    if message.ref is None:
        return NOTHING
    digits = memoryview(message.ref).hex()
    return hash_copy(message.ref, reverse("admin:ledger_message_changelist", query={"q": digits}))


@admin.display(description=_("entry"))
def seen(message: Message) -> Cell:
    if message.seen_seq is None:
        return NOTHING
    return format_html("{} {}", grouped(message.seen_seq), hash_copy(message.seen_hash))


@admin.display(description=_("checkpoint"))
def checkpoint(message: Message) -> Cell:
    if message.checkpoint_size is None:
        return NOTHING
    return format_html("{} {} {}", _("size"), grouped(message.checkpoint_size), hash_copy(message.checkpoint_root))


@admin.display(description=_("what it says"))
def said(message: Message) -> Cell:
    """The text, name or emoji of the body, line by line."""
    try:
        body = parse_canonical((message.body or "null").encode())
    except LedgerFormatError:
        return gettext("not readable")  # tampered; the audit says more
    texts = [text for text in body.values() if isinstance(text, str)] if isinstance(body, dict) else []
    return plain("\n".join(texts)) if texts else NOTHING


CONTENT = section(_("Content"), said, column("body", plain, _("as recorded")), column("salt", whole_hash))
DETAILS = (
    section(None, column("hash", whole_hash), column("kind", str), room_link, column("room_seq"), author_link),
    section(_("Place"), state, column("leaf_index"), block, column("previous", whole_hash), reference),
    section(_("Time (UTC)"), column("received_ms", moment, _("received")), column("sent_ms", moment, _("sent"))),
    section(_("What the author had seen"), seen, checkpoint),
    section(
        _("Identity"),
        column("client_id", str),
        *(column(field, whole_hash) for field in ("body_commitment", "device", "signature")),
    ),
)


@admin.register(Message)
class MessageAdmin(NamedAdmin):
    list_display = (
        short,
        state,
        column("kind", str),
        room_link,
        column("room_seq", title=_("seq")),
        author_link,
        column("received_ms", moment, _("received (UTC)")),
        column("leaf_index", title=_("leaf")),
    )
    list_display_links = None
    list_filter = (SealedFilter, RoomFilter, KindFilter, BlockFilter)
    filters = frozenset({"state", "kind", "room", "block"})
    search_fields = ("leaf_index",)
    search_help_text = _("A leaf index, or the beginning of a message's hash (four digits or more).")
    number_field = "leaf_index"

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ("-room_seq",) if request.GET.get("room") else ("-id",)

    def get_fieldsets(self, request: HttpRequest, obj: Message | None = None) -> Any:
        """The salt goes with the body: with it, a guess could be tried against the commitment."""
        return (DETAILS[0], CONTENT, *DETAILS[1:]) if request.user.is_superuser else DETAILS

    def page_title(self, row: Message) -> str:
        return gettext("%(kind)s %(seq)s in %(room)s") % {
            "kind": row.kind,
            "seq": grouped(row.room_seq),
            "room": room_name(row),
        }

    def page_context(self, row: Message) -> dict[str, Any]:
        seqs = (row.room_seq - 1, row.room_seq + 1)
        near = {near.room_seq: near for near in Message.objects.filter(room=row.room, room_seq__in=seqs)}
        return {"earlier": _neighbour(near.get(seqs[0])), "later": _neighbour(near.get(seqs[1]))}


def _neighbour(message: Message | None) -> tuple[str, str] | None:
    if message is None:
        return None
    return _address(message), gettext("Entry %(seq)s of the room") % {"seq": grouped(message.room_seq)}
