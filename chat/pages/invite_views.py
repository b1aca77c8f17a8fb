"""Invitations: the page of those that are good, and the page that one of them leads to."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import invites
from accounts.models import Invite
from accounts.requests import user_of
from chat.membership.inviting import accept, draw_code, find_place, list_invites, make_invite, may_invite
from chat.models import Room
from chat.pages.finding import find_room, read_id
from chat.posting import check_form_rate
from chat.refusals import Refusal


class InviteForm(forms.Form):
    days = forms.ChoiceField(label=_("Good for"), choices=[(1, _("a day")), (7, _("a week")), (30, _("30 days"))])
    uses = forms.IntegerField(
        label=_("How many people"), min_value=1, max_value=10_000, required=False, help_text=_("Empty: any number.")
    )
    domain = forms.RegexField(
        r"\A@?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\Z",
        label=_("Only addresses at"),
        max_length=253,
        required=False,
        help_text=_("Such as example.org; empty: any address."),
    )

    def __init__(self, room: Room | None, data: Any = None) -> None:
        super().__init__(data, initial={"days": 7})
        if not invites.may_ask_for_domain(leads_to_room=room is not None):
            del self.fields["domain"]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def room_invites(request: HttpRequest, slug: str) -> HttpResponse:
    return _invites(request, find_room(request, slug))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def site_invites(request: HttpRequest) -> HttpResponse:
    return _invites(request, None)


def _invites(request: HttpRequest, room: Room | None) -> HttpResponse:
    """404 for who may not invite: there is nothing here for them."""
    user = user_of(request)
    if not may_invite(user, room):
        raise Http404
    form = InviteForm(room, request.POST if request.POST.get("act") == "make" else None)
    if request.POST.get("act") == "end":
        list_invites(room).filter(pk=read_id(request.POST.get("invite", ""))).delete()
        return HttpResponseRedirect(request.path, status=HTTPStatus.SEE_OTHER)
    status = HTTPStatus.OK
    if form.is_bound:
        status = HTTPStatus.BAD_REQUEST
        try:
            if form.is_valid():
                check_form_rate(request)
                wanted = form.cleaned_data
                domain = wanted.get("domain", request.POST.get("domain", ""))  # not asked for, not overlooked either
                make_invite(user, room, int(wanted["days"]), wanted["uses"], domain)
                return HttpResponseRedirect(request.path, status=HTTPStatus.SEE_OTHER)
        except Refusal as refusal:
            form.add_error(None, refusal.words)
            status = refusal.status
    shown = [{"invite": each, "url": _address(each)} for each in list_invites(room)]
    return render(request, "chat/invites.html", {"room": room, "form": form, "invites": shown}, status=status)


def _address(invite: Invite) -> str:
    return f"{settings.SITE_URL}/join/{invite.token}/"


@require_safe
@never_cache
def code(request: HttpRequest, token: str) -> HttpResponse:
    """An invitation's address as a picture, drawn for whoever comes to look at it: fifty at once take half a second."""
    invite = invites.find_invite(token)
    if invite is None:
        raise Http404
    return HttpResponse(draw_code(_address(invite)), content_type="image/svg+xml")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def join_by(request: HttpRequest, token: str) -> HttpResponse:
    """Where an invitation leads. Whoever has no account carries it through the sign-up; who is in goes on.

    Even where it is used up: perhaps by their own sign-up.
    """
    if request.user.is_authenticated:
        user = user_of(request)
        leads_to = Invite.objects.filter(token=token).values("room")
        if room := Room.objects.joined_by(user).filter(pk__in=leads_to).first():
            return _go_on(room)
    invite = invites.find_invite(token)
    try:
        if invite is None:
            raise Refusal("not_found", "")
        room = find_place(invite)
        if not request.user.is_authenticated:
            invites.carry(request.session, invite)
            return render(request, "chat/join.html", {"room": room, "invite": invite})
        fits = invites.fits(invite, user)
        if request.method != "POST" or not fits:
            status = HTTPStatus.OK if fits else HTTPStatus.FORBIDDEN
            return render(request, "chat/join.html", {"room": room, "invite": invite, "fits": fits}, status=status)
        accept(user, invite)
    except Refusal as refusal:
        return render(request, "chat/join_closed.html", status=refusal.status)
    return _go_on(room)


def _go_on(room: Room | None) -> HttpResponse:
    return HttpResponseRedirect(f"/rooms/{room.slug}/" if room else "/", status=HTTPStatus.SEE_OTHER)
