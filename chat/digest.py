"""The e-mail with what somebody missed: mentions of them, and direct messages, that lie unread for an hour or longer.

Each is told of once: what was received up to the newest one told is not told again. Nobody is written to whose address
is not confirmed, or who does not want it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import User
from chat.models import Preferences, ReadPosition, Room
from chat.notices import find_levels
from chat.people import find_people
from chat.text import mentions_person, plain_line, text_of
from ledger.models import Message

REST_MS = 3600_000
"""Who comes back within an hour reads it in the chat."""
SHOWN = 20
LOOKED_AT = 500
"""Newest unread posts of a room that are looked into."""


@dataclass(frozen=True, slots=True)
class Missed:
    room: str
    author: str
    text: str
    url: str


def send_digests(now_ms: int) -> int:
    """How many e-mails went out."""
    confirmed = EmailAddress.objects.filter(verified=True, primary=True).values("user")
    people = User.objects.filter(is_active=True, pk__in=confirmed).exclude(preferences__digest=False)
    return sum(_send(user, now_ms) for user in people.iterator())


def _send(user: User, now_ms: int) -> bool:
    mine, _ = Preferences.objects.get_or_create(user=user)
    rows = list(_find_missed(user, mine.digested_ms, now_ms - REST_MS))
    if not rows:
        return False
    rooms = Room.objects.in_bulk({row.room for row in rows})
    authors = find_people({row.author for row in rows})
    missed = [
        Missed(
            room=rooms[row.room].name,
            author=authors[row.author]["name"],
            text=plain_line(text_of(row.body)),
            url=f"{settings.SITE_URL}/rooms/{rooms[row.room].slug}/?at={row.room_seq}",
        )
        for row in rows[-SHOWN:]
    ]
    context = {"user": user, "missed": missed, "more": len(rows) - len(missed), "site": settings.SITE_URL}
    with translation.override(mine.language or settings.LANGUAGE_CODE):
        subject = render_to_string("chat/email/digest_subject.txt", context | {"count": len(rows)}).strip()
        body = render_to_string("chat/email/digest_message.txt", context)
    # Noted first: who crashes between the two tells once too little, not every hour again.
    Preferences.objects.filter(pk=user.pk).update(digested_ms=max(row.received_ms for row in rows))
    send_mail(subject, body, None, [user.email])
    return True


def _find_missed(user: User, after_ms: int, until_ms: int) -> Iterator[Message]:
    """Oldest first."""
    rooms = Room.objects.joined_by(user)
    read = dict(ReadPosition.objects.filter(user=user).values_list("room", "seq"))
    for room in rooms:
        level = find_levels(room, [user.pk])[user.pk]
        if level == "mute":
            continue
        posts = Message.objects.filter(room=room.pk, kind="post", body__isnull=False, room_seq__gt=read.get(room.pk, 0))
        deleted = Message.objects.filter(room=room.pk, kind="delete").values("ref")
        rows = posts.filter(received_ms__gt=after_ms, received_ms__lte=until_ms).exclude(author=user.pk)
        for row in list(rows.exclude(hash__in=deleted).order_by("-room_seq")[:LOOKED_AT])[::-1]:
            if room.is_direct or mentions_person(text_of(row.body), user.username):
                yield row
