"""The page of a room's details: what it is, who is in it, and what one may do about it.

One address takes all acts; `act` names one of a table. Who does not see the room gets a 404, whatever they ask.
"""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Case, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.requests import user_of, wants_json
from chat.announcing import announce_standing
from chat.delivery.store import is_in
from chat.fields import read_reason
from chat.membership.joining import add, join, leave, let_back, remove, set_role
from chat.membership.opening import update_room
from chat.membership.roles import Role, acts_on, rank_in, rank_of, roles_to_give, site_rank
from chat.models import Ban, Membership, Room
from chat.pages.finding import PEOPLE_SHOWN, PeopleChoice, find_person, find_room, named, read_query
from chat.pages.forms import RoomForm, WorldForm
from chat.pages.refusing import tell_refusal
from chat.people import describe
from chat.posting import check_form_rate
from chat.refusals import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def details(request: HttpRequest, slug: str) -> HttpResponse:
    room = find_room(request, slug)
    if request.method != "POST":
        return _page(request, room)
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    try:
        check_form_rate(request)
        return HttpResponseRedirect(act(request, room), status=HTTPStatus.SEE_OTHER)
    except Refusal as refusal:
        if wants_json(request):
            return tell_refusal(refusal, refusal.words)
        return _page(request, room, refusal.status, problem=refusal.words)
    except _Mistaken as mistake:
        return _page(request, room, HTTPStatus.BAD_REQUEST, form=mistake.form)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def add_people(request: HttpRequest, slug: str) -> HttpResponse:
    room = find_room(request, slug)
    user = user_of(request)
    inside = Membership.objects.filter(room=room).values_list("user", flat=True)
    choice = PeopleChoice(request, without=inside)
    context: dict[str, Any] = {"room": room, "choice": choice}
    status = HTTPStatus.OK
    if request.method == "POST" and not choice.is_search:
        try:
            check_form_rate(request)
            add(user, room, choice.chosen)
            return HttpResponseRedirect(f"/rooms/{room.slug}/details/", status=HTTPStatus.SEE_OTHER)
        except Refusal as refusal:
            context["problem"] = refusal.words
            status = refusal.status
    return render(request, "chat/room_add.html", context, status=status)


class _Mistaken(Exception):
    """The form says what is wrong."""

    def __init__(self, form: WorldForm | RoomForm) -> None:
        self.form = form


def _page(
    request: HttpRequest,
    room: Room,
    status: HTTPStatus = HTTPStatus.OK,
    problem: str = "",
    form: WorldForm | RoomForm | None = None,
) -> HttpResponse:
    user = user_of(request)
    rank = rank_in(user, room)
    changes = room.access in (Room.Access.PUBLIC, Room.Access.PRIVATE)
    query = read_query(request.GET)
    shown = _find_memberships(room, query)
    banned = _find_bans(room, query) if changes and rank >= rank_of(Role.MODERATOR) else []
    context = {
        "room": room,
        "me": user,
        "problem": problem,
        "form": form or _form(room),
        "query": query,
        "people": Membership.objects.filter(room=room).count(),
        "members": [_member(each, user, rank, room) for each in shown[:PEOPLE_SHOWN]],
        "has_more": len(shown) > PEOPLE_SHOWN,
        "is_in": is_in(user, room.pk),
        "banned": [describe(each.user) for each in banned[:PEOPLE_SHOWN]],
        "has_more_banned": len(banned) > PEOPLE_SHOWN,
        "may_join": room.access == Room.Access.PUBLIC and not room.archived,
        "may_leave": changes,
        "may_add": changes and not room.archived and rank >= rank_of(Role.MODERATOR),
        "may_change": not room.is_direct and rank >= rank_of(Role.ADMIN),
        "may_archive": changes and rank >= rank_of(Role.ADMIN),
    }
    return render(request, "chat/room_details.html", context, status=status)


def _find_memberships(room: Room, query: str) -> Sequence[Membership]:
    """Those of that name, whoever has a role first; one more than is shown, where there are more."""
    has_none = Case(When(role=Role.MEMBER, then=1), default=0)
    found = Membership.objects.filter(room=room).select_related("user").order_by(has_none, "user__username")
    if query:
        found = found.filter(user__in=named(User.objects.all(), query))
    return list(found[: PEOPLE_SHOWN + 1])


def _find_bans(room: Room, query: str) -> Sequence[Ban]:
    """The same of those who may not come back."""
    found = Ban.objects.filter(room=room).select_related("user").order_by("user__username")
    if query:
        found = found.filter(user__in=named(User.objects.all(), query))
    return list(found[: PEOPLE_SHOWN + 1])


def _form(room: Room, data: Any = None) -> WorldForm | RoomForm:
    kind = WorldForm if room.access == Room.Access.EVERYONE else RoomForm
    return kind(data, initial={"name": room.name, "topic": room.topic, "access": room.access})


def _member(membership: Membership, me: User, rank: int, room: Room) -> dict[str, Any]:
    """The person, and what one may do to them."""
    theirs = max(rank_of(membership.role), site_rank(membership.user))
    may_act = not room.is_direct and acts_on(rank, theirs) and membership.user_id != me.pk
    return {
        "person": describe(membership.user),
        "role": membership.role,
        "role_name": membership.get_role_display(),
        "shows_role": membership.role != Role.MEMBER,
        "is_closed": not membership.user.is_active,
        "may_remove": may_act,
        "roles": roles_to_give(rank) if may_act else [],
    }


def _join(request: HttpRequest, room: Room) -> str:
    join(user_of(request), room)
    return f"/rooms/{room.slug}/"


def _leave(request: HttpRequest, room: Room) -> str:
    leave(user_of(request), room)
    messages.success(request, _("You have left %(room)s.") % {"room": room.name})
    return "/rooms/"


def _update(request: HttpRequest, room: Room) -> str:
    form = _form(room, request.POST)
    if not form.is_valid():
        raise _Mistaken(form)
    update_room(user_of(request), room, **form.cleaned_data)
    return f"/rooms/{room.slug}/details/"


def _archive(request: HttpRequest, room: Room) -> str:
    update_room(user_of(request), room, archived=True)
    return f"/rooms/{room.slug}/details/"


def _unarchive(request: HttpRequest, room: Room) -> str:
    update_room(user_of(request), room, archived=False)
    return f"/rooms/{room.slug}/details/"


def _remove(request: HttpRequest, room: Room) -> str:
    reason = read_reason(request.POST.get("reason", ""))
    remove(user_of(request), room, find_person(request), reason, ban="ban" in request.POST)
    return f"/rooms/{room.slug}/details/"


def _let_back(request: HttpRequest, room: Room) -> str:
    let_back(user_of(request), room, find_person(request))
    return f"/rooms/{room.slug}/details/"


def _set_role(request: HttpRequest, room: Room) -> str:
    person = find_person(request)
    set_role(user_of(request), room, person, request.POST.get("role", ""))
    announce_standing(room, person)
    return f"/rooms/{room.slug}/details/"


Act = Callable[[HttpRequest, Room], str]
ACTS: dict[str, Act] = {
    "join": _join,
    "leave": _leave,
    "update": _update,
    "archive": _archive,
    "unarchive": _unarchive,
    "remove": _remove,
    "let_back": _let_back,
    "role": _set_role,
}
"""Each does one thing and says where to go then."""
