"""Readers of the values in a client's frame: plain JSON in, checked values out, LedgerFormatError or Refusal else. What
is wrong is said without the value's name, which whoever asked for it knows.

Ids and hashes are lower-case hex here and bytes inside. What ends up in a record is read by the ledger's rules.
"""

import re
from collections.abc import Mapping
from uuid import UUID

from chat.refusals import Refusal
from ledger.core.canonical import MAX_INT, parse_base64
from ledger.core.errors import RecordFormatError
from ledger.core.fields import HASH_SIZE, check_int, parse_bytes, parse_int, parse_object, parse_text
from ledger.core.records import Seen, TreeHead

TEXT_LIMIT = 8000
"""Characters (code points) after trimming."""
PAGE_LIMIT = 200
"""Events that one request may ask for."""
ID_LIMIT = 100
"""Characters of a request's id."""
FILES_LIMIT = 10
"""Files of one message."""
REASON_LIMIT = 500
"""Characters of why something was erased, somebody removed or an account closed."""

RequestId = str | int

EMOJI_LIMIT = 16
"""Code points of a reaction: a family of four with its joiners has 7, a flag of a region 7."""

_SYMBOL = (
    r"\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u27bf\u2934\u2935\u2b00-\u2bff\u3030\u303d\u3297\u3299"
    r"\U0001f000-\U0001f1e5\U0001f200-\U0001faff"
)
_PERSON = rf"[{_SYMBOL}][\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
_EMOJI = re.compile(rf"(?:{_PERSON}(?:\u200d{_PERSON})*|[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3)")
_TRIMMED = "\t\n\v\f\r \xa0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
"""What JavaScript's trim() takes off, so that browser and server agree on what is empty."""


def read_id(value: object) -> UUID:
    return UUID(bytes=parse_bytes(value, 16, ""))


def read_hash(value: object) -> bytes | None:
    return None if value is None else parse_bytes(value, HASH_SIZE, "")


def read_ref(value: object) -> bytes:
    return parse_bytes(value, HASH_SIZE, "")


def read_emoji(value: object) -> str:
    """One emoji as people send them: symbols, joined and coloured; no text."""
    emoji = parse_text(value, "")
    if len(emoji) > EMOJI_LIMIT or not _EMOJI.fullmatch(emoji):
        raise Refusal("bad_frame", "emoji: is not one")
    return emoji


def read_signature(value: object) -> bytes | None:
    return None if value is None else parse_base64(value, 64)


def read_request_id(value: object) -> RequestId:
    if isinstance(value, str) and len(value) <= ID_LIMIT and _is_whole(value):
        return value
    if type(value) is int and 0 <= value <= MAX_INT:
        return value
    raise RecordFormatError(f"is neither a number nor text of at most {ID_LIMIT} characters")


def _is_whole(text: str) -> bool:
    """Without half of a surrogate pair, which could not be sent back."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def read_count(value: object) -> int:
    """0 … 2^53 − 1."""
    number = parse_int(value, "")
    check_int(number, "")
    return number


def read_limit(value: object) -> int:
    limit = read_count(value)
    if not 1 <= limit <= PAGE_LIMIT:
        raise Refusal("bad_frame", f"limit: not in 1 … {PAGE_LIMIT}")
    return limit


def read_text(value: object, limit: int = TEXT_LIMIT) -> str:
    """The text trimmed. Refusal when nothing or too much is left."""
    text = parse_text(value, "").strip(_TRIMMED)
    if not text:
        raise Refusal("empty", "there is no text")
    if len(text) > limit:
        raise Refusal("too_long", f"{len(text):,} of at most {limit:,} characters")
    if "\0" in text:
        raise Refusal("bad_frame", "text: holds a NUL")
    return text


def read_reason(value: str) -> str:
    """On one line; "" where none is given, and no longer than may be."""
    return " ".join(value.replace("\0", "").split())[:REASON_LIMIT]


def read_files(value: object) -> tuple[UUID, ...]:
    if not isinstance(value, list) or len(value) > FILES_LIMIT:
        raise Refusal("bad_frame", f"files: not a list of at most {FILES_LIMIT} ids")
    ids = tuple(map(read_id, value))
    if len(set(ids)) != len(ids):
        raise Refusal("bad_frame", "files: names one of them twice")
    return ids


def read_seen(value: object) -> Seen | None:
    if value is None:
        return None
    fields = parse_object(value, frozenset({"seq", "hash"}), "")
    return Seen(parse_int(fields["seq"], "seq"), parse_bytes(fields["hash"], HASH_SIZE, "hash"))


def read_tree_head(value: object) -> TreeHead | None:
    if value is None:
        return None
    fields = parse_object(value, frozenset({"size", "root"}), "")
    return TreeHead(parse_int(fields["size"], "size"), parse_bytes(fields["root"], HASH_SIZE, "root"))


def read_cursors(value: object) -> dict[UUID, int]:
    if not isinstance(value, Mapping):
        raise Refusal("bad_frame", "cursors: not an object of room → seq")
    return {read_id(room): read_count(seq) for room, seq in value.items()}
