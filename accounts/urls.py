"""Addresses of accounts. allauth's views under our own paths; what Connect does not offer has no address."""

from allauth.account import views as allauth_views
from allauth.mfa.base.views import authenticate
from django.urls import include, path, re_path
from django.views.decorators.http import require_POST

from accounts.avatars import avatar
from accounts.mfa_views import LoginPasskeyView
from accounts.views import ResetFromMailView, SignupView, owner

urlpatterns = [
    path("signup/", SignupView.as_view(), name="account_signup"),
    path("login/", allauth_views.login, name="account_login"),
    path("login/second-step/", authenticate, name="mfa_authenticate"),
    path("login/passkey/", LoginPasskeyView.as_view(), name="mfa_login_webauthn"),
    path("logout/", require_POST(allauth_views.logout), name="account_logout"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("owner/<str:token>/", owner, name="owner"),
    path("confirm-email/", allauth_views.email_verification_sent, name="account_email_verification_sent"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", allauth_views.confirm_email, name="account_confirm_email"),
    path("account/", include("accounts.settings_urls")),
    path("password/reset/", allauth_views.password_reset, name="account_reset_password"),
    path("password/reset/done/", allauth_views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        ResetFromMailView.as_view(),
        name="account_reset_password_from_key",
    ),
    path("avatars/<str:user_id>", avatar, name="avatar"),
]
