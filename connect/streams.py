"""Gives the database connection back before a response is sent in pieces.

Django keeps it until the response is closed, which is when the client has taken everything: a few clients that read
slowly would hold all that a pool has, and stop every page.
"""

from collections.abc import Callable

from django.db import close_old_connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase


def give_connections_back(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The outermost middleware, in the request's thread: what is inside it may still read and write."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.streaming:
            close_old_connections()
        return response

    return answer
