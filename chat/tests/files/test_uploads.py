"""Uploads: who may, what is refused, and that an answer means the file is kept."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from chat.files import uploads
from chat.files.models import File
from chat.files.pictures import read_picture
from chat.files.removing import KEEP, sweep
from chat.files.storage import DurableStorage
from chat.models import Room
from chat.rates import Rates
from chat.tests.files.samples import HTML, SVG, TEXT, bomb, browser, picture, upload
from ledger.core.bodies import FILE_PREFIX
from ledger.files import make_folder

pytestmark = pytest.mark.usefixtures("world")
ADDRESS = "/rooms/world/files/"


def send(client: Client, content: bytes = TEXT, name: str = "minutes.txt", to: str = ADDRESS, **fields: Any) -> Any:
    return client.post(to, {"file": SimpleUploadedFile(name, content), **fields})


def test_a_member_uploads_a_file(bob: User, data_dir: Path) -> None:
    answer = send(browser(bob), size=len(TEXT))
    assert answer.status_code == 201
    file = File.objects.get()
    assert answer.json() == {
        "id": file.id.hex,
        "name": "minutes.txt",
        "type": "text/plain",
        "size": len(TEXT),
        "url": f"/files/{file.id.hex}/minutes.txt",
        "thumb": None,
        "width": None,
        "height": None,
        "salt": bytes(file.salt or b"").hex(),
    }
    assert (file.state, file.uploader, file.room_id, file.message) == ("waiting", bob, Room.WORLD, None)
    path = data_dir / "media" / "files" / file.id.hex
    assert path.read_bytes() == TEXT
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
    assert bytes(file.commitment) == hashlib.sha256(FILE_PREFIX + bytes(file.salt or b"") + TEXT).digest()


def test_a_picture_gets_a_thumbnail(bob: User, data_dir: Path) -> None:
    answer = send(browser(bob), picture(), "holiday.png").json()
    assert (answer["type"], answer["width"], answer["height"]) == ("image/png", 300, 200)
    assert answer["thumb"] == f"/thumbnails/{answer['id']}"
    assert (data_dir / "media" / "files" / f"{answer['id']}.webp").exists()


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (SVG, "drawing.svg", "text/plain"),
        (HTML, "page.html", "text/plain"),
        (HTML, "photo.png", "text/plain"),
        (picture(), "page.html", "image/png"),
        (b"GIF89a/*" + HTML, "both.gif", "application/octet-stream"),
        (picture()[:-30], "cut.png", "application/octet-stream"),
        (bomb(), "bomb.png", "application/octet-stream"),
    ],
)
def test_a_type_is_looked_at_and_not_believed(bob: User, content: bytes, name: str, kind: str) -> None:
    file = SimpleUploadedFile(name, content, content_type="image/svg+xml")
    answer = browser(bob).post(ADDRESS, {"file": file}).json()
    assert (answer["name"], answer["type"]) == (name, kind)
    assert (answer["thumb"] is not None) == kind.startswith("image/")


def test_a_hostile_name_becomes_inert(bob: User) -> None:
    answer = send(browser(bob), name="photo\u202egpj.exe").json()
    assert (answer["name"], answer["url"][-13:]) == ("photogpj.exe", "/photogpj.exe")
    assert send(browser(bob), name="a?#%.txt").json()["url"].endswith("/a%3F%23%25.txt")
    assert len(send(browser(bob), name="x" * 5000 + ".txt").json()["name"]) == 100


def test_strangers_upload_nothing(bob: User) -> None:
    assert send(browser(None)).status_code == 401
    assert send(browser(bob, enforce_csrf_checks=True)).status_code == 403
    assert browser(bob).get(ADDRESS).status_code == 405
    assert not File.objects.exists()


def test_a_room_that_does_not_exist_for_the_user_takes_no_file(bob: User) -> None:
    Room.objects.create(slug="cellar", name="Cellar", access=Room.Access.PRIVATE)
    unknown, hidden = (send(browser(bob), to=f"/rooms/{slug}/files/") for slug in ("attic", "cellar"))
    assert (unknown.status_code, unknown.content) == (hidden.status_code, hidden.content) == (404, unknown.content)
    assert not File.objects.exists()


@pytest.mark.parametrize("room", [{"access": "public"}, {"archived": True}], ids=["not joined", "archived"])
def test_who_may_only_read_a_room_uploads_nothing_to_it(bob: User, room: dict[str, Any]) -> None:
    Room.objects.create(slug="hall", name="Hall", **room)
    answer = send(browser(bob), to="/rooms/hall/files/")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert not File.objects.exists()


@pytest.mark.parametrize(
    ("content", "fields", "status", "code"),
    [
        (b"", {}, 400, "empty"),
        (TEXT, {"size": len(TEXT) + 1}, 400, "incomplete"),
        (TEXT, {"size": f"{len(TEXT)}.0"}, 400, "incomplete"),
        (b"x" * 1001, {}, 413, "too_large"),
    ],
)
def test_what_cannot_be_taken_leaves_nothing(
    bob: User, settings: Settings, data_dir: Path, content: bytes, fields: dict[str, Any], status: int, code: str
) -> None:
    settings.FILE_BYTES = 1000
    answer = send(browser(bob), content, **fields)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"].endswith(".")
    assert not File.objects.exists()
    assert not (data_dir / "media").exists()
    assert send(browser(bob), b"x" * 1000).status_code == 201


def test_a_form_without_a_file_is_refused(bob: User) -> None:
    assert browser(bob).post(ADDRESS, {"file": "words"}).json()["code"] == "incomplete"
    unparted = browser(bob).post(ADDRESS, b"words", content_type="multipart/form-data")  # names no boundary
    assert (unparted.status_code, unparted.json()["code"]) == (400, "incomplete")


def test_only_types_that_are_allowed_are_taken_whatever_they_are_called(bob: User, settings: Settings) -> None:
    settings.FILE_TYPES = ["image/*", "application/pdf"]
    refused = send(browser(bob), b"words", name="paper.pdf")
    assert (refused.status_code, refused.json()["code"]) == (400, "type")
    assert "text/plain" in refused.json()["detail"]
    assert not File.objects.exists()
    assert send(browser(bob), b"%PDF-1.7", name="words.txt").status_code == 201


def test_a_day_has_a_limit(bob: User, charlie: User, settings: Settings) -> None:
    settings.FILE_BYTES_PER_DAY = 100
    assert send(browser(bob), b"x" * 60).status_code == 201
    refused = send(browser(bob), b"x" * 60)
    assert (refused.status_code, refused.json()["code"]) == (429, "quota")
    assert send(browser(charlie), b"x" * 60).status_code == 201
    File.objects.update(created=timezone.now() - timedelta(days=1, seconds=1))
    assert send(browser(bob), b"x" * 60).status_code == 201


def test_files_that_come_at_once_share_the_days_limit(
    bob: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them pass the check before any of them counts."""
    settings.FILE_BYTES_PER_DAY = 100
    look = uploads._look

    def look_meanwhile(file: Any) -> Any:
        if not File.objects.exists():
            File.objects.create(uploader=bob, room_id=Room.WORLD, name="b", type="", size=60, commitment=b"")
        return look(file)

    monkeypatch.setattr(uploads, "_look", look_meanwhile)
    assert send(browser(bob), b"x" * 60).json()["code"] == "quota"
    assert File.objects.get().name == "b"


