"""Web Push to a push service on this machine, which decrypts what it gets as a browser does."""

import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.management.commands import changepassword
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from py_vapid import Vapid02

from accounts.models import User
from chat.markup import text
from chat.membership.opening import open_direct
from chat.models import Membership, PushSubscription, ReadPosition, Room, RoomPreference
from chat.notifying import pushing
from chat.notifying.pushing import Pusher, choose_people, push
from chat.notifying.vapid import public_key
from chat.tests.entries import act, post
from chat.tests.notifying.push_service import AUTH, Service, encoded, subscribe
from ledger.models import Message
from ledger.recording.erasing import Erasure, erase

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("world")]


def test_a_mention_reaches_the_browser_encrypted_and_signed_by_the_site(
    alice: User, bob: User, service: Service
) -> None:
    subscribe(bob, service.subscription())
    row = post("**hello** @bob", alice)
    push(row)
    assert service.opened() == [
        {
            "title": "alice · World",
            "body": "hello @bob",
            "url": f"/rooms/world/?at={row.room_seq}",
            "tag": f"{Room.WORLD.hex}-{row.room_seq}",
        }
    ]
    headers, body = service.pushes[0]
    assert b"hello" not in body
    token, key = (part.split("=", 1)[1] for part in headers["authorization"].removeprefix("vapid ").split(","))
    assert key == public_key()
    assert Vapid02.verify(headers["authorization"])
    claims = json.loads(urlsafe_b64decode(token.split(".")[1] + "=="))
    assert claims["aud"] == service.origin
    assert claims["sub"] == "mailto:connect@localhost"


def test_nobody_is_pushed_what_they_wrote_read_muted_or_may_not_see(
    alice: User, bob: User, charlie: User, service: Service
) -> None:
    subscribe(bob, service.subscription())
    push(post("@room from me", bob))
    push(post("no mention", alice))
    row = post("@bob read elsewhere", alice)
    ReadPosition.objects.create(user=bob, room_id=Room.WORLD, seq=row.room_seq)
    push(row)
    RoomPreference.objects.create(user=bob, room_id=Room.WORLD, level="mute")
    push(post("@bob muted", alice))
    private = Room.objects.create(slug="private", name="Private", access=Room.Access.PRIVATE)
    Membership.objects.create(room=private, user=alice)
    push(post("@bob not in here", alice, room=private.pk))
    assert service.pushes == []
    RoomPreference.objects.all().delete()
    push(post("@bob at last", alice))
    assert [each["body"] for each in service.opened()] == ["@bob at last"]


