"""What the ledger shows of a room follows from who may see the room."""

import re
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils.module_loading import import_string

from accounts.models import User
from chat.access import readable_room_ids, refused_writers
from chat.membership.opening import create_room, update_room
from chat.models import Room
from chat.rooms import ensure_world
from connect.tests.server import ROOT
from ledger.blocks.genesis import ensure_genesis
from ledger.models import Message
from ledger.sealing import seal


def test_the_ledger_asks_here() -> None:
    assert import_string(settings.LEDGER_READABLE_ROOMS) is readable_room_ids


def test_a_room_is_readable_for_those_for_whom_it_exists(bob: User) -> None:
    ensure_world()
    asked = {Room.WORLD, uuid4()}
    assert readable_room_ids(bob, asked) == {Room.WORLD}
    assert readable_room_ids(AnonymousUser(), asked) == set()
    bob.is_active = False
    assert readable_room_ids(bob, asked) == set()


def test_a_receipt_is_for_those_who_may_read_the_room(client: Client, bob: User) -> None:
    ensure_genesis()
    ensure_world()
    seal()
    message = Message.objects.filter(kind="post").earliest("id")
    address = f"/log/receipt/{bytes(message.hash).hex()}"
    assert client.get(address).status_code == 404
    client.force_login(bob)
    assert client.get(address).content.startswith(b"c2sp.org/tlog-proof@v1\n")


def test_browsers_have_words_for_each_reason_why_somebody_may_not_write(
    transactional_db: None, bob: User, charlie: User
) -> None:
    tea, old = (create_room(bob, name, "", "public").pk for name in ("Tea", "Old"))
    update_room(bob, Room.objects.get(pk=old), archived=True)
    User.objects.filter(pk=charlie.pk).update(is_active=False)
    writers = {(old, bob.pk), (tea, uuid4()), (tea, charlie.pk)}
    starts = tuple(re.findall(r"\[/\^(.+)/, gettext", (ROOT / "static/chat/js/reasons.js").read_text()))
    refused = refused_writers(writers)
    assert refused.keys() == writers
    assert all(str(error).startswith(starts) for error in refused.values())
