"""The page of a person's own name and picture. Who shows names elsewhere hears `profile_changed`."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.display_names import LONGEST, as_seen, clean_display_name
from accounts.models import User
from accounts.names import check_not_reserved
from accounts.requests import user_of

profile_changed = Signal()
"""A person is called otherwise now. Sent with `user`, once it is saved."""


class ProfileForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Display name"),
        help_text=gettext_lazy("What others see beside your messages. Empty: your username."),
        max_length=LONGEST * 4,  # as it was typed; what counts is what is left of it
        required=False,
        widget=forms.TextInput({"autocomplete": "name", "dir": "auto"}),
    )

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data, initial={"name": user.get_full_name()})
        self._user = user

    def clean_name(self) -> str:
        name = clean_display_name(self.cleaned_data["name"])
        if not self._user.is_superuser:
            check_not_reserved(name)
        if User.objects.name_is_worn_by_other(as_seen(name), than=self._user):
            raise ValidationError(_("Somebody else has this as their username."), code="taken")
        return name

    def save(self) -> None:
        self._user.first_name, self._user.last_name = self.cleaned_data["name"], ""
        self._user.save(update_fields=["first_name", "last_name"])
        profile_changed.send(ProfileForm, user=self._user)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(user_of(request), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("account_profile")
    return render(request, "account/settings/profile.html", {"form": form, "gravatar": settings.GRAVATAR})


@login_required
@require_safe
def appearance(request: HttpRequest) -> HttpResponse:
    return render(request, "account/settings/appearance.html")
