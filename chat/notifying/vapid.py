"""The key by which push services know this site (VAPID, RFC 8292): derived from SECRET_KEY, so that every process and
machine has the same and there is no further file to keep."""

from base64 import urlsafe_b64encode
from functools import cache

from django.conf import settings
from django.utils.crypto import salted_hmac
from py_vapid import Vapid02

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group of P-256 (SEC 2, secp256r1)."""


def vapid_key() -> Vapid02:
    return _derive(settings.SECRET_KEY)


def public_key() -> str:
    """As browsers take it: the uncompressed point (SEC 1, 2.3.3) in base64url, without padding."""
    point = vapid_key().public_key.public_numbers()
    return _encode(b"\x04" + point.x.to_bytes(32, "big") + point.y.to_bytes(32, "big"))


@cache
def _derive(secret: str) -> Vapid02:
    # 64 bytes, twice what the order has: the remainder is then even to within 2^-256.
    seed = salted_hmac("connect vapid key v1", b"", secret=secret, algorithm="sha512").digest()
    scalar = int.from_bytes(seed, "big") % (ORDER - 1) + 1
    return Vapid02.from_raw(_encode(scalar.to_bytes(32, "big")).encode())


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
