"""The search page, for everybody, and what the palette asks while one types.

Both start from the user. A search that cannot be understood is answered with a sentence, not with an error page.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.dateformat import format as date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from chat.models import Room
from chat.names import name_rooms
from chat.people import describe, find_people
from chat.rates import Rates
from chat.search.excerpts import excerpt
from chat.search.finding import Page, search
from chat.search.folding import fold
from chat.search.indexes import get_index
from chat.search.indexing import count_waiting, is_built
from chat.search.query import Query, QueryError, parse
from chat.search.scan import REACH

WAITING_TOLD = 500
"""So many entries that are not in the index yet are worth a word; fewer are there within two seconds."""
SUGGESTED = 6
"""Of each sort, in the palette."""

_rates = Rates(5, 40)


@require_safe
@never_cache
@login_required
def results(request: HttpRequest) -> HttpResponse:
    user, typed = _user(request), request.GET.get("q", "")
    context: dict[str, Any] = {"typed": typed, "asked": False, "results": [], "notice": _notice()}
    status = HTTPStatus.OK
    try:
        query = parse(typed)
        if query:
            _check_rate(user)
            page = search(user, query, _before(request))
            context |= {"asked": True, "results": _describe(user, page, query), "older": _older(typed, page.older)}
    except QueryError as error:
        context["problem"] = str(error)
        status = HTTPStatus.BAD_REQUEST
    except _TooMany as error:
        context["problem"] = str(error)
        status = HTTPStatus.TOO_MANY_REQUESTS
    return render(request, "chat/search.html", context, status=status)


@require_safe
@never_cache
@login_required
def suggest(request: HttpRequest) -> JsonResponse:
    """Rooms, people and the newest messages for what was typed so far; with nothing typed, the rooms."""
    user, typed = _user(request), request.GET.get("q", "")
    answer: dict[str, Any] = {"rooms": [], "people": [], "messages": [], "problem": None}
    try:
        _check_rate(user)
        answer["rooms"] = _find_rooms(user, typed)
        query = parse(typed)
        if query:
            answer["people"] = _find_people(typed)
            answer["messages"] = _describe(user, search(user, query, size=SUGGESTED), query)
    except (QueryError, _TooMany) as error:
        answer["problem"] = str(error)
    return JsonResponse(answer)


class _TooMany(Exception):
    pass


def _check_rate(user: User) -> None:
    if _rates.take(user.pk, 1):
        raise _TooMany(_("That is too much at once. Wait a moment, then try again."))


def _describe(user: User, page: Page, query: Query) -> list[dict[str, Any]]:
    people = find_people({document.author for document in page.documents}) if page.documents else {}
    rooms = _rooms({document.room for document in page.documents}, user)
    return [
        {
            "url": f"/rooms/{rooms[document.room].slug}/?at={document.seq}#m{document.seq}",
            "room": rooms[document.room].name,
            "author": people[document.author],
            "time": datetime.fromtimestamp(document.received_ms / 1000, UTC).isoformat(timespec="seconds"),
            "shown": date_format(datetime.fromtimestamp(document.received_ms / 1000, UTC), "j M Y, H:i"),
            "pieces": [
                {"text": piece.text, "hit": piece.is_hit} for piece in excerpt(document.text, query.wanted.words)
            ],
            "edited": "edited" in document.marks,
        }
        for document in page.documents
    ]


def _rooms(ids: set[UUID], user: User) -> dict[UUID, Room]:
    rooms = Room.objects.visible_to(user).filter(pk__in=ids) if ids else []
    return {room.pk: room for room in name_rooms(rooms, user)}


def _find_rooms(user: User, typed: str) -> list[dict[str, str]]:
    """Those with the words in the name, the ones that begin so first."""
    folded = fold(typed.removeprefix("#"))
    named = [(fold(room.name), room) for room in name_rooms(Room.objects.visible_to(user), user)]
    fitting = sorted(((not name.startswith(folded), name, room.slug, room) for name, room in named if folded in name))
    return [{"name": room.name, "url": f"/rooms/{room.slug}/"} for *_rest, room in fitting[:SUGGESTED]]


def _find_people(typed: str) -> Sequence[dict[str, str]]:
    name = typed.strip().removeprefix("@")
    rows = User.objects.settled().filter(Q(username__icontains=name) | Q(first_name__icontains=name))
    return [
        describe(user) | {"url": "/search/?" + urlencode({"q": f"from:{user.username}"})}
        for user in rows.order_by("username")[:SUGGESTED]
    ]


def _notice() -> str:
    if not get_index().keeps:
        return _("On this database, search looks through the newest %(count)s messages only.") % {"count": f"{REACH:,}"}
    if not is_built():
        return _("The search index is being made for the first time. Try again in a moment.")
    waiting = count_waiting()
    if waiting > WAITING_TOLD:
        return _("%(count)s new entries are not in the search index yet.") % {"count": f"{waiting:,}"}
    return ""


def _older(typed: str, before: int | None) -> str:
    return "" if before is None else "?" + urlencode({"q": typed, "before": str(before)})


def _before(request: HttpRequest) -> int | None:
    value = request.GET.get("before", "")
    if not value:
        return None
    if not value.isascii() or not value.isdigit() or len(value) > 19 or int(value) >= 2**63:
        raise Http404
    return int(value)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
