"""Browsers that subscribe to Web Push: whose they are, and which addresses are ever called."""

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from chat.models import PushSubscription
from chat.notifying.pushing import push
from chat.notifying.vapid import public_key
from chat.pages import notice_views
from chat.tests.entries import post
from chat.tests.notifying.push_service import Service, subscribe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("world")]


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


def test_of_too_many_browsers_the_one_goes_that_was_not_renewed_for_longest(
    bob: User, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice_views, "BROWSERS_EACH", 3)
    for name in ("a", "b", "c", "a", "d"):
        subscribe(bob, service.subscription(name))
    kept = {each.endpoint.rpartition("/")[2] for each in PushSubscription.objects.all()}
    assert kept == {"a", "c", "d"}
