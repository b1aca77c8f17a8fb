"""The page for a request that failed: it names an id that stands in the log beside the traceback."""

import logging
import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

logger = logging.getLogger(__name__)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500; Django logs the traceback right after it."""
    request_id = secrets.token_hex(6)
    logger.error("Request %s failed: %s %s", request_id, request.method, request.path)
    return render(None, "500.html", {"request_id": request_id}, status=500)
