"""Every column of every table of the ledger, changed behind Django's back; rows deleted, inserted, swapped; history
cut off, put back, mined again: verify_chain finds it and says where. What it cannot find is on a published list."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings as live_settings
from django.db import connection, models
from pytest_django import Settings

from ledger import validity
from ledger.audit.auditing import run_audit
from ledger.core.audit_rows import UNCOVERED, Report
from ledger.core.checkpoints import Checkpoint, format_checkpoint
from ledger.core.cosignatures import cosignature_message
from ledger.core.notes import WITNESS_KEY_TYPE, format_vkey, make_vkey
from ledger.models import Block, Cosignature, Genesis, Message, RoomHead, Tile
from ledger.sealing import seal
from ledger.tests.builders import post, small_chain
from ledger.tests.tampering import (
    delete_row,
    insert_row,
    ledger_models,
    read_everything,
    run,
    set_column,
    write_everything,
)

pytestmark = pytest.mark.django_db(transaction=True)

COLUMNS = [(model, field.name) for model in ledger_models() for field in model._meta.concrete_fields]


@pytest.fixture
def chain() -> None:
    """One of everything, a cosignature included."""
    small_chain(messages=12, rooms=2, blocks=3, pending=2)
    block = Block.objects.get(height=1)
    witness = Ed25519PrivateKey.from_private_bytes(b"w" * 32)
    vkey = make_vkey("witness.test/w", WITNESS_KEY_TYPE, witness.public_key().public_bytes_raw())
    body = format_checkpoint(Checkpoint(live_settings.LOG_ORIGIN, block.tree_size, bytes(block.root)))
    signature = witness.sign(cosignature_message(1_790_000_000, body))
    row = Cosignature(id=uuid4(), block=block, vkey=format_vkey(vkey), time_s=1_790_000_000, signature=signature)
    row.save(force_insert=True)


def flips(field: "models.Field[Any, Any]", value: Any) -> Iterator[Any]:
    """Other values that the column can hold and no unique constraint refuses."""
    if value is None:
        yield {"BinaryField": b"\1" * 32, "TextField": "{}", "ForeignKey": 1}.get(field.get_internal_type(), 1_000)
    elif isinstance(value, UUID):
        yield UUID(int=value.int ^ 1 << 100)
    elif isinstance(value, bytes | memoryview):
        yield bytes(value)[:-1] + bytes((bytes(value)[-1] ^ 1,))
        yield bytes((bytes(value)[0] ^ 128,)) + bytes(value)[1:]
    elif isinstance(value, str):
        yield value[:-2] + chr(ord(value[-2]) ^ 1) + value[-1]
    elif field.is_relation:
        yield value + 1
    else:
        yield from (value + 7, value + (1 << 22)) if field.get_internal_type() == "BigIntegerField" else (value + 7,)
    if value is not None and field.null:
        yield None


def rows_to_flip(model: type[models.Model], column: str) -> list[models.Model]:
    """A sealed row and a pending one, both with and without a value where there are such."""
    field = model._meta.get_field(column)
    held = model._default_manager.order_by("pk")
    picked = [held.filter(**{f"{column}__isnull": empty}) for empty in (False, True)]
    if model is Message and field.name not in ("leaf_index", "block"):
        picked = [part.filter(leaf_index__isnull=pending) for part in picked for pending in (False, True)]
    return [row for part in picked for row in list(part)[len(part) // 2 :][:1]]


def found_in(report: Report, model: type[models.Model], *keys: Any) -> bool:
    names = {key.hex if isinstance(key, UUID) else key for key in keys}
    return any(finding.table == model.__name__ and finding.pk in names for finding in report.findings)


def may_go_unnoticed(row: models.Model, column: str, value: Any) -> bool:
    """Exactly what the published list says."""
    if (type(row).__name__, column) not in UNCOVERED:
        return False
    if isinstance(row, Message):
        return int(value) >> 20 == row.received_ms
    if isinstance(row, Block):
        newest = Block.objects.tip()
        return value is None and newest is not None and row.height == newest.height
    return True


def test_the_ledger_is_valid_before_anyone_touches_it(chain: None) -> None:
    assert run_audit().findings == []


@pytest.mark.parametrize(("model", "column"), COLUMNS)
def test_a_flipped_column_is_found_in_its_row(chain: None, model: type[models.Model], column: str) -> None:
    field = model._meta.get_field(column)
    assert isinstance(field, models.Field)
    tried = 0
    for row in rows_to_flip(model, column):
        before = getattr(row, field.attname)
        for value in flips(field, before):
            set_column(model, row.pk, column, value)
            report = run_audit()
            new_pk = value if field.primary_key else row.pk
            assert found_in(report, model, row.pk, new_pk) or may_go_unnoticed(row, column, value), (row, value)
            set_column(model, new_pk, column, before)
            tried += 1
    assert tried
    assert run_audit().valid


def test_text_that_is_no_text_is_a_finding_and_no_crash(chain: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite takes any bytes for text; Python's driver does not give them back."""
    if connection.vendor != "sqlite":
        return
    before = read_everything()
    for model, column in COLUMNS:
        field = model._meta.get_field(column)
        assert isinstance(field, models.Field)
        run(f'UPDATE {model._meta.db_table} SET "{field.column}" = CAST(%s AS TEXT) WHERE rowid = 1', [b"\xff"])
        assert run_audit().found or (model.__name__, column) in UNCOVERED, (model, column)
        monkeypatch.setattr(validity, "LIVE_LEAVES", -1)
        validity.forget_validity()
        validity.current_validity()
        write_everything(before)


