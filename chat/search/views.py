"""The search page, for everybody, and what the palette asks while one types.

Both start from the user. A search that cannot be understood is answered with a sentence, not with an error page.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.requests import user_of
from chat.models import Room
from chat.names import name_rooms
from chat.pages.finding import read_number
from chat.people import describe, is_called
from chat.rates import Rates
from chat.search.finding import find_unknown, search
from chat.search.folding import fold
from chat.search.hits import describe_hits, describe_index
from chat.search.query import QueryError, parse

SUGGESTED = 6
"""Of each sort, in the palette."""

_rates = Rates(5, 40)


@require_safe
@never_cache
@login_required
def results(request: HttpRequest) -> HttpResponse:
    user, typed = user_of(request), request.GET.get("q", "")
    context: dict[str, Any] = {"typed": typed, "asked": False, "results": [], "notice": describe_index()}
    status = HTTPStatus.OK
    try:
        query = parse(typed)
        if query:
            check_rate(user)
            page = search(user, query, read_before(request))
            context |= {"asked": True, "results": describe_hits(user, page, query), "older": _older(typed, page.older)}
            context["nobody"], context["nowhere"] = find_unknown(user, query)
    except QueryError as error:
        context["problem"] = str(error)
        status = HTTPStatus.BAD_REQUEST
    except TooMany as error:
        context["problem"] = str(error)
        status = HTTPStatus.TOO_MANY_REQUESTS
    return render(request, "chat/search.html", context, status=status)


@require_safe
@never_cache
@login_required
def suggest(request: HttpRequest) -> JsonResponse:
    """Rooms, people and the newest messages for what was typed so far; with nothing typed, the rooms."""
    user, typed = user_of(request), request.GET.get("q", "")
    answer: dict[str, Any] = {"rooms": [], "people": [], "messages": [], "problem": None}
    answer["token"] = get_token(request)  # with which a conversation is begun
    try:
        check_rate(user)
        answer["rooms"] = _find_rooms(user, typed)
        query = parse(typed)
        if query:
            answer["people"] = _find_people(user, typed)
            answer["messages"] = describe_hits(user, search(user, query, size=SUGGESTED), query)
    except (QueryError, TooMany) as error:
        answer["problem"] = str(error)
    return JsonResponse(answer)


class TooMany(Exception):
    """In words for the person."""


def check_rate(user: User) -> None:
    if _rates.take(user.pk, 1):
        raise TooMany(_("That is too much at once. Wait a moment, then try again."))


def _find_rooms(user: User, typed: str) -> list[dict[str, str]]:
    """Rooms, then conversations, with the words in the name: the ones that begin so first."""
    folded = fold(typed.removeprefix("#"))
    named = [(fold(room.name), room) for room in name_rooms(Room.objects.visible_to(user), user)]
    fitting = sorted(((not name.startswith(folded), name, room.slug, room) for name, room in named if folded in name))
    rooms, conversations = ([room for *_rest, room in fitting if room.is_direct == direct] for direct in (False, True))
    return [
        {
            "kind": kind,
            "access": room.access,
            "name": room.name,
            "url": f"/rooms/{room.slug}/",
            "person": room.person,
        }
        for kind, found in (("room", rooms), ("direct", conversations))
        for room in found[:SUGGESTED]
    ]


def _find_people(user: User, typed: str) -> Sequence[dict[str, str]]:
    """Others: whoever is chosen is talked to."""
    name = typed.strip().removeprefix("@")
    others = User.objects.settled().exclude(pk=user.pk)
    named = others.filter(is_called("icontains", name))
    return [describe(other) for other in named.order_by("username")[:SUGGESTED]]


def _older(typed: str, before: int | None) -> str:
    return "" if before is None else "?" + urlencode({"q": typed, "before": str(before)})


def read_before(request: HttpRequest) -> int | None:
    value = request.GET.get("before", "")
    return read_number(value, 2**63 - 1) if value else None
