"""Posting and acts on posts, from a socket or a form: how much a person may do, and the drafts."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_noop as _

from accounts.requests import user_of
from chat import acts
from chat.files.claims import Claim
from chat.protocol import Act
from chat.rates import Rates
from chat.refusals import RETRY, Refusal
from ledger.core.records import Seen, TreeHead
from ledger.errors import RecordError
from ledger.recording.drafts import Draft

TOKEN_CHARACTERS = 2000
"""A post costs one token, and one more for so many characters: a long one takes longer to render."""
PEOPLE_BEHIND_ADDRESS = 20
"""So many may post at their full rate from one address."""

EMOJI_PER_POST = 24
"""So many different ones stand under a post. Asked before the entry, so that a few more may slip in at once."""

_per_s = settings.SEND_PER_MIN / 60
_burst = max(10, settings.SEND_PER_MIN / 4)
_by_user = Rates(_per_s, _burst)
_by_address = Rates(_per_s * PEOPLE_BEHIND_ADDRESS, _burst * PEOPLE_BEHIND_ADDRESS)


def check_rate(user: UUID, address: str, text: str) -> None:
    """Refusal with the time to wait when this is too much for the person or their address."""
    cost = 1 + len(text) // TOKEN_CHARACTERS
    wait_s = _by_user.take(user, cost) or _by_address.take(address, cost)
    if wait_s:
        raise Refusal(
            "rate_limited",
            _("That is too much at once. Wait a moment, then try again."),
            after_ms=int(wait_s * 1000) + 1,
        )


def check_form_rate(request: HttpRequest, text: str = "") -> None:
    """The same for a form; what it does without a text counts like a short message."""
    check_rate(user_of(request).pk, request.META.get("REMOTE_ADDR", ""), text)


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
    claim: Claim | None = None,
) -> Draft:
    files = {"files": claim.files} if claim and claim.files else {}
    return Draft(
        kind="post",
        room=room,
        author=author,
        client_id=client_id,
        sent_ms=sent_ms,
        body={"text": text, **files},
        ref=reply_to,
        seen=seen,
        checkpoint=checkpoint,
        salt=salt,
        claim=claim,
    )


def draft_act(author: UUID, act: Act) -> Draft:
    body = {"edit": {"text": act.text}, "delete": None}.get(act.kind, {"emoji": act.emoji})
    return Draft(
        kind=act.kind,
        room=act.room,
        author=author,
        client_id=act.client_id,
        sent_ms=act.sent_ms,
        body=body,
        ref=act.ref,
        seen=act.seen,
        checkpoint=act.checkpoint,
        salt=act.salt,
    )


def check_emoji(act: Act) -> None:
    """Refusal where a reaction would be one emoji too many for its post. One query."""
    known = acts.find_emoji(act.room, act.ref)
    if len(known) >= EMOJI_PER_POST and act.emoji not in known:
        raise Refusal("forbidden", _("A message carries at most %(count)d different emoji."), count=EMOJI_PER_POST)


def refusal_of(error: RecordError) -> Refusal:
    """What the recorder's refusal is called on the wire."""
    return Refusal(error.code if error.code in RETRY else "busy", str(error))
