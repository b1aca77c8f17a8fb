"""The local picture: two colours, two shapes and initials, the same for ever for one user id. Pure."""

import hashlib
import re
import uuid
from html import escape

# From top left to bottom right. White letters have a contrast of 4.5 or more on both ends of each.
COLOURS = (
    ("#7c4dff", "#4a25c9"),
    ("#5b5bf0", "#2f2ba8"),
    ("#2f6fe0", "#1b3f9c"),
    ("#1878b9", "#0f4a80"),
    ("#0f7d86", "#0b4d5c"),
    ("#12805c", "#0b5142"),
    ("#47802a", "#2a5420"),
    ("#8a6a10", "#5c4206"),
    ("#b0561a", "#7a3210"),
    ("#c2413b", "#861f2d"),
    ("#c23a76", "#82205c"),
    ("#a23cc4", "#64218c"),
)


def draw(user_id: uuid.UUID, name: str) -> bytes:
    """An SVG document of 80 by 80 units without style, script or reference to anything outside."""
    seed = hashlib.sha256(user_id.bytes).digest()
    light, deep = COLOURS[seed[0] % len(COLOURS)]
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="160" viewBox="0 0 80 80" '
        'preserveAspectRatio="xMidYMid slice">'
        '<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1">'
        f'<stop stop-color="{light}"/><stop offset="1" stop-color="{deep}"/></linearGradient></defs>'
        f'<path fill="url(#g)" d="M0 0h80v80H0z"/>{_shapes(seed)}'
        '<text x="40" y="41" fill="#fff" font-family="Inter,system-ui,-apple-system,Segoe UI,Roboto,sans-serif" '
        'font-size="32" font-weight="600" text-anchor="middle" dominant-baseline="central">'
        f"{escape(initials(name))}</text></svg>"
    )
    return svg.encode()


def initials(name: str) -> str:
    """Of `anna.berg` AB, of `anna` A."""
    words = [word for word in re.split(r"[^A-Za-z0-9]+", name) if word]
    return "".join(word[0] for word in words[:2]).upper() or "?"


def _shapes(seed: bytes) -> str:
    kind, x, y, turn = seed[1] % 4, seed[2] % 80, seed[3] % 80, seed[4] * 360 // 256
    if kind == 0:  # two discs, one lighter and one darker than the ground
        return _disc(x, 80 - y // 3, 34 + seed[5] % 14, "#fff") + _disc(80 - x, y // 3, 22 + seed[6] % 12, "#000")
    if kind == 1:  # rings around a point near a corner
        near_x, near_y = (x % 16 + side * 64 for side in (seed[5] & 1, seed[5] >> 1 & 1))
        first, step = 16 + seed[6] % 16, 17 + seed[7] % 8
        rings = "".join(f'<circle cx="{near_x}" cy="{near_y}" r="{first + step * k}"/>' for k in range(4))
        return f'<g fill="none" stroke="#fff" stroke-opacity=".14" stroke-width="9">{rings}</g>'
    if kind == 2:  # a band across
        band = f"M-40 {20 + seed[5] % 20}H120v26H-40z"
        return _path(band, turn, "#fff") + _disc(x, y, 14 + seed[6] % 8, "#000")
    left, peak_x, peak_y, middle, right = (seed[5 + i] % 14 for i in range(5))  # a hill
    hill = f"M0 {44 + left}Q{20 + peak_x} {22 + peak_y} 40 {46 + middle}T80 {40 + right}V80H0z"
    return _path(hill, turn // 90 * 90, "#000") + _disc(x, y, 12 + seed[10] % 8, "#fff")


def _path(line: str, turn: int, colour: str) -> str:
    return f'<path fill="{colour}" fill-opacity=".14" transform="rotate({turn} 40 40)" d="{line}"/>'


def _disc(x: int, y: int, radius: int, colour: str) -> str:
    return f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{colour}" fill-opacity=".14"/>'
