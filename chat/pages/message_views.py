"""One message: its versions, and what can be done to it, for people without JavaScript and for the browser's scripts.

A script asks for JSON by `Accept`; everything else is a page and forms. Whoever does not see the room gets a 404.
"""

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.models import User
from accounts.requests import user_of, wants_json
from accounts.upsert import upsert
from chat import fields, pins
from chat.acts import find_acts
from chat.announcing import announce_pins, announce_unread
from chat.delivery.store import find_heads
from chat.events import Event, build_events
from chat.hub import running_hub
from chat.membership.roles import moderates
from chat.models import Pin, ReadPosition, Room, UnreadMark
from chat.notifying.unread import Unread, count_unread
from chat.pages.finding import find_room, read_ids, read_number
from chat.pages.refusing import tell_refusal
from chat.people import find_in_room, find_people
from chat.posting import check_emoji, check_form_rate, draft_act, refusal_of
from chat.protocol import Act
from chat.refusals import Refusal
from ledger.core.errors import LedgerFormatError
from ledger.errors import NoSuchRoom, RecordError
from ledger.models import Message
from ledger.recording.acts import ACTS
from ledger.recording.batches import record

PROBLEMS = {
    "empty": _("Write something, or delete the message."),
    "too_long": _("This is too long. Please shorten it."),
    "not_found": _("This message was deleted or erased meanwhile."),
    "rate_limited": _("That is too much at once. Wait a moment, then try again."),
    "busy": _("The server is busy. Please try again."),
}
SUGGESTED = ("👍", "❤️", "😂", "🎉", "👀", "✅")
VERSIONS_SHOWN = 100
NAMED_AT_ONCE = 100
Handler = Callable[[User, Room, Message], None]
PINNING: dict[str, Handler] = {"pin": pins.pin, "unpin": pins.unpin}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@vary_on_headers("Accept")
@login_required
def message(request: HttpRequest, slug: str, leaf_hash: str) -> HttpResponse:
    user = user_of(request)
    room = find_room(request, slug)
    post = get_object_or_404(Message, room=room.pk, hash=bytes.fromhex(leaf_hash), kind="post")
    status, problem = HTTPStatus.OK, ""
    if request.method == "POST":
        try:
            _do(request, user, room, post)
        except Refusal as refusal:
            problem = str(refusal.words if refusal.code == "forbidden" else PROBLEMS.get(refusal.code, refusal.words))
            if wants_json(request):
                return tell_refusal(refusal, problem)
            status = refusal.status
        else:
            if wants_json(request):
                return HttpResponse(status=HTTPStatus.NO_CONTENT)
            return HttpResponseRedirect(f"/rooms/{room.slug}/?at={post.room_seq}", status=HTTPStatus.SEE_OTHER)
    if wants_json(request):
        return JsonResponse({"versions": _versions(post)})
    return render(
        request, "chat/message.html", _context(request, user, room, post) | {"problem": problem}, status=status
    )


@require_safe
@never_cache
@vary_on_headers("Accept")
@login_required
def pinned(request: HttpRequest, slug: str) -> HttpResponse:
    """What is pinned in the room; to scripts also where the reader stands in it."""
    user = user_of(request)
    room = find_room(request, slug)
    events = pins.find_pinned(room)
    if wants_json(request):
        standing = {"moderates": moderates(user, room), "pins": pins.pins_in(user, room)}
        return JsonResponse({"pinned": events, "may_pin": pins.may_pin(user, room), "standing": standing})
    return render(request, "chat/pinned.html", {"room": room, "events": events})


@require_safe
@never_cache
@login_required
def people(request: HttpRequest, slug: str) -> JsonResponse:
    """Who is in the room and whose name begins like `?q=`, for completion; or how those with `?id=` are called now."""
    room = find_room(request, slug)
    if named := request.GET.getlist("id")[:NAMED_AT_ONCE]:
        return JsonResponse({"people": list(find_people(read_ids(named)).values())})
    return JsonResponse({"people": find_in_room(room, request.GET.get("q", "")[:40])})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def unread(request: HttpRequest, slug: str) -> HttpResponse:
    """How much is unread, as JSON. A POST with `seq`: unread from there on; without it the mark goes."""
    user = user_of(request)
    room = find_room(request, slug)
    if request.method != "POST":
        return JsonResponse(_count(user, room))
    value = request.POST.get("seq", "")
    if not value:
        UnreadMark.objects.filter(user=user, room=room).delete()
    elif seq := read_number(value):
        upsert(UnreadMark, {"user": user, "room": room}, {"seq": seq})
    announce_unread(user.pk, room.pk, _read_position(user, room))
    if wants_json(request):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return HttpResponseRedirect("/", status=HTTPStatus.SEE_OTHER)


