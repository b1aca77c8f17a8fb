"""Web Push: a word to browsers that are not looking, when somebody writes to their person (RFC 8030, 8291, 8292).

A post waits some seconds; whoever has read it by then, on any device, is not told. What a push service gets is
encrypted for the browser. Nothing is kept: a process that ends takes its waiting words along, for the chat itself and
the e-mail with what was missed tell them all the same.
"""

import logging
import threading
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import parseaddr
from functools import partial
from queue import Full, Queue
from time import monotonic, sleep
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import close_old_connections
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from chat.acts import find_words
from chat.markup.mentions import EVERYBODY, find_names
from chat.markup.text import find_mentioned, plain_line
from chat.models import Membership, Preferences, PushSubscription, ReadPosition, Room, RoomPreference
from chat.notifying.notices import find_levels, is_quiet, is_wanted
from chat.notifying.vapid import vapid_key
from chat.people import find_people
from chat.sessions import open_sessions
from ledger.models import Message

logger = logging.getLogger(__name__)

DELAY_S = 5.0
WAITING = 1000
"""Posts that may wait; more are not pushed."""
TTL_S = 24 * 3600
TIMEOUT_S = 5.0
SENDERS = 8
BODY_LIMIT = 200
GONE = frozenset({404, 410})


class Pusher:
    """One thread a process, started with the first post."""

    def __init__(self, delay_s: float = DELAY_S) -> None:
        self._delay_s = delay_s
        self._posts: Queue[tuple[float, Message]] = Queue(WAITING)
        self._thread: threading.Thread | None = None
        self._asked_s = -delay_s
        self._has_subscribers = False

    def hear(self, rows: Sequence[Message]) -> None:
        """New rows of this process's recorder."""
        for row in rows:
            if row.kind == "post":
                try:
                    self._posts.put_nowait((monotonic() + self._delay_s, row))
                except Full:
                    return
                self._start()

    def may_be_heard(self) -> bool:
        """Whether anybody has subscribed. A post has waited long enough that whoever had when it came is found."""
        if (now := monotonic()) >= self._asked_s + self._delay_s:
            self._asked_s, self._has_subscribers = now, PushSubscription.objects.exists()
        return self._has_subscribers

    def join(self) -> None:
        """Returns when everything that was heard is done."""
        self._posts.join()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="pusher", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            due_s, row = self._posts.get()
            sleep(max(0.0, due_s - monotonic()))
            try:
                close_old_connections()
                if self.may_be_heard():
                    push(row)
            except Exception:
                logger.exception("A post could not be pushed.")
            finally:
                close_old_connections()
                self._posts.task_done()


def push(row: Message) -> None:
    """Tells of a post whoever is to be told, by every browser of theirs that wants it."""
    room = Room.objects.filter(pk=row.room).first()
    if room is None or _is_gone(row):
        return
    words = find_words([row])[row.room, bytes(row.hash)]
    found = _find_subscriptions(row, room, words)
    if not found:
        return
    told = choose_people(room, words, {each.user_id for each in found}, datetime.now(UTC))
    payload = _payload(room, row, words)
    with ThreadPoolExecutor(SENDERS) as pool:
        subscriptions = _still_logged_in([each for each in found if each.user_id in told])
        is_gone = pool.map(partial(_send, payload), subscriptions)
        gone = [each.pk for each, gone in zip(subscriptions, is_gone, strict=True) if gone]
    PushSubscription.objects.filter(pk__in=gone).delete()


def _is_gone(row: Message) -> bool:
    """Erased or deleted meanwhile."""
    deletes = Message.objects.filter(ref=row.hash, room=row.room, kind="delete")
    return deletes.exists() or not Message.objects.filter(pk=row.pk, body__isnull=False).exists()


def _find_subscriptions(row: Message, room: Room, words: str) -> list[PushSubscription]:
    """Of people who have not read it and may want to be told, in sessions that are still good."""
    rows = PushSubscription.objects.exclude(user=row.author)
    if room.access != Room.Access.EVERYONE:
        rows = rows.filter(user__in=Membership.objects.filter(room=room).values("user"))
    names = find_names([words])
    if EVERYBODY not in names and not room.is_direct:
        of_all = RoomPreference.objects.filter(room=room, level=RoomPreference.Level.ALL)
        rows = rows.filter(Q(user__name_lower__in=names) | Q(user__in=of_all.values("user")))
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("pk")
    read = ReadPosition.objects.filter(room=row.room, seq__gte=row.room_seq).values("user")
    return list(rows.filter(session__in=alive).exclude(user__in=read))


def _still_logged_in(found: list[PushSubscription]) -> list[PushSubscription]:
    """A new password ends a session whose row is still there, as `manage.py changepassword` leaves it."""
    opened = open_sessions([each.session for each in found])
    return [each for each in found if opened[each.session]]


def choose_people(room: Room, text: str, people: Collection[UUID], now: datetime) -> set[UUID]:
    """Those of the people who are in the room and want to be told of this text now. Four queries."""
    present = User.objects.filter(pk__in=people, is_active=True)
    if room.access != Room.Access.EVERYONE:
        present = present.filter(memberships__room=room)
    levels = find_levels(room, people)
    chosen = Preferences.objects.in_bulk(people)
    mentioned = find_mentioned(text, {EVERYBODY, *(user.username.lower() for user in present)})
    return {
        user.pk
        for user in present
        if is_wanted(levels[user.pk], mentioned=not mentioned.isdisjoint({EVERYBODY, user.username.lower()}))
        and not is_quiet(chosen.get(user.pk), now)
    }


def _payload(room: Room, row: Message, words: str) -> bytes:
    author = find_people([row.author])[row.author]["name"]
    return orjson.dumps(
        {
            "title": author if room.is_direct else f"{author} · {room.name}",
            "body": plain_line(words)[:BODY_LIMIT],
            "url": f"/rooms/{room.slug}/?at={row.room_seq}",
            "tag": f"{room.pk.hex}-{row.room_seq}",
        }
    )


def _send(payload: bytes, subscription: PushSubscription) -> bool:
    """Whether the push service says that the browser is gone for good."""
    from pywebpush import WebPushException, webpush  # a third of a second that only a first push pays

    keys = {"p256dh": subscription.p256dh, "auth": subscription.auth}
    try:
        webpush(
            {"endpoint": subscription.endpoint, "keys": keys},
            payload,
            vapid_private_key=vapid_key(),
            vapid_claims={"sub": f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"},
            ttl=TTL_S,
            timeout=TIMEOUT_S,
        )
    except ValueError:  # keys that are none: nothing will ever be encrypted for this browser
        return True
    except WebPushException as error:
        if error.response is not None and error.response.status_code in GONE:
            return True
        logger.warning("A push service refuses: %s", error)
    except OSError as error:  # which requests' errors are
        logger.warning("The push service %s does not answer: %s", urlsplit(subscription.endpoint).hostname, error)
    return False
