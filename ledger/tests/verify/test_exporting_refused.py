"""What export_log refuses: what is not signed, what the tree does not hold, a folder that is not this log's."""

import fcntl
import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from ledger.core.merkle import leaf_hash
from ledger.core.records import record_leaf_data
from ledger.errors import ExportError
from ledger.log.exporting import export_log
from ledger.models import Block, Message, Tile
from ledger.tests.builders import small_chain
from ledger.tests.core.golden import GOLDEN
from ledger.tests.tampering import set_column
from ledger.tests.verify.exports import state, verified

pytestmark = pytest.mark.django_db


def test_nothing_unsigned_is_exported(log: Path) -> None:
    small_chain(messages=6, blocks=2, pending=1)
    Block.objects.filter(height=2).update(checkpoint=None)
    assert export_log(log).size == Block.objects.get(height=1).tree_size
    assert verified(log)


def test_before_the_first_signature_there_is_nothing_to_export(log: Path) -> None:
    with pytest.raises(ExportError, match="Nothing is signed"):
        export_log(log)
    assert not log.exists()


def test_a_folder_of_something_else_is_not_touched(log: Path) -> None:
    small_chain(messages=2, pending=0)
    log.mkdir(parents=True)
    (log / "letter.txt").write_text("dear")
    with pytest.raises(ExportError, match="not empty"):
        export_log(log)
    assert [path.name for path in log.iterdir()] == ["letter.txt"]


def test_a_folder_of_another_log_is_not_touched(log: Path) -> None:
    small_chain(messages=2, pending=0)
    log.mkdir(parents=True)
    (log / "log.vkey").write_text(GOLDEN["log_vkey"] + "\n")
    with pytest.raises(ExportError, match="another log"):
        export_log(log)
    assert [path.name for path in log.iterdir()] == ["log.vkey"]


def test_a_folder_that_is_ahead_of_the_database_is_not_touched(log: Path) -> None:
    small_chain(messages=6, blocks=2, pending=0)
    export_log(log)
    before = state(log)
    Block.objects.filter(height=2).update(checkpoint=None)
    with pytest.raises(ExportError, match="older copy"):
        export_log(log)
    assert state(log) == before


def test_a_folder_of_another_history_is_kept_as_evidence(log: Path) -> None:
    small_chain(messages=6, blocks=2, pending=0)
    export_log(log)
    before = state(log)
    tile = Tile.objects.get(level=0, index=0)
    Tile.objects.filter(pk=tile.pk).update(hashes=bytes(32) + bytes(tile.hashes)[32:])
    with pytest.raises(ExportError, match="forked"):
        export_log(log)
    assert state(log) == before


def test_a_damaged_checkpoint_in_the_folder_stops_the_export(log: Path) -> None:
    small_chain(messages=2, pending=0)
    export_log(log)
    (log / "checkpoint").write_text("damaged")
    with pytest.raises(ExportError, match="damaged"):
        export_log(log)


def test_an_entry_that_the_tree_does_not_hold_is_not_published(log: Path) -> None:
    small_chain(messages=6, pending=0)
    victim = Message.objects.get(leaf_index=4)
    Message.objects.filter(pk=victim.pk).update(sent_ms=victim.sent_ms + 1)
    with pytest.raises(ExportError, match="Entry 4 is not the one"):
        export_log(log)
    Message.objects.filter(pk=victim.pk).update(kind="unknown")
    with pytest.raises(ExportError, match=r"tile/entries/000.p/9 cannot be built"):
        export_log(log)
    Message.objects.filter(pk=victim.pk).delete()
    with pytest.raises(ExportError, match="Entry 4 is missing"):
        export_log(log)
    assert not (log / "checkpoint").exists()


def test_a_tree_that_was_not_signed_is_not_published_and_what_was_written_of_it_goes(log: Path) -> None:
    small_chain(messages=520, pending=0)
    upper, lower, row = (
        Tile.objects.get(level=1),
        Tile.objects.get(level=0, index=2),
        Message.objects.get(leaf_index=515),
    )
    block = Block.objects.get(height=2)
    changes: list[tuple[Any, str, Any, str]] = [
        (upper, "hashes", bytes(32) + bytes(upper.hashes)[32:], "tile/1/000.p/2 does not follow"),
        (
            block,
            "checkpoint",
            Block.objects.get(height=1).checkpoint,
            "not the one that the checkpoint of block 2 names",
        ),
        (block, "checkpoint", f"{(block.checkpoint or '')[:-5]}AAA=\n", "not the log's"),
    ]
    for changed, column, value, message in changes:
        before = getattr(changed, column)
        set_column(type(changed), changed.pk, column, value)
        with pytest.raises(ExportError, match=message):
            export_log(log)
        set_column(type(changed), changed.pk, column, before)
    set_column(Message, row.pk, "sent_ms", row.sent_ms + 1)
    row.sent_ms += 1
    rewritten = leaf_hash(record_leaf_data(row.record(settings.LOG_ORIGIN)))
    set_column(Tile, lower.pk, "hashes", bytes(lower.hashes).replace(bytes(row.hash), rewritten))
    with pytest.raises(ExportError, match="not the one that the checkpoint of block 2 names"):
        export_log(log)
    set_column(Message, row.pk, "sent_ms", row.sent_ms - 1)
    set_column(Tile, lower.pk, "hashes", bytes(lower.hashes))
    export_log(log)
    assert verified(log)


def test_a_tile_that_is_missing_stops_the_export(log: Path) -> None:
    small_chain(messages=6, pending=0)
    Tile.objects.all().delete()
    with pytest.raises(ExportError, match=r"tile/0/000.p/9 is missing"):
        export_log(log)
    assert not (log / "checkpoint").exists()


def test_two_exports_do_not_write_to_one_folder(log: Path) -> None:
    small_chain(messages=2, pending=0)
    log.mkdir(parents=True)
    descriptor = os.open(log, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(ExportError, match="Another export"):
        export_log(log)
    os.close(descriptor)
    export_log(log)
