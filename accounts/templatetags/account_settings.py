"""The list of the pages under /account/, for their side navigation."""

from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

register = template.Library()

SECTIONS = (
    ("account_profile", _("Profile")),
    ("account_email", _("E-mail")),
    ("account_change_password", _("Password")),
    ("mfa_index", _("Two-step log-in")),
    ("account_sessions", _("Sessions")),
    ("account_appearance", _("Appearance")),
    ("notifications", _("Notifications")),
    ("account_data", _("My data")),
)


@register.inclusion_tag("account/settings/_nav.html", takes_context=True)
def account_sections(context: Context) -> dict[str, Any]:
    """Every section with its address; the one that holds this page is the current one."""
    path = context["request"].path
    top = reverse("account_profile")
    sections = [(reverse(name), words) for name, words in SECTIONS]
    return {"sections": [(url, words, path == url if url == top else path.startswith(url)) for url, words in sections]}
