"""Rows that were changed after they were recorded are never sealed."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import IntegrityError, connection, models
from django.db.models import F

from ledger.blocks import pending
from ledger.blocks.genesis import ensure_genesis
from ledger.core.bodies import commit_body
from ledger.core.canonical import encode_canonical
from ledger.errors import BehindSignedState, CorruptLedger, LedgerError, Stopped
from ledger.models import Block, Genesis, Message, Tile
from ledger.recording.batches import record_batch
from ledger.sealing import seal
from ledger.tests.builders import ROOM, draft, post, room_id
from ledger.tests.sealed import Meddler
from ledger.tests.tampering import read_everything, run, write_everything
from ledger.tests.threads import in_thread

pytestmark = pytest.mark.django_db(transaction=True)


def change(**columns: Any) -> Callable[[], object]:
    return lambda: Message.objects.filter(room_seq=3, leaf_index=None).update(**columns)


def swap_text_and_commitment() -> None:
    """A text with a commitment of its own: only the leaf hash tells."""
    body = encode_canonical({"text": "never said"})
    change(body=body.decode(), salt=bytes(32), body_commitment=commit_body(bytes(32), body))()


@pytest.mark.parametrize(
    "damage",
    [
        change(author=room_id(7)),
        change(kind="edit"),
        change(kind="shout"),
        change(sent_ms=5),
        change(hash=b"h" * 32),
        change(previous=b"p" * 32),
        change(room_seq=40),
        change(room=room_id(1)),
        change(body='{"text":"never said"}'),
        change(body=None, body_commitment=None),
        change(salt=None),
        change(salt=b"s" * 32),
        swap_text_and_commitment,
        lambda: Message.objects.filter(room_seq=3).delete(),
        lambda: Message.objects.filter(room_seq=2).delete(),
        lambda: Message.objects.filter(room_seq=1).update(room=room_id(1)),
        lambda: Block.objects.filter(height=1).update(nonce=F("nonce") + 1),
        lambda: Block.objects.filter(height=1).update(bits=40),
        lambda: Block.objects.filter(height=1).update(bits=41),
    ],
)
def test_a_row_that_was_changed_is_never_sealed(damage: Callable[[], object]) -> None:
    ensure_genesis()
    post("sealed")
    seal()
    record_batch([draft(str(n)) for n in range(3)])
    damage()
    with pytest.raises(CorruptLedger, match="run verify_chain"):
        seal()
    assert Block.objects.count() == 2
    assert Message.objects.filter(leaf_index__isnull=False).count() == 1


def test_what_was_changed_is_named() -> None:
    ensure_genesis()
    message = post("true")
    Message.objects.update(body='{"text":"false"}')
    with pytest.raises(CorruptLedger, match=rf"Message {message.pk} \(entry 1 of room {ROOM}\) .*text"):
        seal()


@pytest.mark.parametrize("damage", [lambda: Tile.objects.update(hashes=b"t" * 32), lambda: Tile.objects.all().delete()])
def test_a_changed_tree_does_not_grow(damage: Callable[[], object]) -> None:
    ensure_genesis()
    damage()
    with pytest.raises((CorruptLedger, BehindSignedState)):
        seal()
    assert Block.objects.count() == 1


def test_what_is_pending_is_read_at_one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    ensure_genesis()
    post("read")
    seen = []

    def look(firsts: object) -> None:
        in_thread(lambda: post("late"))
        seen.append(Message.objects.pending().count())

    monkeypatch.setattr(pending, "_check_sealed", look)
    assert len(pending.read_pending("connect.test/ledger", 9).ids) == 1
    assert (seen, Message.objects.pending().count()) == ([1], 2)


def stop() -> None:
    raise Stopped("Stopped in time.")


@pytest.mark.parametrize("value", ["'x'", "1 << 40", "CAST(x'ff' AS TEXT)"])
@pytest.mark.parametrize("is_signed", [True, False])
@pytest.mark.parametrize("model", [Message, Block, Tile, Genesis])
def test_a_value_that_no_column_may_hold_is_refused_with_a_sentence(
    model: type[models.Model], is_signed: bool, value: str
) -> None:
    if connection.vendor != "sqlite":  # the only one that takes any value in any column
        return
    ensure_genesis()
    post("sealed")
    seal()
    post("pending")
    if not is_signed:
        Block.objects.filter(height=1).update(checkpoint=None)
    mine, rows, table = seal if is_signed else ensure_genesis, read_everything(), model._meta.db_table
    for field in model._meta.concrete_fields:
        for end in ("min", "max"):
            with suppress(IntegrityError):
                place = f"rowid = (SELECT {end}(rowid) FROM {table})"
                run(f'UPDATE {table} SET "{field.column}" = {value} WHERE {place}', [])
            with suppress(LedgerError):
                mine(miner=Meddler(stop))
            write_everything(rows)