def test_every_uncovered_column_is_one_of_the_ledgers_with_its_reason() -> None:
    names = {(model.__name__, column) for model, column in COLUMNS}
    assert UNCOVERED.keys() <= names
    assert all(UNCOVERED.values())


@pytest.mark.parametrize("model", [Genesis, Block, Message, RoomHead, Tile])
def test_a_deleted_row_is_missed(chain: None, model: type[models.Model]) -> None:
    for values in read_everything()[model]:
        delete_row(model, values[0])
        report = run_audit()
        assert not report.valid, values
        insert_row(model, values)
    assert run_audit().valid


def test_an_inserted_message_is_found_wherever_it_claims_to_be(chain: None) -> None:
    model = Message.objects.sealed()[3]
    for leaf_index, block in ((None, None), (0, 0), (10_000, 2)):
        copy = Message.objects.get(pk=model.pk)
        copy.id, copy.client_id, copy.room_seq, copy.hash = model.id + 1, uuid4(), 1_000, b"\7" * 32
        copy.leaf_index, copy.block_id = leaf_index, block
        insert_row(Message, tuple(getattr(copy, field.attname) for field in Message._meta.concrete_fields))
        assert found_in(run_audit(), Message, copy.id)
        delete_row(Message, copy.id)


@pytest.mark.parametrize("model", [Genesis, Block, RoomHead, Tile])
def test_any_other_inserted_row_is_found(chain: None, model: type[models.Model]) -> None:
    values = list(read_everything()[model][-1])
    for place, field in enumerate(model._meta.concrete_fields):
        if field.primary_key or field.unique or field.name == "index":
            value = values[place]
            values[place] = next(iter(flips(field, value)))
    insert_row(model, tuple(values))
    assert found_in(run_audit(), model, values[0])


def test_two_messages_that_trade_their_places_are_found(chain: None) -> None:
    one, other = Message.objects.sealed()[4:6]
    for column in ("leaf_index", "client_id", "body"):
        before = getattr(one, column), getattr(other, column)
        set_column(Message, one.pk, column, None if column != "client_id" else uuid4())
        set_column(Message, other.pk, column, before[0])
        set_column(Message, one.pk, column, before[1])
        report = run_audit()
        assert found_in(report, Message, one.pk)
        assert found_in(report, Message, other.pk)
        set_column(Message, one.pk, column, None if column != "client_id" else uuid4())
        set_column(Message, other.pk, column, before[1])
        set_column(Message, one.pk, column, before[0])
    assert run_audit().valid


def test_an_older_backup_put_back_is_found_by_the_signed_state(chain: None) -> None:
    older = read_everything()
    post("after the backup")
    seal()
    write_everything(older)
    (finding,) = run_audit().findings
    assert finding.code == "behind_signed_state"


def test_a_history_mined_again_without_the_key_is_found(chain: None, tmp_path: Path, settings: Settings) -> None:
    """All of it sound in itself: work, links, roots, signatures by the intruder's key."""
    signed, key = settings.SIGNED_STATE_FILE, settings.LOG_KEY_FILE
    write_everything({})
    settings.SIGNED_STATE_FILE, settings.LOG_KEY_FILE = tmp_path / "forged_state.json", tmp_path / "forged.key"
    small_chain(messages=12, rooms=2, blocks=3, pending=2)
    assert run_audit().valid
    settings.SIGNED_STATE_FILE, settings.LOG_KEY_FILE = signed, key
    codes = {finding.code for finding in run_audit().findings}
    assert {"checkpoint_signature", "forked"} <= codes


def test_a_history_mined_again_with_the_stolen_key_is_found_by_the_signed_state(
    chain: None, tmp_path: Path, settings: Settings
) -> None:
    signed = settings.SIGNED_STATE_FILE
    write_everything({})
    settings.SIGNED_STATE_FILE = tmp_path / "forged_state.json"
    small_chain(messages=12, rooms=2, blocks=3, pending=2)
    settings.SIGNED_STATE_FILE = signed
    assert [finding.code for finding in run_audit().findings] == ["forked"]


def test_a_lost_key_or_signed_state_is_no_valid_chain(chain: None, tmp_path: Path, settings: Settings) -> None:
    for path, code in ((settings.LOG_KEY_FILE, "key_file"), (settings.SIGNED_STATE_FILE, "signed_state_missing")):
        shutil.move(path, tmp_path / "away")
        assert code in {finding.code for finding in run_audit().findings}
        shutil.move(tmp_path / "away", path)
    assert run_audit().valid
