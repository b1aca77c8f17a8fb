"""What the site holds about an account, for the person whose it is. Secrets (password, keys, codes) are left out."""

from typing import Any

from allauth.mfa.models import Authenticator

from accounts.addresses import is_confirmed
from accounts.models import User
from accounts.sessions import list_sessions


def describe_account(user: User) -> dict[str, Any]:
    return {
        "id": user.pk.hex,
        "username": user.username,
        "display_name": user.get_full_name(),
        "email": user.email,
        "email_confirmed": is_confirmed(user),
        "joined": user.date_joined.isoformat(),
        "last_log_in": user.last_login.isoformat() if user.last_login else None,
        "is_staff": user.is_staff,
        "is_owner": user.is_superuser,
        "second_steps": [_second_step(each) for each in Authenticator.objects.filter(user=user).order_by("created_at")],
    }


def describe_sessions(user: User, current_key: str | None) -> list[dict[str, Any]]:
    return [
        {
            "device": seat.device,
            "address": seat.address,
            "since": seat.created_at.isoformat(),
            "last_seen": seat.seen_at.isoformat(),
            "is_this_one": seat.is_current,
        }
        for seat in list_sessions(user, current_key)
    ]


def _second_step(row: Authenticator) -> dict[str, Any]:
    used = row.last_used_at.isoformat() if row.last_used_at else None
    return {"kind": row.type, "name": str(row), "since": row.created_at.isoformat(), "last_used": used}
