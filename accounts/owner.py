"""The one-time link that makes the owner, while no account exists.

`DATA_DIR/owner_link.json` (mode 600) holds the hash of the token and when it ends, never the token. Who renames the
file has claimed it: of two requests at the same instant one wins, in whatever processes they run.
"""

import hashlib
import hmac
import json
import os
import secrets
import time
from pathlib import Path

from django.conf import settings
from django.db import transaction

from accounts.addresses import confirm_address
from accounts.models import User

LIFE_S = 24 * 3600


class OwnerLinkClosed(Exception):
    """An account exists, or the link is spent, replaced, too old or simply wrong. Nobody is told which."""


def owner_link_token(now_s: float | None = None) -> str:
    """A new token; the one before it stops working. Raises OwnerLinkClosed when an account exists."""
    if User.objects.exists():
        raise OwnerLinkClosed
    token = secrets.token_urlsafe(32)
    ends_s = (time.time() if now_s is None else now_s) + LIFE_S
    fresh = _file().with_name(f"owner_link.{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"sha256": _hash(token), "ends_s": ends_s}, file)
    fresh.replace(_file())
    return token


def owner_link_is_open(token: str) -> bool:
    return _opens(_file(), token) and not User.objects.exists()


def make_owner(token: str, user: User) -> User:
    """Spends the token and saves `user` as the owner. Raises OwnerLinkClosed; then nothing is saved."""
    if not owner_link_is_open(token):
        raise OwnerLinkClosed
    claim = _file().with_name(f"owner_link.{secrets.token_hex(8)}")
    try:
        _file().rename(claim)
    except FileNotFoundError as error:
        raise OwnerLinkClosed from error  # another request was first
    try:
        if not _opens(claim, token):
            raise OwnerLinkClosed  # a new link was made since the check above
        saved = _save_owner(user)
    except BaseException:
        claim.replace(_file())  # not spent; when an account exists it opens nothing any more
        raise
    claim.unlink()
    return saved


def _save_owner(user: User) -> User:
    user.is_staff = user.is_superuser = True
    with transaction.atomic():
        if User.objects.exists():
            raise OwnerLinkClosed
        user.save()
        confirm_address(user)
    return user


def _opens(path: Path, token: str) -> bool:
    try:
        kept = json.loads(path.read_text())
    except FileNotFoundError:
        return False
    return hmac.compare_digest(kept["sha256"], _hash(token)) and time.time() < kept["ends_s"]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _file() -> Path:
    return Path(settings.DATA_DIR) / "owner_link.json"
