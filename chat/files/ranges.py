"""The part of a file that a request asks for (RFC 9110 §14). Pure.

One range of bytes, as a download asks that goes on where it broke off. Several at once, and what is no range, are
passed over: then the answer is the whole file, which a server may always send.
"""

import re

_ONE = re.compile(r"bytes=(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))", re.ASCII)


class OutOfRange(Exception):
    """The file has no such bytes."""


def find_range(asked: str, size: int) -> range | None:
    """The bytes that `asked` names, of so many; None for all of them."""
    found = _ONE.fullmatch(asked)
    if found is None:
        return None
    first, last, count = found.groups()
    if count is not None:
        part = range(max(size - int(count), 0), size)
    elif last and int(last) < int(first):
        return None
    else:
        part = range(int(first), min(int(last) + 1, size) if last else size)
    if not part:
        raise OutOfRange
    return part
