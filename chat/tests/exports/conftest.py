"""A room to export."""

from uuid import uuid4

import pytest

from accounts.models import User
from chat.erasing import erase_message
from chat.models import Room
from chat.rooms import ensure_world
from chat.tests.entries import post
from chat.tests.exports.exported import MARKUP, SECRET
from ledger.blocks.genesis import ensure_genesis
from ledger.sealing import seal
from ledger.tests.builders import post as entry


@pytest.fixture
def room(transactional_db: None, alice: User, bob: User) -> Room:
    """One of everything: a reply, an edit, a deletion, an erasure, markup, other rooms between, a pending tail."""
    ensure_genesis()
    world = ensure_world()
    first = post("first ☃", bob)
    seal()
    post(MARKUP, alice, ref=bytes(first.hash))
    entry("first, mended", author=bob.pk, room=world.pk, kind="edit", ref=first.hash)
    secret = post(SECRET, bob)
    post("elsewhere", bob, room=Room.objects.create(slug="cellar", name="Cellar").pk)
    seal()
    erase_message(bob, secret, uuid4(), "it was a secret")
    entry(author=alice.pk, room=world.pk, kind="react", ref=first.hash, body={"emoji": "👍"})
    entry(author=bob.pk, room=world.pk, kind="delete", ref=first.hash, body=None)
    seal()
    post("pending", alice)
    return world
