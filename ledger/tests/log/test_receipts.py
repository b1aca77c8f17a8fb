"""Every recorded entry has its receipt, whatever kind it is of, the longest that is recorded included."""

from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from connect_verify import Trust, parse_vkey, verify_receipt
from ledger.core.records import KIND_BYTES, NO_ROOM, SYSTEM_AUTHOR, Seen, TreeHead
from ledger.errors import RecordError
from ledger.log.receipts import make_receipt
from ledger.models import Genesis, Message
from ledger.recording.batches import record
from ledger.recording.drafts import MAX_BODY_BYTES
from ledger.recording.erasing import Erasure, erase
from ledger.sealing import seal
from ledger.tests.builders import ALICE, BOB, draft, post, signed, small_chain

pytestmark = pytest.mark.django_db(transaction=True)

OVERHEAD = len('{"text":""}')


def test_an_entry_of_every_kind_has_a_receipt_that_verifies_elsewhere() -> None:
    chain = small_chain()
    device = next(row for row in chain.messages if row.device is not None).device
    about = {"name": "Another name", "topic": "", "access": "everyone"}
    post(kind="room.update", author=SYSTEM_AUTHOR, body=about)
    post(kind="member.remove", body={"member": BOB.hex})
    post(kind="member.leave", body={"member": ALICE.hex})
    said = post("to be erased")
    erase(Erasure(post=said, author=ALICE, client_id=uuid4(), sent_ms=1, reason="it should not be here"))
    post(kind="key.revoke", room=NO_ROOM, body={"device": bytes(device or b"").hex(), "reason": "lost"})
    seal()
    rows = {row.kind: row for row in Message.objects.select_related("block").order_by("id")}
    assert rows.keys() == KIND_BYTES.keys()
    rows["erased post"] = Message.objects.select_related("block").get(pk=said.pk)
    trust = Trust(parse_vkey(Genesis.objects.get().key))
    for kind, row in rows.items():
        report = verify_receipt(make_receipt(row).encode(), trust, kind)
        assert report.is_verified, (kind, report.steps)
        assert report.values["hash"] == bytes(row.hash).hex()


def test_the_longest_entry_that_is_recorded_has_a_receipt() -> None:
    small_chain()
    text = "x" * (MAX_BODY_BYTES - OVERHEAD)
    far = 2**53 - 1
    longest = draft(text, ref=b"r" * 32, sent_ms=far, seen=Seen(far, b"s" * 32), checkpoint=TreeHead(far, b"c" * 32))
    message = record(signed(longest, Ed25519PrivateKey.from_private_bytes(b"d" * 32))).message
    seal(bits=8)
    assert "extra " in make_receipt(Message.objects.select_related("block").get(id=message.id))


@pytest.mark.parametrize("text", ["x" * (MAX_BODY_BYTES - OVERHEAD + 1), "\x01" * 8_000])
def test_a_body_that_no_receipt_could_carry_is_refused(text: str) -> None:
    small_chain()
    stored = Message.objects.count()
    with pytest.raises(RecordError) as refused:
        record(draft(text))
    assert refused.value.code == "too_long"
    assert Message.objects.count() == stored
