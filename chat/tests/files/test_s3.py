"""Files in S3-compatible storage, by one setting; the storage is a stand-in (s3_server.py)."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from accounts.models import User
from chat.erasing import erase_message
from chat.files.models import File
from chat.files.removing import remove_given_up
from chat.tests.files.s3_server import SECRET, Storage, run_storage
from chat.tests.files.samples import TEXT, browser, message_of, picture, sent, upload, url
from connect import env

pytestmark = [
    pytest.mark.usefixtures("world"),
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous iterators"),
]


@pytest.fixture
def s3(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    with run_storage() as storage:
        monkeypatch.setenv("FILES_URL", storage.setting)
        made = env.files("FILES_URL")
        assert made
        assert made["OPTIONS"]["secret_key"] == SECRET
        # nobody waits in a test for what will not come
        made["OPTIONS"]["client_config"] = made["OPTIONS"]["client_config"].merge(_impatient())
        settings.STORAGES = {**settings.STORAGES, "files": made}
        yield storage


def _impatient() -> object:
    from botocore.config import Config

    return Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=5)


def test_files_live_in_the_bucket_and_nowhere_else(s3: Storage, bob: User, data_dir: Path) -> None:
    large = bytes(range(256)) * 4000
    file, photo = sent(bob, large, "large.bin"), sent(bob, picture(), "a.png")
    assert s3.objects.keys() == {file.contents, photo.contents, photo.thumbnail}
    assert s3.objects[file.contents] == large
    assert not (data_dir / "media").exists()
    assert b"".join(browser(bob).get(url(file))) == large
    part = browser(bob).get(url(file), headers={"Range": "bytes=1000000-1000009"})
    assert b"".join(part) == large[1_000_000:1_000_010]
    shown = browser(bob).get(f"/thumbnails/{photo.id.hex}")
    assert b"".join(shown) == s3.objects[photo.thumbnail]
    erase_message(bob, message_of(photo), uuid4(), "a mistake")
    assert s3.objects.keys() == {file.contents}
    assert browser(bob).get(url(photo)).status_code == 404


def test_what_the_bucket_has_lost_is_a_404(s3: Storage, bob: User) -> None:
    file = sent(bob)
    s3.objects.clear()
    assert browser(bob).get(url(file)).status_code == 404


def test_a_bucket_that_takes_nothing_is_told_in_words(s3: Storage, bob: User, caplog: pytest.LogCaptureFixture) -> None:
    s3.is_broken = True
    answer = browser(bob).post("/rooms/world/files/", {"file": SimpleUploadedFile("a", TEXT)})
    assert (answer.status_code, answer.json()["code"]) == (503, "storage")
    assert "could not be stored" in caplog.text
    assert File.objects.get().state == "receiving", "until the sweep"


def test_what_cannot_be_removed_now_goes_later(s3: Storage, bob: User, caplog: pytest.LogCaptureFixture) -> None:
    file = sent(bob)
    s3.is_broken = True
    erase_message(bob, message_of(file), uuid4(), "a mistake")
    assert browser(bob).get(url(file)).status_code == 404
    assert "tried again" in caplog.text
    s3.is_broken = False
    assert remove_given_up() == 1
    assert not s3.objects
    assert upload(bob)
