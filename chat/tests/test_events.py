import base64
import json
from uuid import UUID

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from chat.events import build_events, encode_messages, encode_sealed
from chat.models import Room
from chat.tests.entries import act, post
from ledger.core.bodies import commit_body
from ledger.core.canonical import encode_canonical
from ledger.core.merkle import leaf_hash
from ledger.core.records import Record, Seen, Statement, TreeHead, record_leaf_data
from ledger.models import Block, Message

CELLAR = UUID(int=7)


def block(height: int, checkpoint: str | None) -> Block:
    return Block.objects.create(
        height=height,
        hash=bytes([height]) * 32,
        previous=bytes([height + 100]) * 32,
        tree_size=10 + height,
        root=bytes(32),
        time_ms=1,
        bits=8,
        nonce=1,
        checkpoint=checkpoint,
    )


def test_an_event_holds_all_that_is_needed_to_check_its_hash(alice: User, settings: Settings) -> None:
    first = post("first", alice)
    reply = post(
        "second ☃", alice, ref=bytes(first.hash), seen=Seen(1, bytes(first.hash)), checkpoint=TreeHead(3, bytes(32))
    )
    event = json.loads(encode_messages([reply])[0])
    commitment = commit_body(bytes.fromhex(event["salt"]), encode_canonical(event["body"]))
    statement = Statement(
        log=settings.LOG_ORIGIN,
        kind=event["kind"],
        room=Room.WORLD,
        author=UUID(event["author"]["id"]),
        client_id=UUID(event["client_id"]),
        ref=bytes.fromhex(event["ref"]),
        body=commitment,
        sent_ms=event["sent_ms"],
        seen=Seen(event["seen"]["seq"], bytes.fromhex(event["seen"]["hash"])),
        checkpoint=TreeHead(event["checkpoint"]["size"], bytes.fromhex(event["checkpoint"]["root"])),
        device=event["device"],
    )
    record = Record(statement, event["signature"], event["seq"], bytes.fromhex(event["previous"]), event["received_ms"])
    assert leaf_hash(record_leaf_data(record)).hex() == event["hash"]


def test_an_event_shows_people_and_never_their_addresses(alice: User) -> None:
    (event,) = build_events([post("hello", alice)])
    person = {"id": alice.pk.hex, "username": "alice", "name": "alice", "avatar": f"/avatars/{alice.pk.hex}"}
    assert event["author"] == person
    assert "example.org" not in json.dumps(event)


@pytest.mark.django_db
def test_the_system_and_deleted_accounts_have_names() -> None:
    assert build_events([post("hello")])[0]["author"]["name"] == "Connect"
    ghost = User(username="ghost")
    assert build_events([post("boo", ghost)])[0]["author"]["name"] == "Deleted account"


def test_a_reply_quotes_its_original_in_one_line(alice: User, bob: User) -> None:
    original = post("**one**\n\n" + "two " * 100, alice)
    (event,) = build_events([post("yes", bob, ref=bytes(original.hash))])
    quote = event["reply"]
    assert (quote["seq"], quote["hash"], quote["author"]["username"]) == (1, original.hash.hex(), "alice")
    assert quote["text"].startswith("one two two")
    assert len(quote["text"]) <= 200


def test_a_reply_quotes_nothing_of_another_room(alice: User) -> None:
    secret = post("secret", alice, room=CELLAR)
    (event,) = build_events([post("what?", alice, ref=bytes(secret.hash))])
    assert event["reply"] is None
    assert event["ref"] == secret.hash.hex()


def test_a_reply_to_an_erased_post_quotes_no_words(alice: User) -> None:
    original = post("gone", alice)
    reply = post("why?", alice, ref=bytes(original.hash))
    Message.objects.filter(pk=original.pk).update(body=None, salt=None)
    (event,) = build_events([reply])
    assert event["reply"]["text"] is None


def test_an_erased_post_keeps_its_place_without_body_and_salt(alice: User) -> None:
    original = post("gone", alice)
    Message.objects.filter(pk=original.pk).update(body=None, salt=None)
    (event,) = build_events([Message.objects.get(pk=original.pk)])
    assert (event["erased"], event["body"], event["salt"], event["html"]) == (True, None, None, None)


def test_a_signature_is_base64_and_hashes_are_hex(alice: User) -> None:
    row = post("hello", alice)
    row.signature, row.device = bytes(64), b"\xab" * 32
    (event,) = build_events([row])
    assert base64.b64decode(event["signature"]) == bytes(64)
    assert event["device"] == "ab" * 32


def test_sealing_an_encoded_event_gives_what_reading_it_again_gives(alice: User) -> None:
    row = post("hello", alice)
    (pending,) = encode_messages([row])
    block(3, "checkpoint")
    Message.objects.filter(pk=row.pk).update(leaf_index=12, block=3)
    (sealed,) = encode_messages([Message.objects.get(pk=row.pk)])
    assert encode_sealed(pending, 12, 3) == sealed
    assert encode_sealed(sealed, 99, 9) == sealed


def test_a_block_that_is_not_signed_is_not_shown(alice: User) -> None:
    row = post("hello", alice)
    block(3, None)
    Message.objects.filter(pk=row.pk).update(leaf_index=12, block=3)
    (event,) = build_events([Message.objects.get(pk=row.pk)])
    assert (event["leaf_index"], event["block"]) == (None, None)


def test_any_number_of_events_costs_five_queries(
    alice: User, bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rows = [post("original", alice)]
    for number in range(20):
        rows.append(post(f"reply {number} to @alice", (alice, bob)[number % 2], ref=bytes(rows[-1].hash)))
        act("react", rows[-1], bob, emoji="👍")
    block(3, "checkpoint")
    for index, row in enumerate(rows[:10]):
        row.leaf_index, row.block_id = index, 3
    with django_assert_num_queries(5):
        assert len(build_events(rows)) == 21
    assert build_events([]) == []
