"""What an authenticator app computes (RFC 6238), by itself."""

import base64
import hashlib
import hmac
import struct
import time


def totp(secret: str, at_s: float | None = None) -> str:
    counter = struct.pack(">Q", int(time.time() if at_s is None else at_s) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"
