"""Addresses of chat."""

from django.urls import path, re_path

from chat import erase_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("rooms/<slug:slug>/", views.room, name="room"),
    re_path(r"^rooms/(?P<slug>[-a-zA-Z0-9_]+)/erase/(?P<leaf_hash>[0-9a-f]{64})/$", erase_views.erase, name="erase"),
    path("healthz", views.healthz, name="healthz"),
]
