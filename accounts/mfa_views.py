"""allauth's pages of two-step log-in where they assume allauth's scripts, or weaker passkeys than ours."""

from typing import Any

from allauth.mfa.webauthn import views as passkey_views
from allauth.mfa.webauthn.internal import auth
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache


class AddPasskeyView(passkey_views.AddWebAuthnView):  # type: ignore[misc]
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        form = kwargs.get("form")
        if form is not None:
            context["form"] = form  # allauth's view drops it, and with it what was wrong
        options = auth.begin_registration(self.request.user, passwordless=True)
        return {**context, "js_data": {"creation_options": options}}


class RemovePasskeyView(passkey_views.RemoveWebAuthnView):  # type: ignore[misc]
    success_url = reverse_lazy("mfa_index")


class EditPasskeyView(passkey_views.EditWebAuthnView):  # type: ignore[misc]
    success_url = reverse_lazy("mfa_index")


@method_decorator(never_cache, name="dispatch")
class LoginPasskeyView(passkey_views.LoginWebAuthnView):  # type: ignore[misc]
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A challenge, the same for everybody: who it is comes with the answer."""
        return JsonResponse({"request_options": auth.begin_authentication(user=None)})
