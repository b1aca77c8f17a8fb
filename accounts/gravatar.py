"""Asks Gravatar for a picture. What comes back is bounded in time and size, and an image by its own first bytes.

Only the server talks to Gravatar here, so no browser learns an address or its hash.
"""

import asyncio
import hashlib
import ssl
from functools import cache

import httpx

SITE = "https://www.gravatar.com/avatar/"
SIZE_PX = 160
TIMEOUT_S = 2.5
LONGEST_BYTES = 256 * 1024


class Unreachable(Exception):
    """Gravatar did not answer, or not in time: nothing is known about the picture."""


def address_hash(email: str) -> str:
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()


def picture_url(digest: str) -> str:
    return f"{SITE}{digest}?d=404&s={SIZE_PX}"


def image_type(data: bytes) -> str | None:
    """The media type that the first bytes show; None for anything but PNG, JPEG, GIF and WebP."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return None


async def fetch_picture(digest: str) -> bytes | None:
    """The picture, or None when there is none that we would show. Raises Unreachable."""
    tls = await asyncio.to_thread(_tls)
    try:
        # httpx bounds each step; the outer bound also stops an answer that drips.
        async with asyncio.timeout(TIMEOUT_S), _client(tls) as client:
            # Unpacked bytes could be a thousand times those received, so nothing packed is asked for or unpacked.
            headers = {"Accept": "image/*", "Accept-Encoding": "identity"}
            async with client.stream("GET", picture_url(digest), headers=headers) as response:
                if response.status_code >= 500 or response.status_code == 429:
                    raise Unreachable(f"status {response.status_code}")
                return await _read(response) if response.status_code == 200 else None
    except (TimeoutError, httpx.HTTPError) as error:
        raise Unreachable(type(error).__name__) from error


def _client(tls: ssl.SSLContext) -> httpx.AsyncClient:
    return httpx.AsyncClient(verify=tls, timeout=TIMEOUT_S, follow_redirects=False)


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()  # reads every root certificate, some 70 ms: once, and beside the event loop


async def _read(response: httpx.Response) -> bytes | None:
    data = bytearray()
    async for chunk in response.aiter_raw():
        data += chunk
        if len(data) > LONGEST_BYTES:
            return None
    picture = bytes(data)
    return picture if image_type(picture) else None
