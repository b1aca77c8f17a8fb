"""An exported room: checked by the verifier alone in a folder, readable by people, and noted in the room."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connections
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from chat.erasing import erase_message
from chat.exports import exporting
from chat.exports.exporting import export_room
from chat.models import Preferences, Room
from chat.rooms import ensure_world
from chat.tests.entries import post
from chat.tests.files.samples import draft, picture, upload
from connect.tests.words import compile_words
from ledger.blocks.genesis import ensure_genesis
from ledger.core.records import SYSTEM_AUTHOR
from ledger.errors import ExportError
from ledger.models import Block, Genesis, Message, Tile
from ledger.recording.batches import record
from ledger.sealing import seal
from ledger.tests.builders import post as entry
from ledger.tests.power import Power
from ledger.tests.sealed import assert_valid

ROOT = Path(__file__).resolve().parents[3]
SECRET = "the-password-is-0f8b1c"
MARKUP = "<script>alert('x')</script> <img src=//example.org/x> & **bold**"


@pytest.fixture
def room(transactional_db: None, alice: User, bob: User) -> Room:
    """One of everything: a reply, an edit, a deletion, an erasure, markup, other rooms between, a pending tail."""
    ensure_genesis()
    world = ensure_world()
    first = post("first ☃", bob)
    seal()
    post(MARKUP, alice, ref=bytes(first.hash))
    entry("first, mended", author=bob.pk, room=world.pk, kind="edit", ref=first.hash)
    secret = post(SECRET, bob)
    post("elsewhere", bob, room=Room.objects.create(slug="cellar", name="Cellar").pk)
    seal()
    erase_message(bob, secret, uuid4(), "it was a secret")
    entry(author=alice.pk, room=world.pk, kind="react", ref=first.hash, body={"emoji": "👍"})
    entry(author=bob.pk, room=world.pk, kind="delete", ref=first.hash, body=None)
    seal()
    post("pending", alice)
    return world


def export(folder: Path, slug: str = "world", name: str = "bob") -> Path:
    call_command("export_room", slug, str(folder), "--as", name)
    return folder


def lines_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "world.jsonl").read_text().splitlines()]


def verify(folder: Path, place: Path) -> "subprocess.CompletedProcess[str]":
    """The verifier, without this project: a folder with nothing but itself and the export."""
    place.mkdir()
    shutil.copy(ROOT / "connect_verify.py", place)
    shutil.copy(folder / "world.jsonl", place)
    if (folder / "files").exists():
        shutil.copytree(folder / "files", place / "files")
    command = [
        sys.executable,
        "-I",
        "-S",
        "connect_verify.py",
        "room",
        "world.jsonl",
        "--key",
        Genesis.objects.get().key,
    ]
    return subprocess.run(command, cwd=place, env={}, text=True, capture_output=True, check=False)


class Markup(HTMLParser):
    """Every tag and attribute of a page, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.targets: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.targets |= {value or "" for name, value in attrs if name == "href"}


def test_the_verifier_alone_confirms_it(room: Room, tmp_path: Path) -> None:
    head = Message.objects.in_room(room.pk).count()
    folder = export(tmp_path / "out")
    assert sorted(path.name for path in folder.iterdir()) == ["checkpoint", "log.vkey", "world.html", "world.jsonl"]
    done = verify(folder, tmp_path / "alone")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"entries 1 to {head}, none missing between" in done.stdout
    assert "1 erased, each named by a later erase entry" in done.stdout
    assert f"those of entries 1 to {head - 1} verified" in done.stdout
    changed = (folder / "world.jsonl").read_text().replace("first, mended", "first, bended")
    (folder / "world.jsonl").write_text(changed)
    assert verify(folder, tmp_path / "changed").returncode == 1


def test_an_export_survives_power_loss(room: Room, bob: User, tmp_path: Path) -> None:
    record(draft(bob, upload(bob).pk))
    with Power(tmp_path) as power:
        folder = export(tmp_path / "deep" / "out")
    power.cut()
    assert (folder / "world.html").read_text().endswith("</html>\n")
    done = verify(folder, tmp_path / "alone")
    assert done.returncode == 0
    assert "the contents of 1 hash with their salts" in done.stdout


def test_it_holds_every_version_and_nothing_that_was_erased(room: Room, tmp_path: Path) -> None:
    folder = export(tmp_path / "out")
    entries = {line["seq"]: line for line in lines_of(folder)[1:-1]}
    kinds = [line["record"]["statement"]["kind"] for line in entries.values()]
    assert kinds[4:] == ["post", "post", "edit", "post", "erase", "react", "delete", "post"]
    assert (entries[8]["body"], entries[8]["salt"], entries[8]["receipt"] is None) == (None, None, False)
    assert (entries[12]["receipt"], entries[12]["consistency"]) == (None, None)
    assert not any(SECRET in path.read_text() for path in folder.iterdir())