def test_an_upload_holds_no_connection_while_it_waits(bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pool of PostgreSQL's has ten: pictures that wait for a decoder, or for a slow disk, would hold them all."""
    held: list[bool] = []

    def note(what: Any) -> Any:
        def noted(*args: Any) -> Any:
            held.append(connection.connection is not None)
            return what(*args)

        return noted

    monkeypatch.setattr(uploads, "read_picture", note(read_picture))
    monkeypatch.setattr("chat.files.storage.DurableStorage._save", note(DurableStorage._save))
    assert send(browser(bob), picture(), "a.png").status_code == 201
    assert held == [False, False, False]


def test_many_at_once_are_slowed_down(bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_rates", Rates(per_s=0.001, burst=1))
    assert [send(browser(bob)).status_code for _ in range(2)] == [201, 429]


def test_with_the_first_file_its_folders_survive_power_loss(
    bob: User, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr("ledger.files.sync_folder", synced.append)
    upload(bob)
    upload(bob)
    assert synced == [data_dir, data_dir / "media"]


def test_a_disk_that_is_full_is_not_kept_full_by_what_it_refused(
    bob: User, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_folder(data_dir / "media" / "files")
    monkeypatch.setattr("os.fsync", _fail)
    response = send(browser(bob), TEXT)
    assert (response.status_code, response.json()["code"]) == (503, "storage")
    assert not any((data_dir / "media" / "files").iterdir())


# Left over


def test_what_nobody_sent_goes_after_a_day(bob: User, data_dir: Path) -> None:
    old, young = upload(bob, picture(), "old.png"), upload(bob)
    File.objects.filter(pk=old.pk).update(created=timezone.now() - KEEP - timedelta(seconds=1))
    assert sweep() == 1
    assert list(File.objects.values_list("pk", flat=True)) == [young.pk]
    assert [path.name for path in (data_dir / "media" / "files").iterdir()] == [young.id.hex]
    assert sweep() == 0


def test_what_cannot_be_removed_is_tried_again(
    bob: User, data_dir: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    file = upload(bob)
    File.objects.update(state="going")
    with monkeypatch.context() as patch:
        patch.setattr("chat.files.storage.DurableStorage.delete", _fail)
        assert sweep() == 0
    assert "tried again" in caplog.text
    assert File.objects.filter(pk=file.pk).exists()
    assert sweep() == 1
    assert not any((data_dir / "media" / "files").iterdir())


def _fail(*args: object) -> None:
    raise OSError("the disk is gone")
