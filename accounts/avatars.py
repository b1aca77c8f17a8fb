"""`/avatars/<user id>`: everybody's picture, for people who are logged in.

A person's Gravatar when they have one, fetched and kept by the server; else a drawing made from the user id. `?drawn`
asks for the drawing: under GRAVATAR=direct a page shows it when Gravatar has no picture. Strangers get 404 for all ids.
"""

import hashlib
import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from accounts import drawing, gravatar, pictures
from accounts.models import User

KEEP_S = 3600
KEEP_UNKNOWN_S = 60
"""While Gravatar cannot be reached the drawing stands in; browsers then ask again soon."""
SYSTEM = uuid.UUID(int=0)
"""The author of what the site itself says in the ledger."""


@require_safe
async def avatar(request: HttpRequest, user_id: str) -> HttpResponseBase:
    person = _parse(user_id)
    if person is None or not (await request.auser()).is_authenticated:
        return HttpResponseNotFound()
    if person == SYSTEM:
        return _answer(request, drawing.draw(SYSTEM, "Connect"), "image/svg+xml", KEEP_S)
    found = await User.objects.filter(pk=person).values_list("username", "email").afirst()
    if found is None:
        return HttpResponseNotFound()
    name, email = found
    drawn = settings.GRAVATAR == "off" or "drawn" in request.GET
    if not drawn and settings.GRAVATAR == "direct":
        return _send_to_gravatar(email)
    kept = None if drawn else await pictures.gravatar_picture(email)
    if kept and (media_type := gravatar.image_type(kept.data)):
        return _answer(request, kept.data, media_type, KEEP_S)
    return _answer(request, drawing.draw(person, name), "image/svg+xml", KEEP_S if drawn or kept else KEEP_UNKNOWN_S)


def _parse(text: str) -> uuid.UUID | None:
    """Ids are written as 32 hex digits in the protocol and with hyphens by Django."""
    try:
        person = uuid.UUID(text)
    except ValueError:
        return None
    return person if text in {person.hex, str(person)} else None


def _send_to_gravatar(email: str) -> HttpResponse:
    response = HttpResponseRedirect(gravatar.picture_url(gravatar.address_hash(email)))
    response["Cache-Control"] = f"private, max-age={KEEP_S}"
    return response


def _answer(request: HttpRequest, data: bytes, media_type: str, keep_s: int) -> HttpResponseBase:
    headers = {
        "ETag": f'"{hashlib.sha256(data).hexdigest()[:32]}"',
        "Cache-Control": f"private, max-age={keep_s}",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        # Opened by itself, a picture runs and loads nothing.
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    response = HttpResponse(data, content_type=media_type, headers=headers)
    return get_conditional_response(request, etag=headers["ETag"], response=response) or response
