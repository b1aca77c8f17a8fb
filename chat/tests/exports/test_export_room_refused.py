"""A room that is not exported: to whom, and what a damaged row, a failure and a signal leave behind: nothing."""

import os
import signal
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.management import CommandError

from accounts.models import User
from chat.exports import exporting
from chat.models import Room
from chat.rooms import ensure_world
from chat.tests.exports.exported import export
from ledger.errors import ExportError
from ledger.models import Block, Message, Tile


@pytest.mark.parametrize(("slug", "name"), [("attic", "bob"), ("world", "nobody"), ("world", "charlie")])
def test_who_may_not_read_the_room_hears_what_they_hear_of_an_unknown_one(
    room: Room, charlie: User, tmp_path: Path, slug: str, name: str
) -> None:
    User.objects.filter(pk=charlie.pk).update(is_active=False)
    before = Message.objects.count()
    with pytest.raises(CommandError, match=f"^There is no room {slug} that {name} may read.$"):
        export(tmp_path / "out", slug, name)
    assert not (tmp_path / "out").exists()
    assert Message.objects.count() == before


def test_a_folder_that_exists_is_left_alone(room: Room, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").touch()
    before = Message.objects.count()
    with pytest.raises(CommandError, match="exists; name a new folder"):
        export(tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine"]
    assert Message.objects.count() == before


@pytest.mark.parametrize("fault", ["record_fields", "_tell_room"])
def test_a_failure_leaves_no_folder(room: Room, tmp_path: Path, fault: str) -> None:
    place = tmp_path / "place"
    for error, said in ((ExportError("no"), "^no$"), (OSError("disk full"), r"not written \(disk full\)")):
        with patch.object(exporting, fault, side_effect=error), pytest.raises(CommandError, match=said):
            export(place / "out")
        assert list(place.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_an_export_that_is_ended_leaves_no_folder(room: Room, tmp_path: Path, number: int) -> None:
    place = tmp_path / "place"
    end = patch.object(exporting, "_line", side_effect=lambda row: os.kill(os.getpid(), number))
    with end, pytest.raises(SystemExit):
        export(place / "out")
    assert list(place.iterdir()) == []


def test_a_damaged_entry_is_named(room: Room, tmp_path: Path) -> None:
    Message.objects.filter(room_seq=5, room=room.pk).update(body="{")
    with pytest.raises(CommandError, match=r"Entry 5 is damaged .* run verify_chain"):
        export(tmp_path / "out")


@pytest.mark.parametrize("body", ["{", "[]", '{"emoji":"x"}', '{"files":1,"text":"x"}'])
def test_a_body_that_is_none_of_its_kind_is_named_pending_or_not(room: Room, tmp_path: Path, body: str) -> None:
    for row in Message.objects.filter(room=room.pk, kind="post", body__isnull=False):
        Message.objects.filter(pk=row.pk).update(body=body)
        with pytest.raises(CommandError, match=f"Entry {row.room_seq} is damaged .* run verify_chain"):
            export(tmp_path / "out")
        Message.objects.filter(pk=row.pk).update(body=row.body)


def test_a_damaged_block_or_tile_is_told(room: Room, tmp_path: Path) -> None:
    block = Block.objects.get(height=2)
    for column, value in (("root", b"x"), ("bits", 1), ("checkpoint", "x")):
        Block.objects.filter(height=2).update(**{column: value})
        with pytest.raises(CommandError, match=r"damaged .* run verify_chain"):
            export(tmp_path / "out")
        block.save()
    Tile.objects.all().delete()
    with pytest.raises(CommandError, match=r"absent.*; run verify_chain"):
        export(tmp_path / "out")


def test_nothing_signed_is_nothing_to_export(transactional_db: None, bob: User, tmp_path: Path) -> None:
    ensure_world()
    with pytest.raises(CommandError, match="Nothing is signed yet"):
        export(tmp_path / "out")
