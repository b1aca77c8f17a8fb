"""Addresses that programs read, and that change nothing."""

from collections.abc import Callable
from typing import Any

from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

View = Callable[..., HttpResponseBase]


def read_only(view: View) -> View:
    """GET and HEAD. Every other method is answered 405, not 403 for a CSRF token that would guard nothing here."""
    guarded: Any = csrf_exempt(require_safe(view))
    return guarded  # type: ignore[no-any-return]
