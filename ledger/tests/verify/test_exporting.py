"""export_log: what the server shows, as files; resumable, never beyond what is signed, never over another history."""

import fcntl
import os
import shutil
from collections.abc import Callable
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from ledger.core.merkle import leaf_hash
from ledger.core.records import record_leaf_data
from ledger.errors import ExportError
from ledger.log import exporting
from ledger.log.exporting import export_log
from ledger.log.published import checkpoint_note, published_tile
from ledger.log.receipts import is_provable, make_receipt
from ledger.models import Block, Genesis, Message, RoomHead, Tile
from ledger.sealing import seal
from ledger.tests.builders import post, small_chain
from ledger.tests.core.golden import GOLDEN
from ledger.tests.crashes import Countdown, Crash, raise_crash, steps
from ledger.tests.power import Power
from ledger.tests.tampering import set_column
from ledger.tests.verify.cases import run

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A folder for the log; the tests' own files are beside it."""
    return tmp_path / "export" / "log"


def verified(log: Path) -> bool:
    return run("log", log, "--key", Genesis.objects.get().key).code == 0


def state(log: Path) -> dict[str, tuple[int, bytes]]:
    """Each file's inode and content: a file that is written again has another inode."""
    return {str(p.relative_to(log)): (p.stat().st_ino, p.read_bytes()) for p in log.rglob("*") if p.is_file()}


def test_the_folder_holds_what_the_server_shows(log: Path) -> None:
    small_chain(messages=520, pending=3)
    exported = export_log(log)
    tip = Block.objects.get(height=2)
    assert exported.size == tip.tree_size == 523
    files = {
        "checkpoint": checkpoint_note(tip).encode(),
        "log.vkey": f"{Genesis.objects.get().key}\n".encode(),
        "tile/0/000": published_tile(0, 0, 256),
        "tile/0/001": published_tile(0, 1, 256),
        "tile/0/002.p/11": published_tile(0, 2, 11),
        "tile/1/000.p/2": published_tile(1, 0, 2),
        "tile/entries/000": published_tile(-1, 0, 256),
        "tile/entries/001": published_tile(-1, 1, 256),
        "tile/entries/002.p/11": published_tile(-1, 2, 11),
    }
    assert {name: content for name, (_, content) in state(log).items()} == files
    assert (exported.files, exported.written) == (7, 7)
    assert verified(log)


def test_a_log_of_one_entry_is_exported(log: Path) -> None:
    small_chain(messages=0, blocks=0, pending=0)
    assert export_log(log).size == 1
    assert verified(log)


def test_what_is_there_is_not_written_again(log: Path) -> None:
    small_chain(messages=300, pending=0)
    export_log(log)
    before = state(log)
    assert export_log(log).written == 0
    for number in range(250):
        post(str(number))
    seal()
    assert export_log(log).written == 5  # two new bundles, two new tiles, one that grew
    after = state(log)
    for name in ("tile/0/000", "tile/entries/000", "tile/0/001.p/47", "tile/entries/001.p/47", "tile/1/000.p/1"):
        assert after[name] == before[name]
    assert {"tile/0/001", "tile/0/002.p/42", "tile/1/000.p/2"} <= after.keys()
    assert verified(log)


