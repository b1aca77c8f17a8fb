"""The page of a person's sessions, and the two buttons on it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import user_of
from accounts.sessions import end_session, end_sessions, list_sessions, note_request

LISTED = 100
"""A program that logs in anew each time leaves thousands."""


@login_required
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    note_request(request)
    sessions = list_sessions(user_of(request), request.session.session_key, LISTED + 1)
    context = {"sessions": sessions[:LISTED], "has_more": len(sessions) > LISTED}
    return render(request, "account/settings/sessions.html", context)


@login_required
@require_POST
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another person's session answers like one that never was."""
    if not end_session(user_of(request), pk):
        raise Http404
    messages.success(request, _("That session has ended."))
    return redirect("account_sessions")


@login_required
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    count = end_sessions(user_of(request), but=request.session.session_key)
    ended = ngettext("%(count)s other session has ended.", "%(count)s other sessions have ended.", count)
    messages.success(request, ended % {"count": count})
    return redirect("account_sessions")
