"""Pages of what is new in all rooms: mentions of oneself, and what is unread. They need no JavaScript."""

from collections.abc import Iterable
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import user_of
from chat.announcing import announce_unread
from chat.notifying.news import ROOMS_SHOWN, find_news, mark_read
from chat.pages.finding import read_number
from chat.search.finding import search
from chat.search.hits import describe_hits, describe_index
from chat.search.query import Part, Query
from chat.search.views import TooMany, check_rate, read_before

MENTIONS = Query(wanted=Part(mentioned=["me"]), unwanted=Part(authors=["me"]))


@require_safe
@never_cache
@login_required
def mentions(request: HttpRequest) -> HttpResponse:
    """What others say to the person or to everybody in a room of theirs, newest first."""
    user = user_of(request)
    context: dict[str, Any] = {"notice": describe_index()}
    status = HTTPStatus.OK
    try:
        check_rate(user)
        page = search(user, MENTIONS, read_before(request), only_joined=True)
        context |= {"results": describe_hits(user, page, MENTIONS), "older": page.older}
    except TooMany as error:
        context["problem"] = str(error)
        status = HTTPStatus.TOO_MANY_REQUESTS
    return render(request, "chat/mentions.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def unread(request: HttpRequest) -> HttpResponse:
    """All rooms with something unread. The form says what it showed, so nothing is marked that came meanwhile."""
    user = user_of(request)
    if request.method == "POST":
        for room, seq in mark_read(user, dict(_read_heads(request.POST.getlist("read")))).items():
            announce_unread(user.pk, room, seq)
        return HttpResponseRedirect(request.path, status=HTTPStatus.SEE_OTHER)
    news = find_news(user)
    return render(request, "chat/unread.html", {"news": news, "shown": ROOMS_SHOWN})


def _read_heads(values: Iterable[str]) -> Iterable[tuple[UUID, int]]:
    """ "room:seq", as the page writes them. What is none of these is left out."""
    for value in values:
        room, _colon, seq = value.partition(":")
        with suppress(ValueError, Http404):
            yield UUID(room), read_number(seq)
