"""The page that erases a message: asks for a reason, says what goes and what stays, and does it.

It needs no JavaScript. Whoever sees the room meanwhile sees the words go: the `erase` entry reaches them as an event.
"""

from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.requests import user_of, wants_json
from chat import fields
from chat.erasing import check_may_erase, erase_message
from chat.events import build_events
from chat.pages.finding import find_room
from chat.pages.refusing import tell_refusal
from chat.posting import check_form_rate
from chat.refusals import Refusal
from ledger.core.errors import LedgerFormatError
from ledger.models import Message

PROBLEMS = {
    "empty": _("Write down why: the reason stays in the ledger where the words were."),
    "too_long": format_lazy(
        _("The reason is longer than {limit} characters. Please shorten it."), limit=fields.REASON_LIMIT
    ),
    "rate_limited": _("That is too much at once. Wait a moment, then try again."),
    "busy": _("The server is busy, and nothing was erased. Please try again."),
}
FINAL = {"forbidden", "legal_hold"}
"""What another reason would not change."""


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def erase(request: HttpRequest, slug: str, leaf_hash: str) -> HttpResponse:
    """For who does not see the room there is no message; who sees it and may not erase is told so."""
    user = user_of(request)
    room = find_room(request, slug)
    message = get_object_or_404(Message, room=room.pk, hash=bytes.fromhex(leaf_hash))
    context: dict[str, Any] = {"room": room, "client_id": uuid4().hex, "limit": fields.REASON_LIMIT}
    try:
        check_may_erase(user, message)
        if request.method == "POST":
            client_id, reason = _read_form(request)
            check_form_rate(request, reason)
            erase_message(user, message, client_id, reason)
            return HttpResponseRedirect(f"/rooms/{room.slug}/#m{message.room_seq}", status=HTTPStatus.SEE_OTHER)
    except Refusal as refusal:
        problem = str(PROBLEMS.get(refusal.code, refusal.words))
        if wants_json(request):
            return tell_refusal(refusal, problem)
        context |= {
            "problem": problem,
            "is_final": refusal.code in FINAL,
            "reason": request.POST.get("reason", ""),
        }
        status = refusal.status
    else:
        status = HTTPStatus.OK
    (context["event"],) = build_events([message])
    return render(request, "chat/erase.html", context, status=status)


def _read_form(request: HttpRequest) -> tuple[UUID, str]:
    """The client id is drawn with the form, so sending it twice erases once."""
    reason = fields.read_text(request.POST.get("reason", "").replace("\r\n", "\n"), fields.REASON_LIMIT)
    try:
        return fields.read_id(request.POST.get("client_id") or uuid4().hex), reason
    except LedgerFormatError as error:
        raise Refusal("bad_frame", str(error)) from None