def test_an_export_that_was_cut_off_goes_on_where_it_stopped(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_chain(messages=10, pending=0)
    export_log(log)
    older = (log / "checkpoint").read_bytes()
    for number in range(300):
        post(str(number))
    seal()
    for _ in range(5):  # after each file, and before the checkpoint
        cut_off(log, monkeypatch, 1)
        assert (log / "checkpoint").read_bytes() == older
        assert verified(log)  # by the older checkpoint
    assert export_log(log).written == 0
    assert (log / "checkpoint").read_bytes() != older
    assert verified(log)


def test_a_first_export_that_was_cut_off_goes_on_as_well(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_chain(messages=10, pending=0)
    for files in (0, 1, 1, 1):
        cut_off(log, monkeypatch, files)
        assert not (log / "checkpoint").exists()
    assert export_log(log).written == 0
    assert verified(log)


def test_an_export_survives_power_loss_and_goes_on_after_one_at_any_step(log: Path, tmp_path: Path) -> None:
    small_chain(messages=10, pending=0)
    for step in count(1):
        with Power(tmp_path) as power:
            try:
                with steps(Countdown(step, raise_crash)):
                    export_log(log)
            except Crash:
                power.cut()
                export_log(log)
                assert verified(log), step
                shutil.rmtree(log.parent)
            else:
                break
    power.cut()
    assert step > 10
    assert verified(log)


def test_a_full_disk_is_one_sentence(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_chain(messages=10, pending=0)
    monkeypatch.setattr(exporting, "_write", _full_after(2))
    with pytest.raises(CommandError, match=r"log is not up to date \(disk full\)\. Mend that, then export again"):
        call_command("export_log", str(log))


def begin_anew(messages: int) -> None:
    """Another log under the same key, as after a trial run."""
    for model in (Message, RoomHead, Tile, Block, Genesis):
        model._default_manager.all().delete()
    settings.SIGNED_STATE_FILE.unlink()
    small_chain(messages=messages, pending=0)


def cut_off(log: Path, monkeypatch: pytest.MonkeyPatch, files: int) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(exporting, "_write", _full_after(files))
        with pytest.raises(OSError, match="full"):
            export_log(log)


def test_what_a_first_export_left_of_another_history_is_written_again(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_chain(messages=300, pending=0)
    cut_off(log, monkeypatch, 6)  # log.vkey and all files but the checkpoint
    left = state(log)
    assert len(left) == 7
    begin_anew(messages=300)
    assert export_log(log).written == 5
    assert verified(log)
    assert export_log(log).written == 0


def test_what_it_left_beyond_a_shorter_history_is_written_again_once_the_log_is_so_long(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_chain(messages=300, pending=0)
    cut_off(log, monkeypatch, 6)
    begin_anew(messages=20)
    export_log(log)
    assert verified(log)
    for number in range(300):
        post(str(number))
    seal()
    export_log(log)
    assert verified(log)


def test_what_a_later_export_left_of_another_history_is_written_again(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest entries were lost with a disk; nobody has seen a checkpoint over them."""
    small_chain(messages=250, pending=0)
    export_log(log)
    older, signed = Block.objects.get(height=2), settings.SIGNED_STATE_FILE.read_bytes()
    tiles, heads = list(Tile.objects.all()), list(RoomHead.objects.all())
    for number in range(100):
        post(str(number))
    seal()
    cut_off(log, monkeypatch, 5)
    Message.objects.filter(block=3).delete()
    for model in (Tile, RoomHead):
        model._default_manager.all().delete()
    Block.objects.filter(height=3).delete()
    Tile.objects.bulk_create(tiles)
    RoomHead.objects.bulk_create(heads)
    settings.SIGNED_STATE_FILE.write_bytes(signed)
    for number in range(100):
        post(f"{number} again")
    seal()
    assert export_log(log).size == older.tree_size + 101
    assert verified(log)


def _full_after(files: int) -> Callable[..., None]:
    """Writing as on a disk that has room for so many files and a little of the next."""
    write, room = exporting._write, iter(range(files))

    def fail(path: Path, content: bytes, **how: Any) -> None:
        if next(room, None) is None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_name(f".{path.name}").write_bytes(content[:10])
            raise OSError("disk full")
        write(path, content, **how)

    return fail


def test_a_file_that_lost_its_content_is_written_again(log: Path) -> None:
    """As after a power loss before the data reached the disk."""
    small_chain(messages=300, pending=0)
    export_log(log)
    for name in ("tile/0/000", "tile/entries/000"):
        (log / name).write_bytes(b"")
    assert export_log(log).written == 2
    assert verified(log)


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


def test_any_web_server_may_read_the_files(log: Path) -> None:
    small_chain(messages=2, pending=0)
    export_log(log)
    mask = os.umask(0)
    os.umask(mask)
    assert {path.stat().st_mode & 0o777 for path in log.rglob("*") if path.is_file()} == {0o666 & ~mask}


def test_the_command_says_what_it_did_and_how_to_check_it(log: Path) -> None:
    small_chain(messages=6, pending=0)
    out = StringIO()
    call_command("export_log", str(log), stdout=out)
    assert f"{log} holds 9 entries of connect.test/ledger: 2 files, 2 of them new." in out.getvalue()
    assert f"connect_verify.py log {log}" in out.getvalue()
    shutil.rmtree(log)
    log.mkdir()
    (log / "letter.txt").write_text("dear")
    with pytest.raises(CommandError, match="not empty"):
        call_command("export_log", str(log))


def test_the_servers_receipts_verify(tmp_path: Path) -> None:
    small_chain(messages=14, pending=1)
    paths = []
    for message in Message.objects.order_by("id"):
        if is_provable(message):
            paths.append(tmp_path / f"{message.leaf_index}.tlog-proof")
            paths[-1].write_text(make_receipt(message))
    assert len(paths) == 14
    outcome = run(*paths, "--key", Genesis.objects.get().key)
    assert outcome.code == 0
    assert "14 of 14 verified." in outcome.out


def test_the_servers_consistency_proofs_verify(tmp_path: Path, client: Client) -> None:
    chain = small_chain(messages=14, blocks=4, pending=1)
    notes = [tmp_path / f"{block.height}.checkpoint" for block in chain.blocks]
    for note, block in zip(notes, chain.blocks, strict=True):
        note.write_text(checkpoint_note(block))
    key, newest = Genesis.objects.get().key, chain.blocks[-1].tree_size
    for note, block in zip(notes, chain.blocks, strict=True):
        proof = tmp_path / "proof.json"
        proof.write_bytes(client.get(f"/log/proof/consistency?from={block.tree_size}&to={newest}").content)
        assert run("consistency", note, notes[-1], "--proof", proof, "--key", key).code == 0
        other = client.get(f"/log/proof/consistency?from={block.tree_size}&to={newest - 1}").content
        proof.write_bytes(other)
        assert run("consistency", note, notes[-1], "--proof", proof, "--key", key).code == 1
