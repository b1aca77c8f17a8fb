"""Languages: the words of the scripts and of the manifest, and the choice of one.

A page names `language/<code>.js` where its language is not English; it comes before the modules and gives them
`gettext` (static/base/js/i18n.js).
"""

from functools import cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_POST, require_safe
from django.views.i18n import JavaScriptCatalog
from django.views.i18n import set_language as _set_language

from accounts.models import User
from chat.writing_to import note_language


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Kept in a cookie of the browser; who is logged in is written to in this language from now on."""
    code = request.POST.get("language", "")
    if isinstance(request.user, User) and code in dict(settings.LANGUAGES):
        note_language(request.user, code)
    return _set_language(request)


@require_safe
@conditional_page
@cache_control(public=True, max_age=60)  # as static files
def words(request: HttpRequest, code: str) -> HttpResponse:
    _check(code)
    return HttpResponse(_catalogue(code), "text/javascript; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=60)
def manifest(request: HttpRequest, code: str) -> HttpResponse:
    """What a telephone shows of the app that it installs."""
    _check(code)
    with translation.override(code):
        said = {
            "name": "Connect",
            "short_name": "Connect",
            "description": _("Team chat whose history can be proven."),
            "lang": code,
            "dir": "rtl" if translation.get_language_bidi() else "ltr",
        }
    app = {
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#05060f",
        "theme_color": "#663af3",
        "icons": [{"src": static(f"base/icons/{name}"), **icon} for name, icon in _ICONS.items()],
    }
    return JsonResponse(said | app, content_type="application/manifest+json")


_ICONS = {
    "connect.svg": {"type": "image/svg+xml", "sizes": "any"},
    "connect-192.png": {"type": "image/png", "sizes": "192x192"},
    "connect-512.png": {"type": "image/png", "sizes": "512x512"},
    "connect-maskable-512.png": {"type": "image/png", "sizes": "512x512", "purpose": "maskable"},
}


def _check(code: str) -> None:
    if code not in dict(settings.LANGUAGES):
        raise Http404("No such language.")


@cache
def _catalogue(code: str) -> bytes:
    """Only our own: the admin brings its words itself."""
    with translation.override(code):
        return JavaScriptCatalog(packages=["connect"]).get(HttpRequest()).content
