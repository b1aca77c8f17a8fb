"""What every page knows: whether to offer signing up."""

from functools import partial
from typing import Any

from django.http import HttpRequest

from accounts.invites import may_sign_up


def sign_up(request: HttpRequest) -> dict[str, Any]:
    """Asked only by the pages that offer it."""
    session = getattr(request, "session", None)  # a request that was refused early has none
    return {"may_sign_up": partial(may_sign_up, {} if session is None else session)}
