"""What an account may be called. Knows no database.

A name is 2 to 32 ASCII letters, digits, `_`, `.` and `-`. It begins and ends with a letter, a digit or `_`, so that the
full stop in "ask @anna." never belongs to the name. ASCII alone leaves no room for other scripts' look-alikes; the few
that ASCII has itself (I and l, 1 and l, 0 and o) are folded by `look`.
"""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

LONGEST = 32
LOOK_ALIKES = {"I": "l", "1": "l", "0": "o"}

validate_username = RegexValidator(
    r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,30}[A-Za-z0-9_]\Z",
    _(
        "Use 2 to 32 letters, digits, dots, hyphens or underscores, without accents and spaces, "
        "and end with a letter or digit."
    ),
    code="invalid_username",
)

GROUPS = frozenset({"all", "channel", "everybody", "everyone", "here", "room", "world"})
"""Words that a mention reads as many people."""
OFFICIAL = frozenset(
    {"abuse", "admin", "administrator", "anonymous", "api", "connect", "deleted", "help", "hostmaster", "ledger"}
    | {"login", "logout", "me", "miner", "moderator", "nobody", "noreply", "null", "official", "operator", "owner"}
    | {"password", "postmaster", "root", "security", "settings", "signup", "staff", "superuser", "support", "system"}
    | {"undefined", "unknown", "webmaster", "witness", "www", "you"}
)
"""Names that would pass for the site. Its owner may take one."""


def look(name: str) -> str:
    """What `name` looks like at a glance. Two names with one look must not both exist: Alice and AIice."""
    for letter, twin in LOOK_ALIKES.items():
        name = name.replace(letter, twin)
    return name.lower()


def check_not_reserved(name: str, reserved: frozenset[str] = GROUPS | OFFICIAL) -> None:
    """Raises ValidationError for a reserved name, dressed up or not: admin, Adm1n, ad.min_, Iogin, ádmin."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", name) if letter.isalnum())
    if {bare.lower(), look(bare), bare.lower().replace("1", "i").replace("0", "o")} & reserved:
        raise ValidationError(_("This name is reserved. Choose another one."), code="username_reserved")
