"""What a person may be shown as, beside the unique username: any script, no tricks. Knows no database."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LONGEST = 50
MARKS_IN_A_ROW = 4
"""Languages need up to three combining marks on a letter; hundreds climb over other people's lines."""

_JOINERS = "\u200c\u200d"
"""Persian and Indic scripts, and composed emoji, are written with these."""


def clean_display_name(text: str) -> str:
    """One spelling: NFC, single spaces, nothing around. Raises ValidationError for what would deceive or disturb."""
    if any(_is_hidden(letter) for letter in text):
        raise ValidationError(_("This name holds characters that cannot be seen. Write it anew."), code="hidden")
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if len(name) > LONGEST:
        raise ValidationError(_("Use at most %(count)s characters.") % {"count": LONGEST}, code="too_long")
    if re.search(rf"m{{{MARKS_IN_A_ROW + 1}}}", "".join("m" if unicodedata.combining(each) else "." for each in name)):
        raise ValidationError(_("This name holds too many marks on one letter."), code="marks")
    if name and not any(unicodedata.category(letter)[0] in "LN" for letter in name):
        raise ValidationError(_("Use at least one letter or digit."), code="no_letter")
    return name


def _is_hidden(letter: str) -> bool:
    """Controls, private and unassigned characters, and those that turn the writing direction."""
    return unicodedata.category(letter) in {"Cc", "Cf", "Co", "Cs", "Cn"} and letter not in _JOINERS
