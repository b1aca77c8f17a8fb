"""Message bodies and the salted commitments that let them be erased.

    body_commitment = SHA256("connect-body/v1\\n" ‖ salt[32] ‖ JCS(body))
    file_commitment = SHA256("connect-file/v1\\n" ‖ salt[32] ‖ file bytes)

A leaf holds only the commitment: once body and salt are gone, nobody can test a guess against it. Bodies are checked
for shape alone; what a text may say, or how long it may be, is not the ledger's affair. Spec: docs/specs/ledger.md §2.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping

from ledger.core.canonical import MAX_INT, parse_base64, parse_hex
from ledger.core.errors import BodyError, CanonicalError

SALT_SIZE = 32
BODY_PREFIX = b"connect-body/v1\n"
FILE_PREFIX = b"connect-file/v1\n"


def commit_body(salt: bytes, body_jcs: bytes) -> bytes:
    """The commitment, 32 bytes, to the canonical JSON of a body."""
    _check_salt(salt)
    return hashlib.sha256(BODY_PREFIX + salt + body_jcs).digest()


def commit_file(salt: bytes, chunks: Iterable[bytes]) -> bytes:
    """The commitment, 32 bytes, to a file given in pieces."""
    _check_salt(salt)
    digest = hashlib.sha256(FILE_PREFIX + salt)
    for chunk in chunks:
        digest.update(chunk)
    return digest.digest()


def check_body(kind: str, body: object) -> None:
    """BodyError unless the body has exactly the keys of its kind, each of its type."""
    if kind not in _KEYS:
        raise BodyError(f"unknown kind {kind!r}", "kind")
    keys = _KEYS[kind]
    if keys is None:
        if body is not None:
            raise BodyError(f"{kind} has no body", "body")
        return
    if not isinstance(body, Mapping):
        raise BodyError(f"{kind} needs a body", "body")
    optional = {"files"} if kind in ("post", "edit") else set()
    _check_keys(body, keys, optional, "body")
    if "files" in body:
        _check_files(body["files"])


Check = Callable[[object], bool]


def _is_text(value: object) -> bool:
    return type(value) is str


def _is_size(value: object) -> bool:
    return type(value) is int and 0 <= value <= MAX_INT


def _is_hex(size: int) -> Check:
    def check(value: object) -> bool:
        try:
            return len(parse_hex(value, size)) == size
        except CanonicalError:
            return False

    return check


def _is_public_key(value: object) -> bool:
    try:
        return len(parse_base64(value)) == 32
    except CanonicalError:
        return False


_TEXT: dict[str, Check] = {"text": _is_text}
_EMOJI: dict[str, Check] = {"emoji": _is_text}
_ROOM: dict[str, Check] = {"name": _is_text, "topic": _is_text, "access": _is_text}
_MEMBER: dict[str, Check] = {"member": _is_hex(16)}
_FILE: dict[str, Check] = {"name": _is_text, "type": _is_text, "size": _is_size, "commitment": _is_hex(32)}
_KEYS: dict[str, dict[str, Check] | None] = {
    "post": _TEXT,
    "edit": _TEXT,
    "delete": None,
    "react": _EMOJI,
    "unreact": _EMOJI,
    "erase": {"reason": _is_text},
    "room.create": _ROOM,
    "room.update": _ROOM,
    "member.join": _MEMBER,
    "member.leave": _MEMBER,
    "member.remove": _MEMBER,
    "key.add": {"public": _is_public_key, "label": _is_text},
    "key.revoke": {"device": _is_hex(32), "reason": _is_text},
}


def _check_keys(value: Mapping[object, object], keys: Mapping[str, Check], optional: set[str], where: str) -> None:
    if value.keys() != keys.keys() and not keys.keys() <= value.keys() <= keys.keys() | optional:
        raise BodyError(f"has keys {sorted(map(str, value))}, needs {sorted(keys)}", where)
    for key, check in keys.items():
        if not check(value[key]):
            raise BodyError("has the wrong form", f"{where}.{key}")


def _check_files(files: object) -> None:
    if not isinstance(files, list) or not files:
        raise BodyError("is absent or a list of at least one file", "body.files")
    for file in files:
        if not isinstance(file, Mapping):
            raise BodyError("holds something that is no file", "body.files")
        _check_keys(file, _FILE, set(), "body.files")


def _check_salt(salt: bytes) -> None:
    if len(salt) != SALT_SIZE:
        raise BodyError(f"needs {SALT_SIZE} bytes", "salt")
