"""The explorer, /chain/: the public face of the log.

Everyone may look, so that everyone can check: heights, hashes, sizes, times, notes, and of an entry its index, leaf
hash and family. Never a text, an author, a room. What is not signed yet is not shown. Each page costs the same few
queries however long the chain is.
"""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from ledger.bad_rows import show_bad_rows
from ledger.core.canonical import MAX_INT
from ledger.core.errors import LedgerFormatError
from ledger.core.headers import MAX_BITS, MIN_BITS, encode_header
from ledger.core.merkle import leaf_hash
from ledger.core.records import KIND_BYTES, block_leaf_data
from ledger.explorer.ribbon import SHOWN_BLOCKS, count_pending, draw_ribbon, with_entries
from ledger.explorer.search import find_hits, read_number
from ledger.models import Block, Genesis, Message
from ledger.validity import current_validity

BLOCKS_A_PAGE = 25
ENTRIES_A_PAGE = 100
FAMILIES = {
    0x02: gettext_noop("key"),
    0x03: gettext_noop("room"),
    0x10: gettext_noop("message"),
    0x20: gettext_noop("erasure"),
}
BLOCK, GENESIS = gettext_noop("block"), gettext_noop("genesis")
"""What the leaves are of; the template translates the words."""


@require_safe
@show_bad_rows
def chain(request: HttpRequest) -> HttpResponse:
    """The newest blocks, or the page of blocks before a height, or what a search finds."""
    term = request.GET.get("q", "").strip()
    if term:
        return _search(request, term)
    before = read_number(request.GET.get("before", ""))
    context = _live() if before is None else {"blocks": _page_before(before)}
    return render(request, "ledger/chain.html", context | {"before": before})


@require_safe
@show_bad_rows
def live(request: HttpRequest) -> HttpResponse:
    """The part of the first page that changes, for its script to ask again and again."""
    return render(request, "ledger/_live.html", _live())


@require_safe
@show_bad_rows
def block(request: HttpRequest, height: int) -> HttpResponse:
    """One block: its header, its note, its entries from `?from=` on."""
    if height > MAX_INT:  # more than a column of any database holds
        raise Http404("No such block.")
    near = {row.height: row for row in _signed().filter(height__in=range(height - 1, height + 2))}
    if height not in near:
        raise Http404("No such block.")
    row, earlier, later = near[height], near.get(height - 1), near.get(height + 1)
    first = earlier.tree_size if earlier else 0
    start = max(first, read_number(request.GET.get("from", "")) or first)
    stop = min(row.tree_size, start + ENTRIES_A_PAGE)
    context = {
        "row": row,
        "earlier": earlier,
        "later": later,
        "count": row.tree_size - first,
        "entries": _entries(start, stop, first, earlier),
        "previous_page": max(first, start - ENTRIES_A_PAGE) if start > first else None,
        "next_page": stop if stop < row.tree_size else None,
        "header": _header_bytes(row),
        "attempts": _attempts(row),
    }
    return render(request, "ledger/block.html", context)


def _signed() -> Any:
    return Block.objects.filter(checkpoint__isnull=False)


def _live() -> dict[str, Any]:
    blocks = with_entries(_signed().order_by("-height")[: SHOWN_BLOCKS + 1], SHOWN_BLOCKS)
    pending = count_pending()
    return {
        "tip": blocks[0].block if blocks else None,
        "attempts": _attempts(blocks[0].block) if blocks else None,
        "pending": pending,
        "validity": current_validity(),
        "now_ms": int(timezone.now().timestamp() * 1000),
        "ribbon": draw_ribbon(blocks, pending, lambda height: reverse("chain_block", args=[height])),
        "blocks": blocks[:BLOCKS_A_PAGE],
    }


def _page_before(height: int) -> Any:
    rows = _signed().filter(height__lt=height).order_by("-height")
    return with_entries(rows[: BLOCKS_A_PAGE + 1], BLOCKS_A_PAGE)


def _search(request: HttpRequest, term: str) -> HttpResponse:
    hits = find_hits(term)
    if len(hits) == 1 and hits[0].href:
        return redirect(hits[0].href)
    return render(request, "ledger/chain.html", {"term": term, "hits": hits})


def _entries(start: int, stop: int, first: int, earlier: Block | None) -> list[dict[str, Any]]:
    """Index, leaf hash and family of the leaves from `start` to before `stop`."""
    rows = Message.objects.filter(leaf_index__gte=start, leaf_index__lt=stop).values_list("leaf_index", "hash", "kind")
    found: dict[int | None, tuple[bytes | memoryview | None, str]] = {
        index: (hash_, FAMILIES[KIND_BYTES[kind]]) for index, hash_, kind in rows if kind in KIND_BYTES
    }
    if start == first:
        found[first] = (_header_leaf(earlier), BLOCK) if earlier else (_genesis_leaf(), GENESIS)
    missing = (None, "missing")  # the audit says what happened to it
    return [
        {"index": index, "hash": hash_, "family": family}
        for index in range(start, stop)
        for hash_, family in (found.get(index, missing),)
    ]


def _attempts(row: Block) -> int | None:
    """None for what is no difficulty."""
    return 2**row.bits if MIN_BITS <= row.bits <= MAX_BITS else None


def _header_bytes(row: Block) -> bytes | None:
    """None where the row's columns make no header: the audit says which one is wrong."""
    try:
        return encode_header(row.header(settings.LOG_ORIGIN))
    except LedgerFormatError:
        return None


def _header_leaf(row: Block) -> bytes | None:
    header = _header_bytes(row)
    return None if header is None else leaf_hash(block_leaf_data(header))


def _genesis_leaf() -> bytes | None:
    genesis = Genesis.objects.first()
    return None if genesis is None else leaf_hash(genesis.leaf_data())
