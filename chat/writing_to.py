"""In which language people are written to who are not here to ask for one."""

from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.utils.translation import get_language, override

from accounts.models import User
from chat.models import Preferences


@receiver(user_logged_in)
def note_language(user: User, language: str | None = None, **signal: Any) -> None:
    """That of the page which logs in, or the one that was chosen. A missing row stands for the site's own."""
    code = language or get_language() or settings.LANGUAGE_CODE
    known = Preferences.objects.filter(user=user).update(language=code)
    if not known and code != settings.LANGUAGE_CODE:
        Preferences.objects.get_or_create(user=user, defaults={"language": code})


def language_of(user: User) -> str:
    known = Preferences.objects.filter(user=user).values_list("language", flat=True).first()
    return known or settings.LANGUAGE_CODE


def in_site_language() -> override:
    """For what a room is told: it is recorded once, for everybody."""
    return override(settings.LANGUAGE_CODE)
