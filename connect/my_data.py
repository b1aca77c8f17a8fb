"""`/account/data/`: all that the site holds about a person, as one ZIP of JSON, made while it is sent.

account.json  sessions.json  rooms.json  choices.json      one object or list each
messages.jsonl                               one entry a line, with its hash and where its receipt is
"""

import io
import zipfile
from collections.abc import AsyncIterator
from typing import Any, cast

import orjson
from allauth.account.decorators import reauthentication_required
from allauth.core import ratelimit
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.own_data import describe_account, describe_sessions
from accounts.requests import user_of
from chat.delivery.threads import exports
from chat.exports.own_data import describe_choices, describe_rooms, read_entries


@login_required
@require_safe
@reauthentication_required(app="connect")  # type: ignore[untyped-decorator]
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "account/settings/data.html")


@login_required
@never_cache
@require_POST
@reauthentication_required(app="connect")  # type: ignore[untyped-decorator]
def download(request: HttpRequest) -> HttpResponseBase:
    user = user_of(request)
    slowly = ratelimit.consume_or_429(request, action="download_data", user=user)
    if slowly is not None:
        return cast(HttpResponse, slowly)
    fixed = {
        "account.json": describe_account(user),
        "sessions.json": describe_sessions(user, request.session.session_key),
        "rooms.json": describe_rooms(user),
        "choices.json": describe_choices(user),
    }
    site = f"{request.scheme}://{request.get_host()}"
    headers = {"Content-Disposition": f'attachment; filename="connect-{user.username}.zip"'}
    return StreamingHttpResponse(_zip(user, fixed, site), content_type="application/zip", headers=headers)


async def _zip(user: User, fixed: dict[str, Any], site: str) -> AsyncIterator[bytes]:
    """Never more than a page of entries in memory."""
    out = _Buffer()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in fixed.items():
            archive.writestr(name, orjson.dumps(data, option=orjson.OPT_INDENT_2))
        with archive.open("messages.jsonl", "w", force_zip64=True) as lines:
            entries, after = await exports.run(read_entries, user, 0, site)
            while entries:
                lines.write(b"".join(orjson.dumps(entry) + b"\n" for entry in entries))
                yield out.take()
                entries, after = await exports.run(read_entries, user, after, site)
    yield out.take()


class _Buffer(io.RawIOBase):
    """A file that only grows; what was taken from it is gone."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        return len(data)

    def take(self) -> bytes:
        taken, self._held = bytes(self._held), bytearray()
        return taken
