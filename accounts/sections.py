"""The pages under /account/, for their side navigation. Apps above add theirs when they are ready."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SECTIONS: dict[int, tuple[str, Promise]] = {
    10: ("account_profile", _("Profile")),
    20: ("account_email", _("E-mail")),
    30: ("account_change_password", _("Password")),
    40: ("mfa_index", _("Two-step log-in")),
    50: ("account_sessions", _("Sessions")),
    60: ("account_appearance", _("Appearance")),
}
"""Place → name of the address, words."""


def add_section(place: int, name: str, words: Promise) -> None:
    SECTIONS[place] = name, words
