"""What no audit of the database can find, and what does find it: the second table of docs/threat-model.md."""

import shutil
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from connect_verify import Trust, parse_vkey, verify_receipt
from ledger.audit.auditing import run_audit
from ledger.blocks.genesis import ensure_genesis
from ledger.core.checkpoints import Checkpoint, format_checkpoint
from ledger.core.cosignatures import cosignature_message
from ledger.core.errors import ProofError
from ledger.core.notes import WITNESS_KEY_TYPE, format_vkey, make_vkey
from ledger.core.proofs import check_consistency
from ledger.log.receipts import make_receipt
from ledger.models import Block, Cosignature, Genesis, Message, RoomHead
from ledger.sealing import seal
from ledger.standing import describe_standing
from ledger.tests.builders import ALICE, BOB, post, small_chain
from ledger.tests.tampering import delete_row, set_column, write_everything
from ledger.tiles import consistency_proof

pytestmark = pytest.mark.django_db(transaction=True)


def is_verified(receipt: str, witness: str | None = None) -> bool:
    """By whoever holds the log's key and nothing else."""
    vkey = Genesis.objects.get().key
    witnesses = (parse_vkey(witness),) if witness else ()
    trust = Trust(parse_vkey(vkey), witnesses=witnesses, quorum=len(witnesses))
    return verify_receipt(receipt.encode(), trust, "receipt").is_verified


def cut_pending(row: Message) -> None:
    """Takes a room's newest entry away, and the head that remembers it along."""
    before = Message.objects.get(room=row.room, room_seq=row.room_seq - 1)
    delete_row(Message, row.pk)
    head = {"seq": before.room_seq, "hash": before.hash, "received_ms": before.received_ms, "last_id": before.id}
    for column, value in head.items():
        set_column(RoomHead, row.room, column, value)


def test_a_pending_entry_cut_off_with_its_head_is_known_to_whoever_saw_it() -> None:
    small_chain()
    seen = post("soon denied", author=ALICE)
    cut_pending(seen)
    assert run_audit().valid
    # Who saw it holds its seq and hash; another entry stands there now, and both cannot be the room's.
    instead = post("instead", author=BOB)
    assert (instead.room_seq, instead.hash == seen.hash) == (seen.room_seq, False)
    assert run_audit().valid


def test_a_pending_entry_cut_off_before_another_one_is_found() -> None:
    small_chain()
    row = post("soon denied", author=ALICE)
    answer = post("an answer", author=BOB, ref=row.hash)
    delete_row(Message, row.pk)
    assert ("room_gap", answer.pk) in {(finding.code, finding.pk) for finding in run_audit().findings}


def test_a_cosignature_taken_away_is_known_by_an_older_receipt() -> None:
    small_chain()
    witness = Ed25519PrivateKey.from_private_bytes(b"w" * 32)
    vkey = format_vkey(make_vkey("witness.test/w", WITNESS_KEY_TYPE, witness.public_key().public_bytes_raw()))
    row = Message.objects.sealed()[2]
    assert row.block is not None
    body = format_checkpoint(Checkpoint(settings.LOG_ORIGIN, row.block.tree_size, bytes(row.block.root)))
    signature = witness.sign(cosignature_message(1_790_000_000, body))
    cosignature = Cosignature(id=uuid4(), block=row.block, vkey=vkey, time_s=1_790_000_000, signature=signature)
    cosignature.save(force_insert=True)
    kept = make_receipt(row)
    delete_row(Cosignature, cosignature.pk)
    assert run_audit().valid
    assert is_verified(kept, vkey)
    assert not is_verified(make_receipt(row), vkey)


def test_a_history_mined_again_by_who_holds_key_and_signed_state_is_known_by_an_older_checkpoint() -> None:
    """The operator, or a thief of everything: nothing that is left in the house tells."""
    small_chain(blocks=2)
    kept, receipt = Block.objects.get(height=1), make_receipt(Message.objects.sealed()[0])
    write_everything({})
    settings.SIGNED_STATE_FILE.unlink()
    small_chain(blocks=3)
    assert run_audit().valid
    assert describe_standing() is None
    tip = Block.objects.get(height=3)
    proof = consistency_proof(kept.tree_size, tip.tree_size)
    with pytest.raises(ProofError):
        check_consistency(kept.tree_size, bytes(kept.root), tip.tree_size, bytes(tip.root), proof)
    assert is_verified(receipt)  # two histories under one signature: whoever holds both can show it to anyone


def test_a_history_mined_again_with_another_key_is_known_by_the_key(tmp_path: Path) -> None:
    """The same without the key: every browser and every receipt knows the log by it."""
    small_chain(blocks=2)
    receipt = make_receipt(Message.objects.sealed()[0])
    assert is_verified(receipt)
    write_everything({})
    settings.SIGNED_STATE_FILE.unlink()
    shutil.move(settings.LOG_KEY_FILE, tmp_path / "stolen")
    small_chain(blocks=2)
    assert run_audit().valid
    assert not is_verified(receipt)


def test_a_message_invented_by_the_server_is_valid_and_says_that_no_device_signed_it() -> None:
    ensure_genesis()
    row = post("I never said this", author=ALICE)
    seal()
    assert run_audit().valid
    assert (row.device, row.signature) == (None, None)
    row.refresh_from_db()
    trust = Trust(parse_vkey(Genesis.objects.get().key))
    report = verify_receipt(make_receipt(row).encode(), trust, "receipt")
    assert report.is_verified
    assert [step.says for step in report.steps if step.result == "open" and "the server alone attests" in step.says]


def test_a_clock_that_lies_within_the_rooms_order_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    ensure_genesis()
    monkeypatch.setattr("time.time_ns", lambda: 4_000_000_000_000 * 1_000_000)
    row = post("from the future")
    monkeypatch.undo()
    assert row.received_ms >= 4_000_000_000_000
    assert post("after it").received_ms >= row.received_ms
    assert run_audit().valid


def test_blocks_that_trade_their_places_are_found() -> None:
    small_chain(blocks=3)
    for height, new in ((1, -1), (2, 1), (-1, 2)):
        set_column(Block, height, "height", new)
    assert {finding.pk for finding in run_audit().findings if finding.table == "Block"} >= {1, 2}
