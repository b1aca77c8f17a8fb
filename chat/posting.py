"""Posting, from a socket or a form: how much a person may post, and the draft of a post."""

from uuid import UUID

from django.conf import settings

from chat.rates import Rates
from chat.refusals import RETRY, Refusal
from ledger.core.records import Seen, TreeHead
from ledger.recorder import Draft, RecordError

TOKEN_CHARACTERS = 2000
"""A post costs one token, and one more for so many characters: a long one takes longer to render."""
PEOPLE_BEHIND_ADDRESS = 20
"""So many may post at their full rate from one address."""

_per_s = settings.SEND_PER_MIN / 60
_burst = max(10, settings.SEND_PER_MIN / 4)
_by_user = Rates(_per_s, _burst)
_by_address = Rates(_per_s * PEOPLE_BEHIND_ADDRESS, _burst * PEOPLE_BEHIND_ADDRESS)


def check_rate(user: UUID, address: str, text: str) -> None:
    """Refusal with the time to wait when this is too much for the person or their address."""
    cost = 1 + len(text) // TOKEN_CHARACTERS
    wait_s = _by_user.take(user, cost) or _by_address.take(address, cost)
    if wait_s:
        raise Refusal("rate_limited", "too many messages; wait a moment", after_ms=int(wait_s * 1000) + 1)


def draft_post(
    *,
    room: UUID,
    author: UUID,
    client_id: UUID,
    text: str,
    reply_to: bytes | None,
    sent_ms: int,
    seen: Seen | None = None,
    checkpoint: TreeHead | None = None,
    salt: bytes | None = None,
) -> Draft:
    return Draft(
        kind="post",
        room=room,
        author=author,
        client_id=client_id,
        sent_ms=sent_ms,
        body={"text": text},
        ref=reply_to,
        seen=seen,
        checkpoint=checkpoint,
        salt=salt,
    )


def refusal_of(error: RecordError) -> Refusal:
    """What the recorder's refusal is called on the wire."""
    return Refusal(error.code if error.code in RETRY else "busy", str(error))
