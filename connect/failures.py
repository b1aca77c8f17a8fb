"""What a request gets that cannot be answered: a page, or `{code, detail}` for whoever asks for JSON.

One that failed is told an id that stands in the log beside the traceback.
"""

import logging
import secrets
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import csrf, defaults

from accounts.requests import wants_json
from ledger.programs import refuse

logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_json(request):
        return refuse(400, "bad_request", "Something in the address or the form was not understood.")
    return defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_json(request):
        return refuse(403, "forbidden", "This is not for you to do.")
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_json(request):
        return refuse(404, "not_found", "There is nothing here, or it is not for you to see.")
    return defaults.page_not_found(request, exception)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if wants_json(request):
        return refuse(403, "forbidden", reason)
    return csrf.csrf_failure(request, reason)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django logs the traceback right after it. 503 where the database is away or too busy."""
    request_id = secrets.token_hex(6)
    logger.error("Request %s failed: %s %s", request_id, request.method, request.path)
    status = 503 if isinstance(sys.exc_info()[1], OperationalError | InterfaceError) else 500
    if wants_json(request):
        return refuse(status, "busy" if status == 503 else "failed", f"The log tells more of request {request_id}.")
    return render(None, f"{status}.html", {"request_id": request_id}, status=status)
