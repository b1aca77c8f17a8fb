"""Finds what is searched for in the log for the explorer: blocks by height or hash, entries by index or hash."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from ledger.display import grouped, short_hex
from ledger.explorer.terms import read_term
from ledger.models import Block, Message

MOST_FOUND = 10


@dataclass(frozen=True, slots=True)
class Hit:
    name: str
    detail: str
    href: str = ""
    """Empty for an entry that no signed block holds yet."""


def find_hits(text: str) -> list[Hit]:
    """What a search may mean, blocks first. Only what is signed has an address. Four queries."""
    term = read_term(text)
    tip = Block.objects.signed_tip()
    if not term or tip is None:
        return []
    blocks = Block.objects.filter(term.where("height"), checkpoint__isnull=False).order_by("height")[:MOST_FOUND]
    hits = [Hit(block_name(row.height), short_hex(row.hash), block_address(row.height)) for row in blocks]
    if term.number is not None and term.number < tip.tree_size:
        block = Block.objects.filter(tree_size__gt=term.number).order_by("tree_size")[0]
        hits.append(_entry(term.number, _("by its index"), block.height))
    if term.hashes is not None:
        found = Message.objects.filter(hash__range=term.hashes).order_by("hash")[:MOST_FOUND]
        hits += [_message(row, tip.tree_size) for row in found]
    return hits


def block_name(height: int) -> str:
    return _("Block %(height)s") % {"height": grouped(height)}


def block_address(height: int) -> str:
    return reverse("chain_block", args=[height])


def read_number(text: str) -> int | None:
    return read_term(text).number


def _entry(index: int, detail: str, height: int) -> Hit:
    """An entry has its place on the page of the block that seals it."""
    return Hit(
        _("Entry %(index)s") % {"index": grouped(index)}, detail, f"{block_address(height)}?from={index}#entry-{index}"
    )


def _message(row: Message, signed_size: int) -> Hit:
    if row.leaf_index is None or row.block_id is None or row.leaf_index >= signed_size:
        detail = _("%(hash)s, waiting for the next block") % {"hash": short_hex(row.hash)}
        return Hit(_("Entry without an index yet"), detail)
    return _entry(row.leaf_index, short_hex(row.hash), row.block_id)
