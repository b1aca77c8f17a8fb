"""An address with a NUL names nothing: databases differ in what they make of one, and PostgreSQL fails."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBadRequest
from django.http.response import HttpResponseBase


def refuse_nul(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    def answer(request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path or "%00" in request.META["QUERY_STRING"]:
            return HttpResponseBadRequest("This address holds a character that no address can have.\n", "text/plain")
        return get_response(request)

    return answer
