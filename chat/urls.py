"""Addresses of chat."""

from django.urls import path, re_path

from chat import views
from chat.files import views as file_views
from chat.pages import (
    details_views,
    erase_views,
    invite_views,
    message_views,
    news_views,
    notice_views,
    people_views,
    room_views,
)
from chat.search import views as search_views

urlpatterns = [
    path("", views.home, name="home"),
    path("rooms/", room_views.rooms, name="rooms"),
    path("rooms/new/", room_views.new_room, name="new_room"),
    path("direct/new/", room_views.new_direct, name="new_direct"),
    path("rooms/<slug:slug>/details/", details_views.details, name="details"),
    path("rooms/<slug:slug>/invites/", invite_views.room_invites, name="room_invites"),
    path("rooms/<slug:slug>/log/", people_views.room_log, name="room_log"),
    path("invites/", invite_views.site_invites, name="site_invites"),
    path("join/<str:token>/", invite_views.join_by, name="join_by"),
    path("join/<str:token>/code.svg", invite_views.code, name="invite_code"),
    path("people/", people_views.people, name="accounts"),
    path("rooms/<slug:slug>/add/", details_views.add_people, name="add_people"),
    path("rooms/<slug:slug>/", views.room, name="room"),
    re_path(r"^rooms/(?P<slug>[-a-zA-Z0-9_]+)/erase/(?P<leaf_hash>[0-9a-f]{64})/$", erase_views.erase, name="erase"),
    path("rooms/<slug:slug>/files/", file_views.upload, name="upload"),
    re_path(r"^files/(?P<id>[0-9a-f]{32})/(?P<name>[^/]+)\Z", file_views.download, name="file"),
    re_path(r"^thumbnails/(?P<id>[0-9a-f]{32})\Z", file_views.thumbnail, name="thumbnail"),
    path("account/notifications/", notice_views.notifications, name="notifications"),
    path("push/", notice_views.subscribe, name="push"),
    path("push/renew/", notice_views.renew, name="push_renew"),
    path("push/remove/", notice_views.unsubscribe, name="push_remove"),
    path("sw.js", notice_views.service_worker, name="service_worker"),
    re_path(r"^rooms/(?P<slug>[-a-zA-Z0-9_]+)/m/(?P<leaf_hash>[0-9a-f]{64})/$", message_views.message, name="message"),
    path("rooms/<slug:slug>/pins/", message_views.pinned, name="pins"),
    path("rooms/<slug:slug>/people", message_views.people, name="people"),
    path("rooms/<slug:slug>/unread", message_views.unread, name="unread"),
    path("mentions/", news_views.mentions, name="mentions"),
    path("unread/", news_views.unread, name="all_unread"),
    path("search/", search_views.results, name="search"),
    path("search/suggest/", search_views.suggest, name="suggest"),
    path("healthz", views.healthz, name="healthz"),
]
