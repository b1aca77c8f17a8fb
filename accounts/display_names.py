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

_FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
"""Letters, marks and a symbol that show nothing, or a space."""

_TWINS = ("LATIN", "CYRILLIC", "GREEK")
"""Scripts whose letters look alike. A word is written in one of them."""


def clean_display_name(text: str) -> str:
    """One spelling: NFC, single spaces, nothing around. Raises ValidationError for what would deceive or disturb."""
    if any(_is_hidden(letter) for letter in text):
        raise ValidationError(_("This name holds characters that cannot be seen. Write it anew."), code="hidden")
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if len(name) > LONGEST:
        raise ValidationError(_("Use at most %(count)s characters.") % {"count": LONGEST}, code="too_long")
    if re.search(rf"m{{{MARKS_IN_A_ROW + 1}}}", "".join("m" if unicodedata.combining(each) else "." for each in name)):
        raise ValidationError(_("This name holds too many marks on one letter."), code="marks")
    if any(len(_twins(word)) > 1 for word in re.findall(r"\w+", name)):
        raise ValidationError(_("Write each word in one script: its letters look like those of another."), code="mixed")
    if name and not any(unicodedata.category(letter)[0] in "LN" for letter in name):
        raise ValidationError(_("Use at least one letter or digit."), code="no_letter")
    return name


def drop_hidden(text: str) -> str:
    """Without what cannot be seen; "" where nothing is left that can."""
    shown = "".join(letter for letter in text if not _is_hidden(letter))
    return shown if as_seen(shown).strip() else ""


def as_seen(name: str) -> str:
    """Without what shows nothing, and wide, circled and other dress of letters off: what `name` is taken for."""
    shown = (each for each in name if unicodedata.category(each) != "Cf" and not "\ufe00" <= each <= "\ufe0f")
    return unicodedata.normalize("NFKC", "".join(shown))


def _twins(word: str) -> set[str]:
    return {unicodedata.name(letter, "").partition(" ")[0] for letter in word if letter.isalpha()} & {*_TWINS}


def _is_hidden(letter: str) -> bool:
    """Controls, fillers, private and unassigned characters, and those that turn the writing direction."""
    is_unseen = unicodedata.category(letter) in {"Cc", "Cf", "Co", "Cs", "Cn"} and letter not in _JOINERS
    return is_unseen or letter in _FILLERS
