"""The public log over HTTP (C2SP tlog-tiles), proofs and receipts.

Everything but a receipt is for everyone: hashes, and entries that tell nothing but their family. A receipt holds an
entry's text and is for those who may read its room; for everyone else the entry does not exist.
Spec: docs/specs/protocol.md, HTTP.
"""

import re
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from ledger.bad_rows import refuse_bad_rows
from ledger.core.errors import TileError
from ledger.core.records import NO_ROOM
from ledger.core.tilepaths import parse_tile_path
from ledger.log.published import checkpoint_note, published_tile, signed_size
from ledger.log.receipts import is_provable, make_receipt, receipt_name
from ledger.models import Block, Genesis, Message
from ledger.programs import read_only, refuse
from ledger.readers import readable_rooms
from ledger.tiles import consistency_proof

IMMUTABLE = "public, max-age=31536000, immutable"
PLAIN = "text/plain; charset=utf-8"
OCTETS = "application/octet-stream"
_COUNT = re.compile(r"0|[1-9][0-9]{0,15}")


@read_only
@never_cache
@refuse_bad_rows
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest signed checkpoint with its cosignatures."""
    tip = Block.objects.signed_tip()
    if tip is None:
        return _absent("Nothing is signed yet.")
    return HttpResponse(checkpoint_note(tip), content_type=PLAIN)


@read_only
@refuse_bad_rows
def tile(request: HttpRequest, path: str) -> HttpResponse:
    """A tile or a bundle of entries. What is shown once never changes, partial ones included."""
    try:
        level, index, width = parse_tile_path(f"tile/{path}")
    except TileError:
        return _absent("No such tile.")
    content = published_tile(level, index, width)
    if content is None:
        return _absent("No such tile yet.")
    return HttpResponse(content, content_type=OCTETS, headers={"Cache-Control": IMMUTABLE})


@read_only
@refuse_bad_rows
def consistency(request: HttpRequest) -> HttpResponse:
    """`?from=&to=`: the proof that the tree of `from` leaves is a prefix of the tree of `to`, hashes in hex."""
    old, new = (read_count(request.GET.get(name, "")) for name in ("from", "to"))
    if old is None or new is None or not 1 <= old <= new:
        detail = "from and to are tree sizes, 1 <= from <= to."
        return refuse(HTTPStatus.BAD_REQUEST, "bad_request", detail)
    if new > signed_size():
        return refuse(HTTPStatus.NOT_FOUND, "not_found", "The log is not that long.")
    proof = [hash_.hex() for hash_ in consistency_proof(old, new)]
    return JsonResponse({"from": old, "to": new, "proof": proof}, headers={"Cache-Control": IMMUTABLE})


@read_only
def log_key(request: HttpRequest) -> HttpResponse:
    """The log's vkey, one line."""
    genesis = Genesis.objects.first()
    if genesis is None:
        return _absent("There is no log yet.")
    return HttpResponse(f"{genesis.key}\n", content_type=PLAIN)


@read_only
@never_cache
@refuse_bad_rows
def receipt(request: HttpRequest, leaf_hash: str) -> HttpResponse:
    """An entry's receipt, for who may read its room. An entry that waits for its block says when to come back."""
    message = Message.objects.select_related("block").filter(hash=bytes.fromhex(leaf_hash)).first()
    # Asked also where there is no such entry: the time that it takes would tell that there is one.
    if not readable_rooms(request.user, [message.room if message else NO_ROOM]) or message is None:
        return refuse(HTTPStatus.NOT_FOUND, "not_found", "No such entry.")
    if not is_provable(message):
        pending = refuse(HTTPStatus.NOT_FOUND, "pending", "Recorded; not sealed yet.")
        pending["Retry-After"] = str(settings.MINE_EVERY)
        return pending
    name = receipt_name(message)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(make_receipt(message), content_type=PLAIN, headers=headers)


def read_count(text: str) -> int | None:
    """A number as the log writes it: digits, no sign, no leading zeros."""
    return int(text) if _COUNT.fullmatch(text) else None


def _absent(detail: str) -> HttpResponse:
    """For programs: a line instead of a page. Not cached, for what is not there yet will be."""
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(f"{detail}\n", status=HTTPStatus.NOT_FOUND, content_type=PLAIN, headers=headers)
