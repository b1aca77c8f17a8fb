"""The pages of accounts where allauth's own do not suffice."""

from allauth.account import views as allauth_views
from allauth.account.utils import perform_login
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.addresses import confirm_address
from accounts.forms import OwnerForm, ResetPasswordKeyForm, SignupForm
from accounts.invites import SignupClosed
from accounts.owner import OwnerLinkClosed, make_owner, owner_link_is_open

_hides_passwords = sensitive_post_parameters("password1", "password2")


@method_decorator(_hides_passwords, name="dispatch")
class SignupView(allauth_views.SignupView):  # type: ignore[misc]
    def form_valid(self, form: SignupForm) -> HttpResponse:
        response: HttpResponse
        try:
            response = super().form_valid(form)
        except IntegrityError:
            # Two people chose one name in the same instant and the database took the first. Checked once more, the
            # form tells the second; were it valid even now, the second failure would be ours and stays loud.
            self._cached_form = None
            form = self.get_form()
            response = super().form_valid(form) if form.is_valid() else self.form_invalid(form)
        except SignupClosed:  # the last use of the invite was somebody else's, a moment ago
            response = self.closed()
        return response


class ResetFromMailView(allauth_views.PasswordResetFromKeyView):  # type: ignore[misc]
    success_url = reverse_lazy("account_login")

    def form_valid(self, form: ResetPasswordKeyForm) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        confirm_address(self.reset_user)  # whoever followed this link reads the mailbox: as good as the other link
        return response


@_hides_passwords
@never_cache
def owner(request: HttpRequest, token: str) -> HttpResponse:
    """The one-time form that makes the owner; a page that says no more than "closed" for every other token."""
    if not owner_link_is_open(token):
        return _closed(request)
    form = OwnerForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "account/owner.html", {"form": form})
    try:
        user = make_owner(token, form.new_user(request))
    except OwnerLinkClosed:
        return _closed(request)
    logged_in: HttpResponse = perform_login(request, user, email_verification="none", redirect_url="/")
    return logged_in


def _closed(request: HttpRequest) -> HttpResponse:
    return render(request, "account/owner_closed.html", status=404)
