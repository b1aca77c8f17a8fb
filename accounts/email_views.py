"""The page of a person's address, and the one behind the link in the mail."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.addresses import normalize_address
from accounts.email_change import ask_for_change, change_address, must_confirm, read_change
from accounts.forms import EMAIL_HELP
from accounts.requests import user_of


class EmailForm(forms.Form):
    email = forms.CharField(
        label=gettext_lazy("New address"),
        help_text=EMAIL_HELP,
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email"}),
    )

    def __init__(self, request: HttpRequest, data: Any = None) -> None:
        super().__init__(data)
        self._request = request

    def clean_email(self) -> str:
        return normalize_address(self.cleaned_data["email"], check_dns=settings.EMAIL_CHECK_DNS)

    def ask(self) -> bool:
        """Whether it went through; what did not stands with the field."""
        try:
            ask_for_change(self._request, user_of(self._request), self.cleaned_data["email"])
        except ValidationError as error:
            self.add_error("email", error)
        return self.is_valid()


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(app="allauth.account", allow_get=True)  # type: ignore[untyped-decorator]
def email(request: HttpRequest) -> HttpResponse:
    form = EmailForm(request, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and form.ask():
        address = form.cleaned_data["email"]
        sent = _("We have sent a link to %(address)s. Your address changes when you open it.")
        messages.success(request, sent % {"address": address} if must_confirm() else _("Your address is changed."))
        return redirect("account_email")
    return render(request, "account/settings/email.html", {"form": form, "must_confirm": must_confirm()})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Opened, it asks; only the button changes anything, for mail scanners open links."""
    user = user_of(request)
    change = read_change(user, token)
    if change is not None and request.method == "POST":
        try:
            change_address(request, user, change)
        except ValidationError:
            change = None
        else:
            messages.success(request, _("Your address is changed."))
            return redirect("account_email")
    status = 200 if change else 404
    return render(request, "account/settings/email_confirm.html", {"change": change}, status=status)
