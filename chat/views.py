"""Pages: the room, for people without JavaScript and as the browser's first paint, and the health of the process.

Every query starts from the user: a room that they cannot see is a 404, like one that never was.
"""

import time
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_date
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.requests import user_of, wants_json
from chat import fields
from chat.delivery import store
from chat.events import build_events
from chat.files.claims import find_claim
from chat.files.names import inert_name
from chat.files.uploads import UploadRefused, receive
from chat.hub import running_hub
from chat.membership.roles import moderates
from chat.models import Room
from chat.notifying.notices import describe_choices
from chat.notifying.unread import find_beginning
from chat.pages.finding import find_room, read_number
from chat.pages.refusing import tell_refusal
from chat.pages.sidebar import build_sidebar
from chat.people import describe
from chat.pins import list_pins, pins_in
from chat.posting import check_form_rate, draft_post, refusal_of
from chat.refusals import Refusal
from chat.replies import limits
from ledger.core.errors import LedgerFormatError
from ledger.display import grouped_lazy
from ledger.errors import ClientIdReused, NoSuchRoom, RecordError
from ledger.models import Block, Genesis, Message
from ledger.programs import read_only, refuse
from ledger.recording.batches import record
from ledger.standing import describe_standing

PAGE = 50
PROBLEMS = {
    "empty": _("Write something first."),
    "too_long": format_lazy(
        _("This is longer than {limit} characters. Please shorten it."), limit=grouped_lazy(fields.TEXT_LIMIT)
    ),
    "rate_limited": _("You are writing faster than others can read. Wait a moment, then send it again."),
    "busy": _("The server is busy. Please send it again."),
    "not_found": _("The message that you reply to is not in this room."),
}
UNKNOWN_PROBLEM = _("This could not be sent. Reload the page and try again.")


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """The chat for who is logged in, the landing page for who is not."""
    if not request.user.is_authenticated:
        return render(request, "landing.html")
    return _page(request, get_object_or_404(Room.objects.visible_to(request.user), pk=Room.WORLD))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def room(request: HttpRequest, slug: str) -> HttpResponse:
    found = find_room(request, slug)
    if request.method != "POST":
        day = _find_day(request, found)
        return _page(request, found) if day is None else HttpResponseRedirect(f"/rooms/{found.slug}/?at={day}")
    try:
        seq = _post(request, found)
    except UploadRefused as refused:
        problem, draft = refused.detail, request.POST.get("text", "")
        if wants_json(request):
            return refuse(HTTPStatus.BAD_REQUEST, refused.code, problem)
        return _page(request, found, status=HTTPStatus.BAD_REQUEST, problem=problem, draft=draft)
    except Refusal as refusal:
        known = PROBLEMS | {"forbidden": refusal.words}
        problem = str(known.get(refusal.code, UNKNOWN_PROBLEM))
        if wants_json(request):
            return tell_refusal(refusal, problem)
        is_mistaken = refusal.code in ("not_found", "client_id_reused")  # the room is there, the form is not right
        status = HTTPStatus.BAD_REQUEST if is_mistaken else refusal.status
        return _page(request, found, status=status, problem=problem, draft=request.POST.get("text", ""))
    return HttpResponseRedirect(f"/rooms/{found.slug}/#m{seq}", status=HTTPStatus.SEE_OTHER)


@read_only
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """503 when the database does not answer, or is not the one that the log has signed for: nothing is recorded then.

    Without the channel layer the chat goes on, slower between processes.
    """
    try:
        Room.objects.exists()
        database, ledger = "ok", describe_standing() or "ok"
    except Error:
        database, ledger = "down", "unknown"
    hub = running_hub()
    doorbell = hub.doorbell if hub else None
    layer = "none" if doorbell is None else "ok" if doorbell.is_well else "down"
    status = "down" if (database, ledger) != ("ok", "ok") else "degraded" if layer == "down" else "ok"
    answer = {"status": status, "database": database, "ledger": ledger, "channel_layer": layer}
    return JsonResponse(answer, status=HTTPStatus.SERVICE_UNAVAILABLE if status == "down" else HTTPStatus.OK)


