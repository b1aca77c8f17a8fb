"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from connect import my_data
from connect.languages import manifest, set_language, words

urlpatterns = [
    path("language/", set_language, name="set_language"),
    path("language/<str:code>.js", words, name="words"),
    path("language/<str:code>.webmanifest", manifest, name="manifest"),
    path("admin/", admin.site.urls),
    path("account/data/", my_data.page, name="account_data"),
    path("account/data/download/", my_data.download, name="account_data_download"),
    path("", include("accounts.urls")),
    path("", include("ledger.urls")),
    path("", include("chat.urls")),
]

handler400 = "connect.failures.bad_request"
handler403 = "connect.failures.forbidden"
handler404 = "connect.failures.not_found"
handler500 = "connect.failures.server_error"
