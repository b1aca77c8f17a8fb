"""What a page answers when it meets a row that no recorder wrote: 503 and a sentence. The audit says more of it."""

import logging
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from ledger.audit.auditing import any_text
from ledger.core.audit_leaf import BadRow
from ledger.programs import View, refuse

logger = logging.getLogger(__name__)


def _on_bad_rows(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **values: Any) -> HttpResponseBase:
            try:
                with any_text():
                    return view(request, *args, **values)
            except BadRow:
                logger.exception("A stored row makes no answer: %s", request.path)
                return answer(request)

        return guarded

    return decorate


refuse_bad_rows = _on_bad_rows(
    lambda request: refuse(HTTPStatus.SERVICE_UNAVAILABLE, "corrupt", "A row is not what was recorded: see /valid.")
)
"""For views whose readers are programs."""

show_bad_rows = _on_bad_rows(
    lambda request: render(request, "ledger/bad_rows.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
)
"""For pages."""
