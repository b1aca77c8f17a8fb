"""The e-mail with what somebody missed: mentions of them, and direct messages, that lie unread for an hour or longer.

Each is told of once: what was received up to the newest one told is not told again. A mention comes with the first
version of the words that has it, be it an edit. Nobody is written to whose address is not confirmed, or who does not
want it. What is unread is what `unread.py` counts: a person costs some ten queries, however long their rooms are and
however long they were away; rooms in which nothing came since are not looked into again.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import NamedTuple

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import User
from chat.acts import find_acts, find_words
from chat.markup.text import mentions_person, plain_line, text_of
from chat.models import Preferences, ReadPosition, Room, RoomPreference
from chat.notifying.notices import find_own_levels
from chat.notifying.unread import find_rows, find_stretches
from chat.people import find_people
from ledger.models import Message, RoomHead

logger = logging.getLogger(__name__)

REST_MS = 3600_000
"""Who comes back within an hour reads it in the chat."""
SHOWN = 20
LOOKED_AT = 500
"""Newest unread posts that are looked into."""


@dataclass(frozen=True, slots=True)
class Missed:
    """As the e-mail shows it."""

    room: str
    author: str
    text: str
    url: str


class _News(NamedTuple):
    received_ms: int
    """When the post came, or the edit that added the mention."""
    post: Message


def send_digests(now_ms: int) -> int:
    """How many e-mails went out."""
    confirmed = EmailAddress.objects.filter(verified=True, primary=True).values("user")
    people = User.objects.filter(is_active=True, pk__in=confirmed).exclude(preferences__digest=False)
    # A letter may take seconds: each goes to the person as they are by then.
    asked = (people.filter(pk=pk).first() for pk in list(people.values_list("pk", flat=True)))
    return sum(_send(user, now_ms) for user in asked if user is not None)


def _send(user: User, now_ms: int) -> bool:
    mine, _ = Preferences.objects.get_or_create(user=user)
    until_ms = now_ms - REST_MS
    if mine.digested_ms > until_ms:  # The clock was set back: what comes now is not to pass for told.
        Preferences.objects.filter(pk=user.pk).update(digested_ms=until_ms)
    news = _find_missed(user, mine.digested_ms, until_ms)
    if not news:
        return False
    with translation.override(mine.language or settings.LANGUAGE_CODE):
        subject, body = _write(user, [each.post for each in news])
    # Noted first: who crashes between the two tells once too little, not every hour again.
    Preferences.objects.filter(pk=user.pk).update(digested_ms=news[-1].received_ms)
    try:
        send_mail(subject, body, None, [user.email])
    except (SMTPRecipientsRefused, SMTPDataError) as error:  # of this letter alone
        logger.warning("The e-mail to %s is refused: %s", user.pk, error)
        return False
    except OSError:  # of all of them: the next run tells everybody
        Preferences.objects.filter(pk=user.pk).update(digested_ms=mine.digested_ms)
        raise
    return True


def _write(user: User, rows: Sequence[Message]) -> tuple[str, str]:
    """Subject and words."""
    rooms = Room.objects.in_bulk({row.room for row in rows})
    authors = find_people({row.author for row in rows})
    words = find_words(rows[-SHOWN:])
    missed = [
        Missed(
            room=rooms[row.room].name,
            author=authors[row.author]["name"],
            text=plain_line(words[row.room, bytes(row.hash)]),
            url=f"{settings.SITE_URL}/rooms/{rooms[row.room].slug}/?at={row.room_seq}",
        )
        for row in rows[-SHOWN:]
    ]
    context = {"user": user, "missed": missed, "more": len(rows) - len(missed), "site": settings.SITE_URL}
    subject = render_to_string("chat/email/digest_subject.txt", context | {"count": len(rows)}).strip()
    return subject, render_to_string("chat/email/digest_message.txt", context)


def _find_missed(user: User, after_ms: int, until_ms: int) -> list[_News]:
    """Oldest first."""
    joined = list(Room.objects.joined_by(user))
    levels = find_own_levels(user, joined)
    rooms = {room.pk: room for room in joined if levels[room.pk] != RoomPreference.Level.MUTE}
    read = dict(ReadPosition.objects.filter(user=user).values_list("room", "seq"))
    heads = RoomHead.objects.filter(pk__in=rooms, received_ms__gt=after_ms).values_list("pk", "seq")
    spans = {room: (read.get(room, 0), head) for room, head in heads}
    direct = {room.pk for room in rooms.values() if room.is_direct}
    found: list[_News] = []
    edits: list[Message] = []
    for unread in find_rows(find_stretches([(user.pk, spans)])[0]):
        deleted = list(unread.filter(kind="delete").values_list("ref", flat=True))
        rows = unread.filter(body__isnull=False, received_ms__gt=after_ms, received_ms__lte=until_ms)
        rows = rows.exclude(author=user.pk).exclude(hash__in=deleted).exclude(ref__in=deleted)
        said = Q(kind="post", room__in=direct) | Q(kind__in=("post", "edit"), body__contains="@")
        for row in rows.filter(said).order_by("-pk")[:LOOKED_AT]:
            if row.room in direct or mentions_person(text_of(row.body), user.username):
                if row.kind == "post":
                    found.append(_News(row.received_ms, row))
                elif row.room not in direct:
                    edits.append(row)
    return sorted([*found, *_find_added(user, edits)], key=lambda news: (news.received_ms, news.post.pk))


def _find_added(user: User, edits: Sequence[Message]) -> Iterator[_News]:
    """Posts that mention the person since one of these edits."""
    posts = Message.objects.filter(hash__in={bytes(edit.ref or b"") for edit in edits}, kind="post") if edits else []
    acts = find_acts((), posts)
    keys = {edit.pk for edit in edits}
    for post in posts:
        versions = [post, *acts[post.room, bytes(post.hash)].edits]
        first = next((each for each in versions if mentions_person(text_of(each.body), user.username)), post)
        if first.pk in keys:
            yield _News(first.received_ms, post)
