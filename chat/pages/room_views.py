"""Pages about rooms: all that one may join, a new one, a new conversation. Ordinary forms; no script is needed."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.requests import user_of
from chat.membership.opening import create_room, open_direct
from chat.models import Membership, Room
from chat.pages.finding import PeopleChoice, read_query
from chat.pages.forms import RoomForm
from chat.people import spellings
from chat.posting import check_form_rate
from chat.refusals import Refusal

ROOMS_SHOWN = 100


@require_safe
@never_cache
@login_required
def rooms(request: HttpRequest) -> HttpResponse:
    """What everybody may read, and what one is in; archived ones below. Of many some, the others by their names."""
    user, query = user_of(request), read_query(request.GET)
    visible = Room.objects.visible_to(user).exclude(access=Room.Access.DIRECT).order_by("name")
    for word in query.split():
        visible = visible.filter(Q(*(("name__icontains", each) for each in spellings(word)), _connector=Q.OR))
    opened, archived = (list(visible.filter(archived=each)[: ROOMS_SHOWN + 1]) for each in (False, True))
    has_more = max(len(opened), len(archived)) > ROOMS_SHOWN
    rows = _describe(user, [*opened[:ROOMS_SHOWN], *archived[:ROOMS_SHOWN]])
    context = {
        "open": [row for row in rows if not row["room"].archived],
        "archived": [row for row in rows if row["room"].archived],
        "query": query,
        "has_more": has_more,
    }
    return render(request, "chat/rooms.html", context)


def _describe(user: User, rooms: Sequence[Room]) -> list[dict[str, Any]]:
    """Each with how many people are in it, and whether one is among them."""
    inside = Membership.objects.filter(room__in=rooms)
    people = dict(inside.values_list("room").annotate(Count("pk")))
    mine = set(inside.filter(user=user).values_list("room", flat=True))
    return [
        {
            "room": room,
            "people": people.get(room.pk, 0),
            "is_in": room.pk in mine or room.access == Room.Access.EVERYONE,
        }
        for room in rooms
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def new_room(request: HttpRequest) -> HttpResponse:
    form = RoomForm(request.POST or None)
    if not form.is_valid():
        return render(request, "chat/room_new.html", {"form": form}, status=400 if request.POST else 200)
    user = user_of(request)
    try:
        check_form_rate(request)
        room = create_room(user, **form.cleaned_data)
    except Refusal as refusal:
        form.add_error(None, refusal.words)
        return render(request, "chat/room_new.html", {"form": form}, status=refusal.status)
    return HttpResponseRedirect(f"/rooms/{room.slug}/", status=HTTPStatus.SEE_OTHER)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def new_direct(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    choice = PeopleChoice(request, without=[user.pk])
    context: dict[str, Any] = {"choice": choice}
    status = HTTPStatus.OK
    if request.method == "POST" and not choice.is_search:
        try:
            check_form_rate(request)
            room = open_direct(user, choice.chosen)
            return HttpResponseRedirect(f"/rooms/{room.slug}/", status=HTTPStatus.SEE_OTHER)
        except Refusal as refusal:
            context["problem"] = refusal.words
            status = refusal.status
    return render(request, "chat/direct_new.html", context, status=status)
