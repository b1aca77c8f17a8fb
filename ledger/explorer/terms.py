"""What a person types to find a place in the ledger: a height, an index, or the beginning of a hash.

A hash is found by a range over the raw bytes, so that the unique index answers it however long the table is.
"""

import re
from dataclasses import dataclass

from django.db.models import Q

MIN_DIGITS = 4
LARGEST = 2**63 - 1
"""That a column holds."""


@dataclass(frozen=True, slots=True)
class Term:
    """What a search term can mean. "1204" is both a number and the beginning of a hash."""

    number: int | None
    hashes: tuple[bytes, bytes] | None
    """The lowest and the highest hash with the prefix."""

    def __bool__(self) -> bool:
        return self.number is not None or self.hashes is not None

    def where(self, number_field: str, hash_field: str = "hash") -> Q:
        """The rows that are meant. None at all for a term that means nothing."""
        found = Q(pk__in=[])
        if self.number is not None:
            found |= Q(**{number_field: self.number})
        if self.hashes is not None:
            found |= Q(**{f"{hash_field}__range": self.hashes})
        return found


def read_term(text: str) -> Term:
    """Reads "1204", "#1,204", "3f9a0c", "0x3F9A…" (the whole hash or at least its first four digits)."""
    text = re.sub(r"[\s,#…]", "", text).lower().removeprefix("0x")
    number = int(text) if re.fullmatch(r"[0-9]{1,19}", text) else None
    return Term(number if number is not None and number <= LARGEST else None, _hash_range(text))


def _hash_range(prefix: str) -> tuple[bytes, bytes] | None:
    if not re.fullmatch(rf"[0-9a-f]{{{MIN_DIGITS},64}}", prefix):
        return None
    return bytes.fromhex(prefix.ljust(64, "0")), bytes.fromhex(prefix.ljust(64, "f"))
