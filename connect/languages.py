"""Languages: the words of the scripts, and the words inside templates for those who translate.

A page names `language/<code>.js` where its language is not English; it comes before the modules and gives them
`gettext` (static/base/js/i18n.js).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from io import BytesIO
from typing import Any, BinaryIO

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation.template import templatize
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_POST, require_safe
from django.views.i18n import JavaScriptCatalog
from django.views.i18n import set_language as _set_language

set_language = require_POST(_set_language)


@require_safe
@conditional_page
@cache_control(public=True, max_age=60)  # as static files
def words(request: HttpRequest, code: str) -> HttpResponse:
    if code not in dict(settings.LANGUAGES):
        raise Http404("No such language.")
    return HttpResponse(_catalogue(code), "text/javascript; charset=utf-8")


@cache
def _catalogue(code: str) -> bytes:
    """Only our own: the admin brings its words itself."""
    with translation.override(code):
        return JavaScriptCatalog(packages=["connect"]).get(HttpRequest()).content


def extract_template(file: BinaryIO, keywords: Any, tags: Sequence[str], options: Any) -> Iterator[Any]:
    """What Babel calls for a template (locale/django.cfg): Django writes its tags as Python, Babel reads that."""
    from babel.messages.extract import extract_python  # for translators and tests; a server needs none of it

    lines: Iterable[str] = templatize(file.read().decode()).splitlines()
    # Outside of the tags there is nothing but "X": neither indentation nor brackets mean anything.
    code = "\n".join(re.sub(r"^\s+", "", line) for line in lines) + "\n"
    return extract_python(BytesIO(code.encode()), keywords, tags, {"encoding": "utf-8", **options})
