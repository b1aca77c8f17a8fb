"""An exported room: checked by the verifier alone in a folder, readable by people, and noted in the room."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from unittest.mock import patch
from uuid import uuid4

from django.core.files.storage import default_storage
from django.db import connections
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from chat.erasing import erase_message
from chat.exports import exporting
from chat.exports.exporting import export_room
from chat.models import Preferences, Room
from chat.tests.entries import post
from chat.tests.exports.exported import MARKUP, SECRET, export, lines_of, verify
from chat.tests.files.samples import draft, picture, upload
from connect.tests.words import compile_words
from ledger.core.records import SYSTEM_AUTHOR
from ledger.models import Block, Genesis, Message
from ledger.recording.batches import record
from ledger.sealing import seal
from ledger.tests.power import Power
from ledger.tests.sealed import assert_valid


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
