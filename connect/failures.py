"""The page for a request that failed: it names an id that stands in the log beside the traceback."""

import logging
import secrets
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

logger = logging.getLogger(__name__)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500; Django logs the traceback right after it. 503 where the database is away or too busy."""
    request_id = secrets.token_hex(6)
    logger.error("Request %s failed: %s %s", request_id, request.method, request.path)
    status = 503 if isinstance(sys.exc_info()[1], OperationalError | InterfaceError) else 500
    return render(None, f"{status}.html", {"request_id": request_id}, status=status)
