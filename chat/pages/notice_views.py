"""What people set for their notifications, and the browsers that they switch Web Push on in."""

import re
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import orjson
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.requests import user_of
from accounts.upsert import upsert, upsert_all
from chat.models import Preferences, PushSubscription, Room, RoomPreference
from chat.names import name_rooms
from chat.notifying.notices import find_own_levels, find_zone
from chat.notifying.vapid import public_key

BROWSERS_EACH = 20
"""Push subscriptions of one person; those go that were not renewed for longest."""
KEY_LENGTHS = {"p256dh": (87, 88), "auth": (22, 24)}
_KEY = re.compile(r"[A-Za-z0-9_+/-]+={0,2}")
"""Characters of base64url: 65 and 16 bytes, padded or not."""


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Preferences
        fields = ("is_shown", "sound", "digest", "quiet_from", "quiet_until", "time_zone")
        widgets = {
            "quiet_from": forms.TimeInput({"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput({"type": "time"}, format="%H:%M"),
            "time_zone": forms.TextInput({"list": "zones", "autocomplete": "off", "spellcheck": "false"}),
        }

    def clean_time_zone(self) -> str:
        name: str = self.cleaned_data["time_zone"].strip()
        if find_zone(name).key != name:
            raise ValidationError(_("There is no such time zone; choose one like Europe/Berlin."))
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if (cleaned.get("quiet_from") is None) != (cleaned.get("quiet_until") is None) and not self.errors:
            raise ValidationError(_("Quiet hours need a beginning and an end; leave both empty for none."))
        return cleaned


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def notifications(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    rooms = name_rooms(Room.objects.joined_by(user).filter(archived=False).order_by("name"), user)
    mine = Preferences.objects.filter(pk=user.pk).first() or Preferences(user=user)
    form = PreferencesForm(request.POST if request.method == "POST" else None, instance=mine)
    if request.method == "POST" and form.is_valid():
        upsert(Preferences, {"user": user}, form.cleaned_data)
        _save_levels(user, rooms, request)
        messages.success(request, _("Saved."))
        return redirect("notifications")
    levels = find_own_levels(user, rooms)
    context = {
        "form": form,
        "rooms": [(room, levels[room.pk]) for room in rooms],
        "levels": RoomPreference.Level.choices,
        "zones": sorted(available_timezones()),
        "push_key": public_key(),
    }
    return render(request, "chat/notifications.html", context)


def _save_levels(user: User, rooms: list[Room], request: HttpRequest) -> None:
    """Only what was changed: the form holds all rooms that somebody is in."""
    levels = find_own_levels(user, rooms)
    chosen = {room: request.POST.get(f"level-{room.pk.hex}") for room in sorted(rooms, key=lambda room: room.pk)}
    changed = [
        RoomPreference(user=user, room=room, level=level)
        for room, level in chosen.items()
        if level in RoomPreference.Level.values and level != levels[room.pk]
    ]
    upsert_all(changed, ("user", "room"), ("level",))


@login_required
@require_POST
def subscribe(request: HttpRequest) -> HttpResponse:
    """The browser's subscription, as `PushSubscription.toJSON()` gives it. 204, or 400 with what is wrong."""
    user = user_of(request)
    try:
        told = orjson.loads(request.body)
        endpoint, keys = told["endpoint"], told["keys"]
        values = {name: keys[name] for name in KEY_LENGTHS}
        if not all(_is_key(values[name], *lengths) for name, lengths in KEY_LENGTHS.items()):
            raise ValueError
    except (ValueError, KeyError, TypeError):
        return _refuse()
    if not _is_push_service(endpoint):
        return JsonResponse({"detail": "this push service is not known here"}, status=HTTPStatus.BAD_REQUEST)
    session = request.session.session_key or ""
    now = {"user": user, "session": session, "renewed": timezone.now(), **values}
    upsert(PushSubscription, {"endpoint": endpoint}, now)
    kept = PushSubscription.objects.filter(user=user).order_by("-renewed").values_list("pk", flat=True)[:BROWSERS_EACH]
    PushSubscription.objects.filter(user=user).exclude(pk__in=list(kept)).delete()
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@login_required
@require_POST
def unsubscribe(request: HttpRequest) -> HttpResponse:
    if (endpoint := _read_endpoint(request)) is None:
        return _refuse()
    PushSubscription.objects.filter(user=user_of(request), endpoint=endpoint).delete()
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@login_required
@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """`on`: whether the browser with this endpoint is pushed to for this person, from now on by this session."""
    if (endpoint := _read_endpoint(request)) is None:
        return _refuse()
    mine = PushSubscription.objects.filter(user=user_of(request), endpoint=endpoint)
    return JsonResponse({"on": mine.update(session=request.session.session_key or "") == 1})


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """At the top, so that it may look after all pages."""
    path = finders.find("chat/sw.js")
    assert isinstance(path, str)
    with open(path, "rb") as file:
        return HttpResponse(file.read(), "text/javascript", headers={"Cache-Control": "no-cache"})


def _read_endpoint(request: HttpRequest) -> str | None:
    try:
        return str(orjson.loads(request.body)["endpoint"]).replace("\0", "")
    except (ValueError, KeyError, TypeError):
        return None


def _refuse() -> HttpResponse:
    return JsonResponse({"detail": "this is no push subscription"}, status=HTTPStatus.BAD_REQUEST)


def _is_key(value: object, *lengths: int) -> bool:
    return isinstance(value, str) and len(value) in lengths and _KEY.fullmatch(value) is not None


def _is_push_service(endpoint: object) -> bool:
    """This server sends requests to no address but those of the browsers' makers."""
    if not isinstance(endpoint, str) or len(endpoint) > 500 or not (endpoint.isascii() and endpoint.isprintable()):
        return False
    try:
        parts = urlsplit(endpoint)
        host = parts.hostname or ""
        plain = parts.port is None and parts.username is None
    except ValueError:
        return False
    if f"{parts.scheme}://{parts.netloc}" in settings.PUSH_SERVICES:
        return True
    return parts.scheme == "https" and plain and host.endswith(tuple(settings.PUSH_HOSTS))
