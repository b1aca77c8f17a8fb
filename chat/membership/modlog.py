"""Who moderated what in a room, when and why: read from the room's entries, stored nowhere else.

member.remove     who removed whom; the reason is the post that follows from its client id
member.join       who added whom
erase             who erased whose message; the reason is in it
room.update       what was changed
posts by the system     roles, exports, bans of who had left, ends of bans: what the ledger has no kind of entry for
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from chat.events import build_events
from chat.markup.text import text_of
from chat.membership.changing import reason_id
from chat.models import Room
from chat.notes import note
from chat.people import find_people
from chat.rooms import LESSON_IDS
from ledger.core.records import SYSTEM_AUTHOR
from ledger.models import Message

PAGE = 50
KINDS = ("member.remove", "member.join", "erase", "room.update")


@dataclass(frozen=True, slots=True)
class Line:
    seq: int
    hash: str
    at: datetime
    words: str
    reason: str
    target: int | None
    """The seq of the message that was erased."""


def read_log(room: Room, before: int | None) -> tuple[list[Line], int | None]:
    """The newest lines before a seq, and before which seq there are more."""
    said = Q(kind="post", author=SYSTEM_AUTHOR) & ~Q(client_id__in=LESSON_IDS)
    rows = Message.objects.rare().filter(Q(kind__in=KINDS) | said, room=room.pk).order_by("-room_seq")
    if before is not None:
        rows = rows.filter(room_seq__lt=before)
    found = list(rows[: PAGE + 1])
    more = found[PAGE - 1].room_seq if len(found) > PAGE else None
    return _lines(found[:PAGE]), more


def _lines(rows: Sequence[Message]) -> list[Line]:
    """Who joins by themselves is no business of the log."""
    reasons, erased = _find_reasons(rows), _find_erased(rows)
    events = build_events(rows)
    people = find_people({message.author for message in erased.values()})
    lines = []
    for row, event in zip(rows, events, strict=True):
        body, author, target = event["body"] or {}, event["author"], None
        reason = reasons.get(reason_id(row.client_id), "")
        if row.kind == "erase":
            message = erased.get(bytes(row.ref or b""))
            target, reason = message.room_seq if message else None, body.get("reason", "")
            owner = people[message.author]["name"] if message else ""
            words = _("%(author)s erased a message of %(owner)s.") % {"author": author["name"], "owner": owner}
        elif row.kind == "post":
            words = body.get("text", "")
        elif row.kind == "member.join" and event["member"]["id"] == author["id"]:
            continue
        else:
            words = note(event)
        at = datetime.fromtimestamp(row.received_ms / 1000, UTC)
        lines.append(Line(row.room_seq, event["hash"], at, words, reason, target))
    return lines


def _find_reasons(rows: Sequence[Message]) -> dict[UUID, str]:
    """By the client id of the post; none where it was erased or deleted."""
    wanted = {reason_id(row.client_id): row for row in rows if row.kind in ("member.remove", "post")}
    posts = list(Message.objects.filter(client_id__in=wanted, kind="post", body__isnull=False))
    return {
        post.client_id: text_of(post.body)
        for post, event in zip(posts, build_events(posts), strict=True)
        if not event["deleted"] and _gives_reason(post, wanted[post.client_id], event["author"]["username"])
    }


def _gives_reason(post: Message, of: Message, username: str) -> bool:
    """Anybody can work out its client id. A removal has an author; what the system says names them in its words, and
    the reason was recorded together with it."""
    if of.kind == "member.remove":
        return (post.room, post.author) == (of.room, of.author)
    return (post.room, post.room_seq) == (of.room, of.room_seq + 1) and username in text_of(of.body).split()


def _find_erased(rows: Sequence[Message]) -> dict[bytes, Message]:
    wanted = {bytes(row.ref): row.room for row in rows if row.kind == "erase" and row.ref}
    found = Message.objects.filter(hash__in=wanted, kind="post").only("hash", "room", "room_seq", "author")
    return {bytes(row.hash): row for row in found if wanted[bytes(row.hash)] == row.room}
