"""Addresses under /account/: what people set for themselves."""

from allauth.account import views as allauth_views
from django.urls import path

from accounts import profile, session_views

urlpatterns = [
    path("", profile.profile, name="account_profile"),
    path("password/", allauth_views.password_change, name="account_change_password"),
    path("sessions/", session_views.sessions, name="account_sessions"),
    path("sessions/<uuid:pk>/end/", session_views.end, name="account_session_end"),
    path("sessions/end-others/", session_views.end_others, name="account_sessions_end_others"),
    path("appearance/", profile.appearance, name="account_appearance"),
]
