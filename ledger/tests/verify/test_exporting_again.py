"""An export that was cut off, by a crash, a full disk or a loss of power: the next one makes it whole."""

import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from ledger.log import exporting
from ledger.log.exporting import export_log
from ledger.models import Block, Genesis, Message, RoomHead, Tile
from ledger.sealing import seal
from ledger.tests.builders import post, small_chain
from ledger.tests.crashes import Countdown, Crash, raise_crash, steps
from ledger.tests.power import Power
from ledger.tests.verify.exports import state, verified

pytestmark = pytest.mark.django_db


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
