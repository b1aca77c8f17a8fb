"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("ledger.urls")),
    path("", include("chat.urls")),
]

handler500 = "connect.failures.server_error"
