"""The log's Ed25519 key: the only module that touches the crypto library.

The key lives in a file of its own, outside the database, mode 600, in the text form that signed-note tools use:

    PRIVATE+KEY+connect.example/ledger+418c4a59+AUQggjz95vHCazD5DsfdAeSIdTSiDwsNBMNu2A5x4P13

name, key id in hex, base64 of type ‖ seed. Spec: docs/specs/ledger.md §5, C2SP signed-note.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.core.canonical import format_base64, parse_base64
from ledger.core.errors import LedgerFormatError
from ledger.core.notes import LOG_KEY_TYPE, Vkey, make_vkey
from ledger.errors import KeyFileError
from ledger.files import create_durably

_PREFIX = "PRIVATE+KEY+"
_FIELD_PRIME = 2**255 - 19
# y coordinates of the eight points whose order divides 8: two of order 1 and 2, one of order 4, and a pair of order 8.
_ORDER_8 = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
_SMALL_ORDER = frozenset({0, 1, _FIELD_PRIME - 1, _ORDER_8, _FIELD_PRIME - _ORDER_8})


@dataclass(frozen=True, slots=True)
class LogKey:
    """The log's signing key under its name, the origin."""

    vkey: Vkey
    _private: Ed25519PrivateKey = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """64 bytes; the same for the same message."""
        return self._private.sign(message)


def ensure_key(path: Path, origin: str) -> LogKey:
    """The log's key, made on first use. Of two processes that start together one writes, the other reads."""
    if not path.exists():
        with suppress(FileExistsError):
            create_durably(path, _format_key(Ed25519PrivateKey.generate(), origin).encode())
    return load_key(path, origin)


def load_key(path: Path, origin: str) -> LogKey:
    """The log's key from its file; KeyFileError, one sentence, when it is not there or not this log's."""
    try:
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise KeyFileError(f"The log's key {path} is missing; put it back from your copy.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(f"The log's key {path} cannot be read ({error}).") from error
    try:
        return _parse_key(text, origin)
    except LedgerFormatError as error:
        raise KeyFileError(f"The log's key {path} is damaged ({error}); put it back from your copy.") from error


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature is good. Small-order keys never are: with them one signature fits many messages."""
    y = int.from_bytes(public, "little") & (2**255 - 1)
    if len(public) != 32 or y >= _FIELD_PRIME or y in _SMALL_ORDER:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _format_key(private: Ed25519PrivateKey, origin: str) -> str:
    vkey = make_vkey(origin, LOG_KEY_TYPE, private.public_key().public_bytes_raw())
    seed = bytes((LOG_KEY_TYPE,)) + private.private_bytes_raw()
    return f"{_PREFIX}{origin}+{vkey.key_id.hex()}+{format_base64(seed)}\n"


def _parse_key(text: str, origin: str) -> LogKey:
    name, _, key_base64 = text.removeprefix(_PREFIX).split("+", 2) if text.count("+") >= 4 else ("", "", "")
    if name != origin:
        raise LedgerFormatError(f"it is no key of {origin}")
    seed = parse_base64(key_base64, 33)
    private = Ed25519PrivateKey.from_private_bytes(seed[1:])
    if _format_key(private, origin).strip() != text:
        raise LedgerFormatError("its key id does not fit")
    return LogKey(make_vkey(origin, LOG_KEY_TYPE, private.public_key().public_bytes_raw()), private)
