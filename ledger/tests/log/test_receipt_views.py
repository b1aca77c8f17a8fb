"""Receipts over HTTP: to whom they are given, and that they prove what they say."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ledger.core.bodies import commit_body
from ledger.core.canonical import encode_canonical
from ledger.core.checkpoints import parse_checkpoint, parse_receipt
from ledger.core.headers import block_hash, meets_target, parse_header
from ledger.core.merkle import leaf_hash
from ledger.core.notes import open_note, parse_note
from ledger.core.proofs import check_inclusion
from ledger.core.receipts import parse_extra
from ledger.core.records import record_leaf_data
from ledger.keys import verify
from ledger.models import Block, Message
from ledger.recording.batches import record_batch
from ledger.sealing import seal
from ledger.tests.builders import ROOM, draft, post, room_id, small_chain
from ledger.tests.log.reading import ORIGIN, cosign, log_key
from ledger.tests.tampering import set_column

pytestmark = pytest.mark.django_db(transaction=True)


def receipt(client: Client, message: Message) -> Any:
    return client.get(f"/log/receipt/{bytes(message.hash).hex()}")


def test_a_receipt_proves_every_entry_to_somebody_who_has_only_the_vkey(member: Client) -> None:
    made = small_chain(messages=16, rooms=1, blocks=3, pending=0)
    witness, vkey = cosign(2), log_key(member)
    for message in (message for message in made.messages if message.room == ROOM):
        response = receipt(member, message)
        assert response["Content-Disposition"].startswith(f'attachment; filename="{message.room_seq}-')
        assert response["Content-Disposition"].endswith('.tlog-proof"')
        told = parse_receipt(response.content.decode())
        extra, note = parse_extra(told.extra), parse_note(told.checkpoint_note)
        header = parse_header(extra.header, ORIGIN)
        tree = parse_checkpoint(note.body)
        signatures = open_note(note, [vkey, witness], verify)
        assert len(signatures) == (2 if extra.height == 2 else 1)
        assert (header.tree_size, header.root, header.height) == (tree.size, tree.root, extra.height)
        assert meets_target(block_hash(extra.header), header.bits)
        leaf = leaf_hash(record_leaf_data(extra.record))
        assert leaf == message.hash
        check_inclusion(leaf, told.index, tree.size, told.proof, tree.root)
        if extra.salt is not None:
            assert commit_body(extra.salt, encode_canonical(extra.body)) == extra.record.statement.body


def test_a_receipt_of_an_erased_entry_says_so_and_still_proves_that_it_was(member: Client) -> None:
    small_chain(messages=16, rooms=1, blocks=2)
    message = Message.objects.sealed().filter(room=ROOM, kind="post")[0]
    for column in ("body", "salt"):
        set_column(Message, message.pk, column, None)
    extra = parse_extra(parse_receipt(receipt(member, message).content.decode()).extra)
    assert (extra.erased, extra.body, extra.salt) == (True, None, None)
    assert leaf_hash(record_leaf_data(extra.record)) == message.hash


def test_a_pending_entry_says_when_to_come_back(member: Client) -> None:
    small_chain()
    response = receipt(member, post("not yet"))
    assert (response.status_code, response["Retry-After"], response.json()["code"]) == (404, "10", "pending")


def test_an_entry_whose_block_waits_for_its_signature_is_pending(member: Client) -> None:
    small_chain(blocks=2, pending=0)
    message = Message.objects.filter(block=2, room=ROOM)[0]
    set_column(Block, 2, "checkpoint", None)
    assert receipt(member, message).json()["code"] == "pending"


def test_for_whoever_may_not_read_the_room_an_entry_does_not_exist(
    visitor: Client, member: Client, owner: Client
) -> None:
    made = small_chain(messages=16, rooms=2, blocks=2)
    mine = next(message for message in made.messages if message.room == ROOM and message.leaf_index)
    theirs = next(message for message in made.messages if message.room == room_id(1) and message.leaf_index)
    pending = post("not theirs", room=room_id(1))
    nothing = Message(hash=b"\7" * 32)
    assert receipt(member, mine).status_code == 200
    absent = receipt(member, nothing)
    refused = [receipt(client, mine) for client in (visitor, owner)]
    refused += [receipt(member, message) for message in (theirs, pending)]
    for response in refused:
        assert (response.status_code, response.content) == (404, absent.content)
        assert "Retry-After" not in response


@pytest.mark.parametrize("leaf", ["", "00", "g" * 64, "A" * 64, "0" * 63])
def test_what_is_no_hash_has_no_receipt(member: Client, leaf: str) -> None:
    assert member.get(f"/log/receipt/{leaf}").status_code == 404


def test_a_receipt_costs_the_same_queries_however_long_the_log(member: Client) -> None:
    costs = []
    small_chain(messages=12, rooms=1, pending=0)
    for more in (1, 290):
        record_batch([draft(f"post {number}") for number in range(more)])
        seal()
        message = Message.objects.sealed().filter(room=ROOM).reverse()[0]
        with CaptureQueriesContext(connection) as queries:
            assert receipt(member, message).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 5
