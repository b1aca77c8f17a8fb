"""Web Push to a push service on this machine, which decrypts what it gets as a browser does."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.management.commands import changepassword
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from py_vapid import Vapid02
from pytest_django import Settings

from accounts.models import User
from chat.markup import text
from chat.membership.opening import open_direct
from chat.models import Membership, PushSubscription, ReadPosition, Room, RoomPreference
from chat.notifying import pushing
from chat.notifying.pushing import Pusher, choose_people, push
from chat.notifying.vapid import public_key
from chat.pages import notice_views
from chat.rooms import ensure_world
from chat.tests.entries import act, post
from chat.tests.notifying.push_service import AUTH, Service, encoded
from ledger.blocks.genesis import ensure_genesis
from ledger.models import Message
from ledger.recording.erasing import Erasure, erase

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def service(settings: Settings) -> Iterator[Service]:
    service = Service()
    settings.PUSH_SERVICES = [service.origin]
    yield service
    service.server.shutdown()
    service.server.server_close()


@pytest.fixture(autouse=True)
def _world(alice: User, bob: User, charlie: User) -> None:
    ensure_genesis()
    ensure_world()


def subscribe(user: User, subscription: dict[str, Any]) -> Client:
    client = Client()
    client.force_login(user)
    answer = client.post("/push/", subscription, content_type="application/json")
    assert answer.status_code == 204, answer.content
    return client


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


def test_of_too_many_browsers_the_one_goes_that_was_not_renewed_for_longest(
    bob: User, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice_views, "BROWSERS_EACH", 3)
    for name in ("a", "b", "c", "a", "d"):
        subscribe(bob, service.subscription(name))
    kept = {each.endpoint.rpartition("/")[2] for each in PushSubscription.objects.all()}
    assert kept == {"a", "c", "d"}


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


def test_switching_off_and_subscribing_as_somebody_else_leave_one_owner(
    alice: User, bob: User, service: Service
) -> None:
    client = subscribe(bob, service.subscription())
    subscribe(alice, service.subscription())
    assert [each.user_id for each in PushSubscription.objects.all()] == [alice.pk]
    endpoint = {"endpoint": service.subscription()["endpoint"]}
    assert client.post("/push/remove/", endpoint, content_type="application/json").status_code == 204
    assert PushSubscription.objects.count() == 1
    client.force_login(alice)
    assert client.post("/push/remove/", endpoint, content_type="application/json").status_code == 204
    assert PushSubscription.objects.count() == 0


def test_the_next_session_of_the_same_person_takes_a_browser_over_and_nobody_elses_does(
    alice: User, bob: User, service: Service
) -> None:
    endpoint = {"endpoint": service.subscription()["endpoint"]}

    def renew(client: Client) -> bool:
        answer = client.post("/push/renew/", endpoint, content_type="application/json")
        return bool(answer.json()["on"])

    client = subscribe(bob, service.subscription())
    assert renew(client)
    client.logout()
    push(post("@bob nobody is logged in", alice))
    client.force_login(alice)
    assert not renew(client)
    push(post("@bob somebody else is", alice))
    assert service.pushes == []
    client.force_login(bob)
    assert renew(client)
    push(post("@bob hello again", alice))
    assert [each["body"] for each in service.opened()] == ["@bob hello again"]


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:8000/x",
        "https://169.254.169.254/latest",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evilgoogleapis.com/x",
        "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "http://fcm.googleapis.com/x",
        "https://[::1/x",
        "file:///etc/passwd",
        "https://fcm.googleapis.com/" + "x" * 500,
        "https://fcm.googleapis.com/\0",
        7,
        None,
    ],
)
def test_no_other_address_is_ever_called(bob: User, service: Service, endpoint: object) -> None:
    client = Client()
    client.force_login(bob)
    told = service.subscription() | {"endpoint": endpoint}
    assert client.post("/push/", told, content_type="application/json").status_code == 400
    assert not PushSubscription.objects.exists()


def test_the_makers_of_browsers_are_known(bob: User, service: Service) -> None:
    for host in ("fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com"):
        subscribe(bob, service.subscription() | {"endpoint": f"https://{host}/x"})
    assert PushSubscription.objects.count() == 3


def test_a_key_is_of_letters_that_keys_have(bob: User, service: Service) -> None:
    """PostgreSQL stores no NUL."""
    client = Client()
    client.force_login(bob)
    told = service.subscription()
    told["keys"] = told["keys"] | {"auth": "\0" * 22}
    assert client.post("/push/", told, content_type="application/json").status_code == 400


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"endpoint":"x","keys":{}}', '{"endpoint":"x","keys":null}', "\xff"])
def test_what_is_no_subscription_is_refused(bob: User, body: str) -> None:
    client = Client()
    client.force_login(bob)
    for path, done in (("/push/", 204), ("/push/remove/", 204), ("/push/renew/", 200)):
        answer = client.post(path, body, content_type="application/json")
        assert answer.status_code in (400, done)
    assert not PushSubscription.objects.exists()


def test_the_key_is_the_sites_own_and_the_same_in_every_process(settings: Settings) -> None:
    first = public_key()
    assert first == public_key()
    settings.SECRET_KEY = "another"
    assert public_key() != first
    assert len(first) == 87