def test_nobody_is_looked_at_who_is_not_in_the_room_or_not_meant(
    alice: User, bob: User, charlie: User, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else each message of two would read the browsers of thousands."""
    for user in (bob, charlie):
        subscribe(user, service.subscription(user.username))
    looked_at: list[set[UUID]] = []

    def choose_nobody(_room: Room, _words: str, people: set[UUID], _now: datetime) -> set[UUID]:
        looked_at.append(people)
        return set()

    monkeypatch.setattr(pushing, "choose_people", choose_nobody)
    push(post("hello", alice, room=open_direct(alice, [bob]).pk))
    push(post("hello @charlie", alice))
    push(post("hello", alice))
    RoomPreference.objects.create(user=bob, room_id=Room.WORLD, level="all")
    push(post("hello", alice))
    push(post("hello @room", alice))
    assert looked_at == [{bob.pk}, {charlie.pk}, {bob.pk}, {bob.pk, charlie.pk}]


def test_what_was_erased_meanwhile_is_not_pushed(alice: User, bob: User, service: Service) -> None:
    subscribe(bob, service.subscription())
    row = post("@bob a secret", alice)
    erase(Erasure(post=row, author=alice.pk, client_id=row.author, sent_ms=1, reason="oops", allow=lambda: None))
    push(row)
    assert service.pushes == []


def test_what_was_deleted_meanwhile_is_not_pushed(alice: User, bob: User, service: Service) -> None:
    subscribe(bob, service.subscription())
    row = post("@bob a slip", alice)
    act("delete", row, alice)
    push(row)
    assert service.pushes == []


def test_what_was_edited_meanwhile_is_pushed_as_it_is_now(alice: User, bob: User, service: Service) -> None:
    subscribe(bob, service.subscription())
    row = post("@bob the password is hunter2", alice)
    act("edit", row, alice, text="@bob (taken back)")
    push(row)
    assert [each["body"] for each in service.opened()] == ["@bob (taken back)"]


def test_a_browser_whose_keys_are_none_is_forgotten_and_the_others_are_told(
    alice: User, bob: User, service: Service
) -> None:
    nowhere = {"p256dh": encoded(b"\4" + bytes(64)), "auth": encoded(AUTH)}
    subscribe(bob, service.subscription("broken") | {"keys": nowhere})
    subscribe(bob, service.subscription())
    push(post("@bob hello", alice))
    assert [each["body"] for each in service.opened()] == ["@bob hello"]
    assert [each.endpoint for each in PushSubscription.objects.all()] == [service.subscription()["endpoint"]]


def test_a_text_is_looked_through_once_however_many_are_to_be_told(
    alice: User, bob: User, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []
    parse = text._markdown.parse

    def note(words: str, env: dict[str, Any]) -> Any:
        parsed.append(words)
        return parse(words, env)

    monkeypatch.setattr(text._markdown, "parse", note)
    world = Room.objects.get(pk=Room.WORLD)
    people = {alice.pk, bob.pk, charlie.pk}
    assert choose_people(world, "@Bob and @charlie, not `@alice`", people, datetime.now(UTC)) == {bob.pk, charlie.pk}
    assert choose_people(world, "@room", people, datetime.now(UTC)) == people
    assert len(parsed) == 2


def test_a_browser_that_logged_out_is_not_told(alice: User, bob: User, service: Service) -> None:
    client = subscribe(bob, service.subscription())
    client.logout()
    push(post("@bob hello", alice))
    assert service.pushes == []


def test_a_browser_of_before_a_new_password_is_not_told(
    alice: User, bob: User, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(bob, service.subscription())
    monkeypatch.setattr(changepassword.Command, "_get_pass", lambda *args: "quiet-harbour-9")
    call_command("changepassword", "bob", stdout=StringIO())
    push(post("@bob hello", alice))
    assert service.pushes == []


@pytest.mark.parametrize(("status", "kept"), [(404, 0), (410, 0), (429, 1), (500, 1)])
def test_a_browser_that_is_gone_is_forgotten_and_a_busy_service_is_not(
    alice: User, bob: User, service: Service, status: int, kept: int
) -> None:
    subscribe(bob, service.subscription())
    service.status = status
    push(post("@bob hello", alice))
    assert len(service.pushes) == 1
    assert PushSubscription.objects.count() == kept


def test_a_service_that_does_not_answer_stops_nobody(alice: User, bob: User, service: Service) -> None:
    subscribe(bob, service.subscription())
    service.server.shutdown()
    service.server.server_close()
    push(post("@bob hello", alice))
    assert PushSubscription.objects.count() == 1


def test_a_post_waits_in_a_thread_of_its_own_and_is_then_pushed(alice: User, bob: User, service: Service) -> None:
    subscribe(bob, service.subscription())
    pusher = Pusher(delay_s=0)
    row = post("@bob hello", alice)
    pusher.hear([row])
    pusher.join()
    assert [each["body"] for each in service.opened()] == ["@bob hello"]


def test_where_nobody_has_subscribed_a_flood_of_posts_asks_once(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    pushed: list[Message] = []
    monkeypatch.setattr(pushing, "push", pushed.append)
    pusher, row = Pusher(delay_s=1), post("@bob hello", alice)
    with CaptureQueriesContext(connection) as queries:
        asked = [pusher.may_be_heard() for _ in range(100)]
    assert (asked, len(queries)) == ([False] * 100, 1)
    pusher.hear([row])
    pusher.join()
    assert pushed == []
