"""The chain as JSON, with the names of the original system: /get_chain, /valid, /mine_block.

Spec: docs/specs/protocol.md, HTTP.
"""

import time
from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus
from itertools import islice
from typing import Any

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ledger.bad_rows import refuse_bad_rows
from ledger.chain import MOST_BLOCKS, block_json, find_page, read_entries
from ledger.core.audit_leaf import BadRow
from ledger.errors import CorruptLedger, LedgerError, LostRace
from ledger.log.views import read_count
from ledger.programs import read_only, refuse
from ledger.sealing import REQUEST_S, seal
from ledger.validity import current_validity, forget_validity, validity_json

BLOCKS_A_PAGE = 20
PIECES = 1_000
"""Of a large page, sent at once."""


@read_only
@never_cache
@refuse_bad_rows
def get_chain(request: HttpRequest) -> HttpResponseBase:
    """`?from=<height>&limit=<n<=100>`: a page of blocks; `next` is the height to go on from, null at the end."""
    start = read_count(request.GET.get("from", "0"))
    limit = read_count(request.GET.get("limit", str(BLOCKS_A_PAGE)))
    if start is None or limit is None or not 1 <= limit <= MOST_BLOCKS:
        detail = f"from is a height, limit a number from 1 to {MOST_BLOCKS}."
        return refuse(HTTPStatus.BAD_REQUEST, "bad_request", detail)
    page = find_page(start, limit)
    pieces = page.write(request.user)
    if page.is_large:
        return StreamingHttpResponse(_stream(pieces), content_type="application/json")
    return HttpResponse(b"".join(pieces), content_type="application/json")


async def _stream(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Between two pieces no database connection is held: whoever takes them may be slow."""
    take = sync_to_async(_take)
    while piece := await take(pieces):
        yield piece


def _take(pieces: Iterator[bytes]) -> bytes:
    """CorruptLedger where a row is not what was recorded: what was begun breaks off, for its status is told already."""
    try:
        taken = b"".join(islice(pieces, PIECES))
    except BadRow as error:  # not passed on: Django takes a TypeError for a page that is not asynchronous
        raise CorruptLedger("A stored row makes no answer, /get_chain breaks off: see /valid.") from error
    close_old_connections()
    return taken


@read_only
@never_cache
def valid(request: HttpRequest) -> JsonResponse:
    """Whether the chain is valid, 200 either way. Who may look at blocks in the admin sees the findings whole."""
    return JsonResponse(validity_json(current_validity(), whole=request.user.has_perm("ledger.view_block")))


@require_POST
@never_cache
def mine_block(request: HttpRequest) -> JsonResponse:
    """Seals what is pending, nothing included, into a block. For staff, who do not wait for ever."""
    if not _is_staff(request):
        return refuse(HTTPStatus.FORBIDDEN, "forbidden", "Mining is for staff.")
    give_up_s = time.monotonic() + REQUEST_S
    try:
        sealed = seal(should_stop=lambda: time.monotonic() > give_up_s)
    except LostRace as error:
        return refuse(HTTPStatus.CONFLICT, error.code, str(error))
    except LedgerError as error:
        return refuse(HTTPStatus.SERVICE_UNAVAILABLE, error.code, str(error))
    forget_validity()
    block, size = block_json(sealed.block), sealed.block.tree_size
    told: dict[str, Any] = {name: block[name] for name in ("index", "timestamp", "proof", "previous_hash", "hash")}
    entries = list(read_entries(request.user, size - sealed.messages, size))
    return JsonResponse({"message": f"Block {sealed.block.height} mined.", **told, "messages": entries})


def _is_staff(request: HttpRequest) -> bool:
    return request.user.is_authenticated and request.user.is_active and request.user.is_staff
