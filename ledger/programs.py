"""What addresses for programs share: those that only read, and a refusal as JSON."""

from collections.abc import Callable
from typing import Any

from django.http import JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

View = Callable[..., HttpResponseBase]


def read_only(view: View) -> View:
    """GET and HEAD. Every other method is answered 405, not 403 for a CSRF token that would guard nothing here."""
    guarded: Any = csrf_exempt(require_safe(view))
    return guarded  # type: ignore[no-any-return]


def refuse(status: int, code: str, detail: str) -> JsonResponse:
    """An error that programs tell by its code and people by its sentence."""
    return JsonResponse({"code": code, "detail": detail}, status=status)
