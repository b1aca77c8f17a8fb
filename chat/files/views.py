"""Uploads and downloads. A file exists for who sees its room; for everybody else it never was.

Whatever a file holds, it runs nowhere: only pictures that were decoded whole are shown, everything else is saved.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse, StreamingHttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from chat.files.attachments import describe_file
from chat.files.models import File
from chat.files.ranges import OutOfRange, find_range
from chat.files.storage import storage
from chat.files.types import UNKNOWN
from chat.files.uploads import UploadRefused, receive
from chat.models import Room
from ledger.models import Message
from ledger.programs import refuse

CHUNK = 256 * 1024
STATUS = {
    "forbidden": HTTPStatus.FORBIDDEN,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "rate_limited": HTTPStatus.TOO_MANY_REQUESTS,
    "storage": HTTPStatus.SERVICE_UNAVAILABLE,
    "quota": HTTPStatus.TOO_MANY_REQUESTS,
    "busy": HTTPStatus.SERVICE_UNAVAILABLE,
}


@require_POST
def upload(request: HttpRequest, slug: str) -> JsonResponse:
    """Takes the form field `file`; `size`, where it is given, is how long it must be."""
    if not isinstance(request.user, User):
        return refuse(HTTPStatus.UNAUTHORIZED, "logged_out", _("You have been logged out."))
    room = Room.objects.visible_to(request.user).filter(slug=slug).first()
    if room is None:
        return refuse(HTTPStatus.NOT_FOUND, "not_found", _("There is no such room."))
    try:
        file = request.FILES.get("file")
    except MultiPartParserError:
        file = None
    if file is None:
        return refuse(HTTPStatus.BAD_REQUEST, "incomplete", _("The file did not arrive whole. Please try again."))
    try:
        kept = receive(request.user, room, file, request.POST.get("size") or None)
    except UploadRefused as refused:
        return refuse(STATUS.get(refused.code, HTTPStatus.BAD_REQUEST), refused.code, refused.detail)
    answer = {**describe_file(kept), "name": kept.name, "type": kept.type, "size": kept.size}
    return JsonResponse(answer, status=HTTPStatus.CREATED)


@require_safe
async def download(request: HttpRequest, id: str, name: str) -> HttpResponseBase:
    """The contents. `name` is for people; what the browser saves is called as the message says."""
    file = await sync_to_async(_look_up)(request, UUID(id))
    if file is None:
        return HttpResponseNotFound()
    kind = file.type if file.is_picture else UNKNOWN
    disposition = content_disposition_header(as_attachment=not file.is_picture, filename=file.name)
    headers = {"Content-Disposition": disposition or "attachment"}
    return await _answer(request, file.contents, kind, headers, file.size)


@require_safe
async def thumbnail(request: HttpRequest, id: str) -> HttpResponseBase:
    file = await sync_to_async(_look_up)(request, UUID(id))
    if file is None or not file.is_picture:
        return HttpResponseNotFound()
    return await _answer(request, file.thumbnail, "image/webp", {}, None)


def _look_up(request: HttpRequest, id: UUID) -> File | None:
    """Holds no database connection afterwards: the storage may take its time, and the client too."""
    try:
        return _find(request, id)
    finally:
        close_old_connections()


def _find(request: HttpRequest, id: UUID) -> File | None:
    """Sent, in a room that exists for the user, and not deleted; or the user's own, not sent yet."""
    user = request.user
    if not isinstance(user, User):
        return None
    rooms = Room.objects.visible_to(user)
    mine = Q(state=File.State.WAITING, uploader=user.pk)
    shown = File.objects.select_related("message").filter(mine | Q(state=File.State.SENT), pk=id, room__in=rooms)
    file: File | None = shown.first()
    if file is None or (file.message and Message.objects.filter(kind="delete", ref=file.message.hash).exists()):
        return None
    return file


async def _answer(
    request: HttpRequest, name: str, kind: str, headers: dict[str, str], size: int | None
) -> HttpResponseBase:
    """Browsers ask again each time: who may no longer see it, or what was erased, is not shown from a cache."""
    headers |= {
        "ETag": f'"{name.rpartition("/")[2]}"',  # contents never change under a name
        "Cache-Control": "private, no-cache",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    known = get_conditional_response(request, etag=headers["ETag"])
    if known is not None:
        for key in ("ETag", "Cache-Control"):
            known[key] = headers[key]
        return known
    try:
        part = _find_part(request, headers["ETag"], size)
        content = await asyncio.to_thread(storage().open, name)
    except OutOfRange:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    except FileNotFoundError:
        return HttpResponseNotFound()
    headers |= _measure(part, size)
    status = HTTPStatus.OK if part is None else HTTPStatus.PARTIAL_CONTENT
    return StreamingHttpResponse(_stream(content, part), status=status, content_type=kind, headers=headers)


def _find_part(request: HttpRequest, etag: str, size: int | None) -> range | None:
    """None for the whole; also where the part was asked for of other contents than these."""
    if size is None or request.method != "GET" or request.headers.get("If-Range", etag) != etag:
        return None
    return find_range(request.headers.get("Range", ""), size)


def _measure(part: range | None, size: int | None) -> dict[str, str]:
    """What is said of the length; nothing where nobody knows it."""
    if size is None:
        return {}
    headers = {"Accept-Ranges": "bytes", "Content-Length": str(size if part is None else len(part))}
    return headers if part is None else headers | {"Content-Range": f"bytes {part.start}-{part.stop - 1}/{size}"}


async def _stream(content: Any, part: range | None) -> AsyncIterator[bytes]:
    try:
        if part is not None:
            await asyncio.to_thread(content.seek, part.start)
        left = sys.maxsize if part is None else len(part)
        while chunk := await asyncio.to_thread(content.read, min(CHUNK, left)):
            left -= len(chunk)
            yield chunk
    finally:
        content.close()
