"""Pages for who looks after people: what was moderated in a room, and the accounts of the site."""

from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.requests import user_of
from chat.fields import read_reason
from chat.membership.closing import close_account, may_close, open_account
from chat.membership.modlog import read_log
from chat.pages.finding import find_person, find_room, read_number, read_query
from chat.posting import check_form_rate
from chat.refusals import Refusal

SHOWN = 50


@require_safe
@never_cache
@login_required
def room_log(request: HttpRequest, slug: str) -> HttpResponse:
    """For everybody who sees the room: the entries are there for them, too."""
    room = find_room(request, slug)
    before = request.GET.get("before", "")
    lines, more = read_log(room, read_number(before) if before else None)
    return render(request, "chat/room_log.html", {"room": room, "lines": lines, "more": more})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def people(request: HttpRequest) -> HttpResponse:
    """For staff; for others there is nothing here."""
    user = user_of(request)
    if not user.is_staff:
        raise Http404
    query = read_query(request.GET)
    problem, status = "", HTTPStatus.OK
    if request.method == "POST":
        try:
            check_form_rate(request)
            _act(request)
            return HttpResponseRedirect(f"{request.path}?{urlencode({'q': query})}", status=HTTPStatus.SEE_OTHER)
        except Refusal as refusal:
            problem, status = refusal.words, refusal.status
    found = User.objects.order_by("username")
    if query:
        found = found.filter(Q(username__icontains=query.lstrip("@")) | Q(email__icontains=query))
    rows: list[dict[str, Any]] = [{"person": each, "may_close": may_close(user, each)} for each in found[: SHOWN + 1]]
    context = {"rows": rows[:SHOWN], "has_more": len(rows) > SHOWN, "query": query, "problem": problem}
    return render(request, "chat/people.html", context, status=status)


def _act(request: HttpRequest) -> None:
    member = find_person(request)
    if request.POST.get("act") == "close":
        reason = read_reason(request.POST.get("reason", ""))
        close_account(user_of(request), member, reason)
    elif request.POST.get("act") == "open":
        open_account(user_of(request), member)
    else:
        raise Http404
