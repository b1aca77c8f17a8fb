"""What the server says no to, and how: an `error` frame, or the end of the connection.

One table each: error code → what a client may try, error code → what a page answers, close code → its name.
Spec: docs/specs/protocol.md.
"""

from enum import IntEnum
from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext as _

RETRY = {
    "bad_frame": "no",
    "unknown_type": "no",
    "not_found": "no",
    "forbidden": "no",
    "too_long": "no",
    "empty": "no",
    "client_id_reused": "new",
    "rate_limited": "same",
    "busy": "same",
    "legal_hold": "no",  # on pages alone: nobody erases over a socket
}
"""Every error code → "same": send it again later; "new": with a new client id; "no": not at all."""

STATUS = {
    "forbidden": HTTPStatus.FORBIDDEN,
    "not_found": HTTPStatus.NOT_FOUND,
    "client_id_reused": HTTPStatus.CONFLICT,
    "legal_hold": HTTPStatus.CONFLICT,
    "rate_limited": HTTPStatus.TOO_MANY_REQUESTS,
    "busy": HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Error code → what a page answers; for what is wrong with the form itself, 400."""


class CloseCode(IntEnum):
    INTERNAL_ERROR = 1011
    BAD_FRAME = 4400
    NOT_LOGGED_IN = 4401
    NOT_ALLOWED = 4403
    TOO_SLOW = 4408
    NEWER_PROTOCOL = 4409
    RATE_LIMIT = 4429

    def as_message(self) -> dict[str, Any]:
        """The end of a connection as ASGI says it. A plain number, for Daphne refuses a subclass of int."""
        return {"type": "websocket.close", "code": int(self)}


class Refusal(Exception):
    """A command that is answered with `error`; the connection stays.

    The detail is English, for developers; `words` says it to people. A sentence for both is marked by `gettext_noop`,
    and what goes into its places is given beside it.
    """

    def __init__(self, code: str, detail: str, after_ms: int | None = None, **values: object) -> None:
        assert code in RETRY
        self.code = code
        self.detail = detail % values if values else detail
        self.after_ms = after_ms
        self._sentence, self._values = detail, values
        super().__init__(f"{code}: {self.detail}")
        self.re: str | int | None = None
        self.client_id: str | None = None

    @property
    def words(self) -> str:
        """The detail in the language of who reads the page. What is wrong with a form's bytes helps nobody there."""
        if self.code == "bad_frame":
            return _("This could not be done. Reload the page and try again.")
        sentence = _(self._sentence) if self._sentence else ""
        return sentence % self._values if self._values else sentence

    @property
    def retry(self) -> str:
        return RETRY[self.code]

    @property
    def status(self) -> HTTPStatus:
        return STATUS.get(self.code, HTTPStatus.BAD_REQUEST)


class Disconnect(Exception):
    """The end of the connection."""

    def __init__(self, code: CloseCode) -> None:
        super().__init__(code.name)
        self.code = code
