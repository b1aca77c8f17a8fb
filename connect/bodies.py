"""How much of a request's body is taken: more than a form's worth only where files are uploaded, from who is logged in.

Django writes a body to the disk before anything looks at it, so the limit must hold before Django.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.conf import settings

from accounts.tokens import find_session_key
from chat.delivery.threads import readers
from chat.sessions import open_session

FORM_BYTES = 2_621_440
"""As much as Django takes of a form without files."""
_UPLOADS = re.compile(r"/rooms/[^/]+/(files/)?")
Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_REFUSED = b"This is more than the server takes at once.\n"


class LimitBodies:
    def __init__(self, application: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = await _limit(scope)
        if _declared(scope) > limit:
            await _refuse(send)
            return
        taken = 0
        is_refused = False

        async def count() -> Message:
            nonlocal taken, is_refused
            message = await receive()
            taken += len(message.get("body", b""))
            if taken <= limit:
                return message
            if not is_refused:
                is_refused = True
                await _refuse(send)
            return {"type": "http.disconnect"}

        await self._application(scope, count, send)


async def _limit(scope: Scope) -> int:
    """Files in a form come with their names and a few fields. The session is asked for only where it matters."""
    is_form = scope["method"] != "POST" or 0 < _declared(scope) <= FORM_BYTES
    if is_form or not _UPLOADS.fullmatch(scope["path"]):
        return FORM_BYTES
    opened = await readers.run(open_session, find_session_key(scope["headers"]))
    return settings.FILE_BYTES + FORM_BYTES if opened else FORM_BYTES


def _declared(scope: Scope) -> int:
    """0 where the length is not said."""
    length = _header(scope, b"content-length")
    return int(length) if length.isdigit() else 0


def _header(scope: Scope, name: bytes) -> bytes:
    values: list[tuple[bytes, bytes]] = scope["headers"]
    return next((value for key, value in values if key == name), b"")


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"text/plain"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": _REFUSED, "more_body": False})