def _page(request: HttpRequest, room: Room, status: int = HTTPStatus.OK, **form: str) -> HttpResponse:
    user = user_of(request)
    events = build_events(_find_rows(request, room))
    blocks = store.describe_ends({event["block"] for event in events if event["block"] is not None})
    head = store.find_heads([room.pk]).get(room.pk, 0)
    last = events[-1]["seq"] if events else 0
    is_past = "at" in request.GET and last < head
    new_from = find_beginning(user.pk, room.pk)
    tip = Block.objects.signed_tip()
    me = describe(user)
    is_moderator = moderates(user, room)
    context: dict[str, Any] = {
        "room": room,
        "sidebar": build_sidebar(user),
        "is_in": store.is_in(user, room.pk),
        "me": me,
        "reader": me | {"new_from": new_from, "blocks": blocks},
        "blocks": blocks,
        "new_from": new_from if new_from and new_from <= head else None,
        "may_pin": pins_in(user, room),
        "pins": list_pins(room),
        "moderates": is_moderator,
        "is_unheard": bool(room.person) and not User.objects.filter(pk=room.person, is_active=True).exists(),
        "invites": _invites(room) if is_moderator and not room.archived else "",
        "events": events,
        "has_posts": any(event["kind"] == "post" for event in events),
        "cursor": head if is_past else last,
        "is_past": is_past,
        "later": min(last + PAGE // 2, head) if last < head else 0,
        "older": bool(events) and events[0]["seq"] > 1,
        "before": events[0]["seq"] if events else 0,
        "origin": settings.LOG_ORIGIN,
        "vkey": Genesis.objects.values_list("key", flat=True).first() or "",
        "checkpoint": tip.checkpoint if tip else None,
        "limits": limits(settings.SEND_PER_MIN, settings.FILE_BYTES),
        "client_id": uuid4().hex,
        "choices": describe_choices(user),
    }
    return render(request, "chat/room.html", context | form, status=status)


def _invites(room: Room) -> str:
    """Where whoever moderates the room invites people."""
    return "/invites/" if room.access == Room.Access.EVERYONE else f"/rooms/{room.slug}/invites/"


def _post(request: HttpRequest, room: Room) -> int:
    """Records the form; its seq. The client id is drawn with the form, so sending it twice makes one message."""
    user = user_of(request)
    uploads = request.FILES.getlist("files")
    text = request.POST.get("text", "").replace("\r\n", "\n")
    if uploads and not text.strip():  # a message has text, and a file says what it is called
        text = ", ".join(inert_name(upload.name or "") for upload in uploads)
    text = fields.read_text(text)
    if len(uploads) > fields.FILES_LIMIT:
        raise Refusal("bad_frame", f"files: not at most {fields.FILES_LIMIT}")
    try:
        client_id = fields.read_id(request.POST.get("client_id") or uuid4().hex)
        reply_to = fields.read_hash(request.POST.get("reply_to") or None)
    except LedgerFormatError as error:
        raise Refusal("bad_frame", str(error)) from None
    if reply_to is not None and not store.holds_post(room.pk, reply_to):
        raise Refusal("not_found", "")
    check_form_rate(request, text)
    now_ms = time.time_ns() // 1_000_000
    known = Message.objects.filter(client_id=client_id, author=user.pk, room=room.pk).values_list("room_seq", flat=True)
    if uploads and (seq := known.first()):
        return seq  # received again, its files would be others
    ids = [receive(user, room, upload).pk for upload in uploads]
    draft = draft_post(
        room=room.pk,
        author=user.pk,
        client_id=client_id,
        text=text,
        reply_to=reply_to,
        sent_ms=now_ms,
        claim=find_claim(ids, user.pk, room.pk) if ids else None,
    )
    try:
        return record(draft).message.room_seq
    except NoSuchRoom:  # Removed since the page was opened.
        raise Http404 from None
    except RecordError as error:
        if uploads and isinstance(error, ClientIdReused) and (seq := known.first()):
            return seq  # the same form was here meanwhile
        raise refusal_of(error) from None


def _find_rows(request: HttpRequest, room: Room) -> list[Message]:
    """The newest page, or the one before `?before=` or around `?at=`."""
    before = request.GET.get("before") or ""
    if at := request.GET.get("at"):
        before = str(read_number(at) + PAGE // 2)
    return store.find_before(room.pk, read_number(before) if before else None, PAGE)


def _find_day(request: HttpRequest, room: Room) -> int | None:
    """The seq from which on the day in `?on=` has entries, or `?since=` (milliseconds) with which scripts ask."""
    if since := request.GET.get("since"):
        return store.find_since(room.pk, read_number(since))
    try:
        on = parse_date(request.GET.get("on", ""))
    except ValueError:  # written like a day, and none
        raise Http404 from None
    if on:
        return store.find_since(room.pk, int(datetime.combine(on, datetime.min.time(), UTC).timestamp() * 1000))
    return None
