import io
import json
import zipfile
from datetime import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Invite, User
from chat.exports import own_data
from chat.membership.opening import create_room
from chat.models import Membership, Preferences, PushSubscription, Room
from chat.rooms import ensure_world
from chat.tests.entries import post
from connect.tests.people import PASSWORD, as_
from ledger.models import Message

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous iterators"),
]
DOWNLOAD = "/account/data/download/"


@pytest.fixture
def browser(bob: User) -> Client:
    """Bob, who has just shown his password once more."""
    ensure_world()
    client = as_(bob)
    client.post("/account/again/", {"password": PASSWORD})
    return client


def unpack(answer: Any) -> dict[str, Any]:
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as archive:
        assert archive.testzip() is None
        texts = {name: archive.read(name) for name in archive.namelist()}
    lines = [json.loads(line) for line in texts.pop("messages.jsonl").splitlines()]
    return {name: json.loads(text) for name, text in texts.items()} | {"messages": lines}


def test_the_archive_holds_what_is_mine_and_nothing_of_others(
    browser: Client, bob: User, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_data, "PAGE", 2)
    mine = [post(f"mine {number}", bob) for number in range(5)]
    post("hers", alice)
    answer = browser.post(DOWNLOAD)
    assert answer["Content-Disposition"] == 'attachment; filename="connect-bob.zip"'
    data = unpack(answer)
    assert [entry["body"]["text"] for entry in data["messages"]] == [f"mine {number}" for number in range(5)]
    assert [entry["hash"] for entry in data["messages"]] == [row.hash.hex() for row in mine]
    assert data["messages"][0]["receipt"] == f"http://testserver/log/receipt/{mine[0].hash.hex()}"
    assert (data["account.json"]["username"], data["account.json"]["email"]) == ("bob", "bob@example.org")
    assert [each["is_this_one"] for each in data["sessions.json"]] == [True]
    assert [room["name"] for room in data["rooms.json"]] == ["World"]


def test_what_i_chose_and_made_beside_the_ledger_is_in_it(browser: Client, bob: User) -> None:
    Preferences.objects.create(user=bob, quiet_from=time(22), time_zone="Europe/Berlin")
    keys = {"p256dh": "P" * 87, "auth": "A" * 22}
    PushSubscription.objects.create(user=bob, endpoint="https://fcm.googleapis.com/SECRET", session="x", **keys)
    invite = Invite.objects.create(by=bob, ends_at=timezone.now())
    choices = (data := unpack(browser.post(DOWNLOAD)))["choices.json"]
    assert (choices["quiet_from"], choices["time_zone"]) == ("22:00:00", "Europe/Berlin")
    assert choices["push"][0]["service"] == "fcm.googleapis.com"
    assert choices["invitations"][0]["room"] is None
    for secret in ("SECRET", keys["p256dh"], invite.token):
        assert secret not in json.dumps(data)


def test_no_secret_is_in_it(browser: Client, bob: User) -> None:
    Authenticator.objects.create(user=bob, type="totp", data={"secret": "TOPSECRETKEY"})
    data = unpack(browser.post(DOWNLOAD))
    assert data["account.json"]["second_steps"][0]["kind"] == "totp"
    for secret in ("TOPSECRETKEY", bob.password, browser.session.session_key):
        assert str(secret) not in json.dumps(data)


def test_what_i_said_in_a_room_that_i_see_no_more_is_mine_and_its_name_is_not(browser: Client, bob: User) -> None:
    cellar = create_room(bob, "Cellar", "", Room.Access.PRIVATE)
    said = post("in the cellar", bob, cellar.pk)
    assert unpack(browser.post(DOWNLOAD))["messages"][-1]["room"]["name"] == "Cellar"
    Membership.objects.all().delete()
    Room.objects.filter(pk=cellar.pk).update(name="Secret cellar")
    data = unpack(browser.post(DOWNLOAD))
    assert data["messages"][-1]["hash"] == said.hash.hex()
    assert (data["messages"][-1]["room"]["name"], data["messages"][-1]["receipt"]) == (None, None)
    assert "Secret cellar" not in json.dumps(data)


def test_an_erased_message_keeps_its_hash_without_its_words(browser: Client, bob: User) -> None:
    said = post("a slip", bob)
    Message.objects.filter(pk=said.pk).update(body=None, salt=None)
    entry = unpack(browser.post(DOWNLOAD))["messages"][0]
    assert (entry["erased"], entry["body"], entry["hash"]) == (True, None, said.hash.hex())


def test_strangers_and_who_only_found_the_browser_open_get_nothing(client: Client, bob: User) -> None:
    assert client.post(DOWNLOAD)["Location"].startswith("/login/")
    client.force_login(bob)
    assert client.get("/account/data/")["Location"].startswith("/account/again/")
    assert client.get(DOWNLOAD).status_code == 405
    assert client.post(DOWNLOAD)["Location"].startswith("/account/again/")
    assert Client(enforce_csrf_checks=True).post(DOWNLOAD).status_code == 403


def test_who_takes_the_archive_slowly_holds_no_connection(browser: Client) -> None:
    answer = browser.post(DOWNLOAD)
    assert connection.connection is None
    assert unpack(answer)


def test_three_downloads_in_five_minutes(browser: Client) -> None:
    assert [browser.post(DOWNLOAD).status_code for _ in range(4)] == [200, 200, 200, 429]
