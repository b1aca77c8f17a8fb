"""The list of the pages under /account/, for their side navigation."""

from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse

from accounts.sections import SECTIONS

register = template.Library()


@register.inclusion_tag("account/settings/_nav.html", takes_context=True)
def account_sections(context: Context) -> dict[str, Any]:
    """Every section with its address; the one that holds this page is the current one."""
    path = context["request"].path
    top = reverse("account_profile")
    sections = [(reverse(name), words) for _place, (name, words) in sorted(SECTIONS.items())]
    return {"sections": [(url, words, path == url if url == top else path.startswith(url)) for url, words in sections]}