def _count(user: User, room: Room) -> dict[str, int]:
    """Counted up to `head`."""
    read = _read_position(user, room)
    head = find_heads([room.pk]).get(room.pk, 0)
    counts = count_unread(user.pk, {room.pk: (read, head)}).get(room.pk, Unread())
    return {"read": read, "head": head, **counts._asdict()}


def _read_position(user: User, room: Room) -> int:
    """It may not be stored yet."""
    stored = ReadPosition.objects.filter(user=user, room=room).values_list("seq", flat=True).first() or 0
    hub = running_hub()
    return max(stored, hub.read_positions.unsaved(user.pk, room.pk)) if hub else stored


def _do(request: HttpRequest, user: User, room: Room, post: Message) -> None:
    """What the form says. Refusal when it may not be."""
    what = request.POST.get("act", "")
    if handler := PINNING.get(what):
        check_form_rate(request)
        handler(user, room, post)
        return announce_pins(room)
    if what not in ACTS:
        raise Refusal("bad_frame", "act: unknown")
    act = _read_act(request, room, post)
    check_form_rate(request, act.text or "")
    if act.kind == "react":
        check_emoji(act)
    try:
        record(draft_act(user.pk, act))
    except NoSuchRoom:  # Removed since the page was opened.
        raise Http404 from None
    except RecordError as error:
        raise refusal_of(error) from None
    return None


def _read_act(request: HttpRequest, room: Room, post: Message) -> Act:
    """The client id is drawn with the form, so sending it twice does it once."""
    kind = request.POST["act"]
    form = request.POST
    try:
        return Act(
            kind=kind,
            id="",
            client_id=fields.read_id(form.get("client_id") or uuid4().hex),
            room=room.pk,
            ref=bytes(post.hash),
            sent_ms=time.time_ns() // 1_000_000,
            seen=None,
            checkpoint=None,
            salt=None,
            device=None,
            signature=None,
            text=fields.read_text(form.get("text", "").replace("\r\n", "\n")) if kind == "edit" else None,
            emoji=fields.read_emoji(form.get("emoji", "").strip()) if kind in ("react", "unreact") else None,
        )
    except LedgerFormatError as error:
        raise Refusal("bad_frame", str(error)) from None


def _context(request: HttpRequest, user: User, room: Room, post: Message) -> dict[str, Any]:
    (event,) = build_events([post])
    is_gone = event["erased"] or event["deleted"]
    text = None if is_gone else (event["edited"] or event["body"])["text"]
    return {
        "room": room,
        "event": event,
        "is_gone": is_gone,
        "html": (event["edited"] or event)["html"],
        "is_mine": post.author == user.pk,
        "mine": {each["emoji"] for each in event["reactions"] if user.pk.hex in (who["id"] for who in each["by"])},
        "versions": _versions(post),
        "text": request.POST.get("text", text),
        "suggested": [emoji for emoji in SUGGESTED if emoji not in {each["emoji"] for each in event["reactions"]}],
        "may_pin": pins.may_pin(user, room),
        "is_pinned": Pin.objects.filter(room=room, seq=post.room_seq).exists(),
        "client_id": uuid4().hex,
        "limit": fields.TEXT_LIMIT,
    }


def _versions(post: Message) -> list[Event]:
    """Every text that the post has had, oldest first, with what its proof needs; none once it is deleted or erased."""
    acts = find_acts((), [post]).get((post.room, bytes(post.hash)))
    if acts is not None and acts.is_deleted:
        return []
    rows = [post, *(acts.edits[-VERSIONS_SHOWN:] if acts else [])]
    events = build_events([row for row in rows if row.body is not None])
    return [{**event, "html": None, "text": event["body"]["text"]} for event in events]
