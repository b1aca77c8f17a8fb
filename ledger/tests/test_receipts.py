"""Every recorded entry has its receipt, the longest that is recorded included."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core.records import Seen, TreeHead
from ledger.drafts import MAX_BODY_BYTES
from ledger.models import Message
from ledger.receipts import make_receipt
from ledger.recorder import RecordError, record
from ledger.sealing import seal
from ledger.tests.builders import draft, signed, small_chain

pytestmark = pytest.mark.django_db(transaction=True)

OVERHEAD = len('{"text":""}')


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
