"""Addresses under /account/: what people set for themselves.

No browser keeps these pages: recovery codes, an app's secret and addresses are not for the next person at the desk.
"""

from allauth.account import views as allauth_views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes import views as code_views
from allauth.mfa.totp import views as app_views
from allauth.mfa.webauthn.views import reauthenticate_webauthn
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.generic import RedirectView

from accounts import email_views, leaving, profile, session_views
from accounts.mfa_views import AddPasskeyView, EditPasskeyView, RemovePasskeyView

urlpatterns = [
    path("", profile.profile, name="account_profile"),
    path("email/", email_views.email, name="account_email"),
    path("email/confirm/<str:token>/", email_views.confirm, name="account_email_confirm"),
    path("password/", allauth_views.password_change, name="account_change_password"),
    # Whose password was taken away in the administration sets one by mail, and not by whatever logged them in.
    path("password/set/", RedirectView.as_view(pattern_name="account_reset_password"), name="account_set_password"),
    path("sessions/", session_views.sessions, name="account_sessions"),
    path("sessions/<uuid:pk>/end/", session_views.end, name="account_session_end"),
    path("sessions/end-others/", session_views.end_others, name="account_sessions_end_others"),
    path("two-step/", mfa_views.index, name="mfa_index"),
    path("two-step/app/", app_views.activate_totp, name="mfa_activate_totp"),
    path("two-step/app/remove/", app_views.deactivate_totp, name="mfa_deactivate_totp"),
    path("two-step/passkeys/add/", AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path("two-step/passkeys/<int:pk>/", EditPasskeyView.as_view(), name="mfa_edit_webauthn"),
    path("two-step/passkeys/<int:pk>/remove/", RemovePasskeyView.as_view(), name="mfa_remove_webauthn"),
    path("two-step/codes/", code_views.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("two-step/codes/new/", code_views.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("two-step/codes/download/", code_views.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("again/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("again/code/", mfa_views.reauthenticate, name="mfa_reauthenticate"),
    path("again/passkey/", reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("leave/", leaving.leave, name="account_leave"),
    path("appearance/", profile.appearance, name="account_appearance"),
]

for pattern in urlpatterns:
    pattern.callback = never_cache(pattern.callback)