def test_files_lie_beside_it_and_are_checked(room: Room, bob: User, tmp_path: Path) -> None:
    world = Room.objects.get(pk=Room.WORLD)
    contents = {"photo.png": picture(), "<b>minutes.txt": b"seven in favour", "lost.txt": b"lost"}
    files = [upload(bob, data, name, room=world) for name, data in contents.items()]
    record(draft(bob, *(file.pk for file in files)))
    gone = upload(bob, b"erased", "gone.txt", room=world)
    erase_message(bob, record(draft(bob, gone.pk)).message, uuid4(), "a mistake")
    default_storage.delete(files[2].contents)
    seal()
    folder = export(tmp_path / "out")
    named = {bytes(file.commitment).hex(): data for file, data in zip(files[:2], contents.values(), strict=False)}
    assert {path.name: path.read_bytes() for path in (folder / "files").iterdir()} == named
    (line,) = (line for line in lines_of(folder) if "file_salts" in line)
    assert line["file_salts"] == [bytes(files[0].salt or b"").hex(), bytes(files[1].salt or b"").hex(), None]
    page = (folder / "world.html").read_text()
    assert 'download="photo.png"' in page
    assert "&lt;b&gt;minutes.txt" in page
    assert "<bdi>lost.txt</bdi> (not here)" in page
    assert "gone.txt" not in page

    done = verify(folder, tmp_path / "alone")
    assert done.returncode == 0, done.stdout
    assert "the contents of 2 hash with their salts" in done.stdout
    assert "the contents of 1 are not in the export" in done.stdout
    content = folder / "files" / next(iter(named))
    content.write_bytes(named[content.name] + b"x")
    assert f"FAILED entry {line['seq']}" in verify(folder, tmp_path / "changed").stdout
    content.unlink()
    assert f"FAILED entry {line['seq']}" in verify(folder, tmp_path / "missing").stdout


def test_key_and_newest_checkpoint_lie_beside_it(room: Room, tmp_path: Path) -> None:
    folder = export(tmp_path / "out")
    tip = Block.objects.signed_tip()
    assert tip is not None
    assert (folder / "log.vkey").read_text() == f"{Genesis.objects.get().key}\n"
    assert (folder / "checkpoint").read_text() == tip.checkpoint == lines_of(folder)[-1]["checkpoint"]


def test_the_page_is_readable_and_needs_nothing_else(room: Room, tmp_path: Path) -> None:
    page = (export(tmp_path / "out") / "world.html").read_text()
    markup = Markup()
    markup.feed(page)
    assert markup.tags.isdisjoint({"script", "img", "link", "iframe", "object", "embed", "svg", "form", "base"})
    harmless = {"lang", "charset", "name", "content", "http-equiv", "dir", "class", "id", "href", "datetime"}
    assert markup.attributes <= harmless
    assert all(re.fullmatch(r"#e\d+", target) for target in markup.targets)
    assert not re.search(r"url\(|@import|https?:", page)
    articles = {
        int(seq): unescape(text) for seq, text in re.findall(r'<article id="e(\d+)">(.*?)</article>', page, re.S)
    }
    assert list(articles) == list(range(1, 13))
    rows = {row.room_seq: row for row in Message.objects.in_room(room.pk)}
    for seq, text in articles.items():
        assert bytes(rows[seq].hash).hex() in text
    assert "first ☃" in articles[5]
    assert "block 1" in articles[5]
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", articles[5])
    assert MARKUP in articles[6]
    assert 'replied to <a href="#e5">entry 5</a>' in articles[6]
    assert 'bob</b> edited <a href="#e5">entry 5</a>' in articles[7]
    assert "These words were erased." in articles[8]
    assert "it was a secret" in articles[9]
    assert "not in a block yet" in articles[12]


def test_the_page_is_in_the_language_of_who_exports(room: Room, bob: User, tmp_path: Path) -> None:
    compile_words("de")
    Preferences.objects.create(user=bob, language="de")
    page = (export(tmp_path / "out") / "world.html").read_text()
    assert '<html lang="de" dir="ltr">' in page
    assert 'antwortet auf <a href="#e5">Eintrag 5</a>' in page
    assert "Diese Worte wurden getilgt." in page
    assert "replied" not in page


def test_the_room_is_told(room: Room, tmp_path: Path) -> None:
    export(tmp_path / "out")
    last = Message.objects.in_room(room.pk).last()
    assert last is not None
    assert (last.kind, last.author) == ("post", SYSTEM_AUTHOR)
    assert json.loads(last.body or "") == {"text": "bob exported this room up to entry 12."}
    seal()
    assert_valid()
    assert verify(export(tmp_path / "again"), tmp_path / "alone").returncode == 0


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


def test_what_is_written_meanwhile_waits_for_the_next_export(room: Room, bob: User, tmp_path: Path) -> None:
    """Pages of one entry each, and a message and a block between any two: still one state."""

    def write() -> None:
        post("meanwhile", bob)
        seal()
        connections.close_all()

    with ThreadPoolExecutor(1) as others, patch.object(exporting, "CHUNK", 1):
        exported = export_room(room, bob, tmp_path / "out", lambda done, of: others.submit(write).result())
    assert (exported.entries, exported.sealed) == (12, 11)
    assert Message.objects.in_room(room.pk).count() == 12 + 12 + 1
    assert verify(tmp_path / "out", tmp_path / "alone").returncode == 0


def test_a_page_costs_the_same_queries_however_many_entries_it_holds(
    room: Room, bob: User, tmp_path: Path, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(60):
        post(f"more {number}", bob)
    seal()
    with django_assert_max_num_queries(30):
        export_room(room, bob, tmp_path / "out")
