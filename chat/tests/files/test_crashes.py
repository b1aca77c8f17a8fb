"""Processes that are killed at every step of an upload, of a message with files, and of its erasure.

At every moment a row knows of what lies on the disk, and a file is in a message exactly when the message says so.
"""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from chat.erasing import erase_message
from chat.files.models import File
from chat.files.removing import KEEP, sweep
from chat.tests.files.samples import TEXT, draft, picture, upload
from ledger.core.bodies import commit_file
from ledger.models import Message
from ledger.recording.batches import record
from ledger.tests.crashes import Countdown, child, ends_well, kill_self, steps
from ledger.tests.sealed import assert_valid

pytestmark = pytest.mark.usefixtures("world")
LEAST_STEPS = 5
"""Less would mean that nothing was interrupted."""


def killed_at(step: int, work: Callable[[], object]) -> bool:
    """Whether `work` was killed before its step of this number, rather than done."""

    def run() -> None:
        with steps(Countdown(step, kill_self)):
            work()

    return not ends_well(child(run))


def on_disk(data_dir: Path) -> set[str]:
    folder = data_dir / "media" / "files"
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def known() -> set[str]:
    return {f"{id.hex}{end}" for id in File.objects.values_list("pk", flat=True) for end in ("", ".webp")}


def is_whole(file: File, content: bytes, data_dir: Path) -> bool:
    kept = (data_dir / "media" / file.contents).read_bytes()
    return kept == content and commit_file(bytes(file.salt or b""), [kept]) == bytes(file.commitment)


def test_an_upload_that_is_killed_leaves_nothing_that_is_not_found(bob: User, data_dir: Path) -> None:
    content = picture()
    for step in count(1):
        was_killed = killed_at(step, lambda: upload(bob, content, "a.png"))
        assert {name.removesuffix(".part") for name in on_disk(data_dir)} <= known(), step
        for file in File.objects.filter(state="waiting"):
            assert is_whole(file, content, data_dir), step
            assert (data_dir / "media" / file.thumbnail).exists()
        if not was_killed:
            break
        File.objects.update(created=timezone.now() - KEEP - timedelta(seconds=1))
        sweep()
        assert (on_disk(data_dir), File.objects.count()) == (set(), 0), step
    assert step > LEAST_STEPS
    assert File.objects.get().state == "waiting"


def test_a_message_that_is_killed_has_its_file_or_was_never_sent(bob: User, data_dir: Path) -> None:
    for step in count(1):
        file = upload(bob)
        sending = draft(bob, file.pk)
        was_killed = killed_at(step, lambda sending=sending: record(sending))  # type: ignore[misc]
        row = Message.objects.filter(client_id=sending.client_id).first()
        file.refresh_from_db()
        assert (file.state, file.message_id) == (("sent", row.pk) if row else ("waiting", None)), step
        again = record(draft(bob, file.pk, client_id=sending.client_id))
        assert again.duplicate == (row is not None)
        file.refresh_from_db()
        assert (file.state, file.message_id) == ("sent", again.message.pk)
        if not was_killed:
            break
    assert step > LEAST_STEPS
    assert_valid()


def test_an_erasure_that_is_killed_takes_words_and_files_or_neither(bob: User, data_dir: Path) -> None:
    for step in count(1):
        file = upload(bob)
        message = record(draft(bob, file.pk)).message
        was_killed = killed_at(step, lambda m=message: erase_message(bob, m, uuid4(), "a mistake"))  # type: ignore[misc]
        message = Message.objects.get(pk=message.pk)
        state = File.objects.filter(pk=file.pk).values_list("state", flat=True).first()
        if message.body is not None:
            assert state == "sent", step
            assert is_whole(File.objects.get(pk=file.pk), TEXT, data_dir)
            erase_message(bob, message, uuid4(), "a mistake")
        else:
            assert state in ("going", None), step
        sweep()
        assert (on_disk(data_dir), File.objects.count()) == (set(), 0), step
        if not was_killed:
            break
    assert step > LEAST_STEPS
    assert_valid()
