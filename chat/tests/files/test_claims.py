"""Messages take their files: once, their author's, of their room; and say so under their commitment."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from chat import views
from chat.events import build_events
from chat.files.claims import NoSuchFile
from chat.files.models import File
from chat.files.removing import sweep
from chat.files.uploads import receive
from chat.models import Room
from chat.tests.files.samples import TEXT, browser, draft, picture, upload
from ledger.core.bodies import commit_file
from ledger.errors import ClientIdReused
from ledger.models import Message
from ledger.recording.batches import record, record_batch
from ledger.tests.sealed import assert_valid

pytestmark = pytest.mark.usefixtures("world")


def test_a_message_names_its_files_under_their_commitments(bob: User) -> None:
    files = [upload(bob, picture(), "holiday.png"), upload(bob)]
    row = record(draft(bob, *(file.pk for file in files))).message
    body = json.loads(row.body or "")
    assert [list(named) for named in body["files"]] == [["commitment", "name", "size", "type"]] * 2
    assert [named["name"] for named in body["files"]] == ["holiday.png", "minutes.txt"]
    for file, named, content in zip(files, body["files"], (picture(), TEXT), strict=True):
        file.refresh_from_db()
        assert (file.state, file.message_id) == ("sent", row.pk)
        assert named["commitment"] == commit_file(bytes(file.salt or b""), [content]).hex()
    (event,) = build_events([Message.objects.get(pk=row.pk)])
    assert [each["id"] for each in event["attachments"]] == [file.id.hex for file in files]
    assert [each["width"] for each in event["attachments"]] == [300, None]
    assert_valid()


def test_an_event_without_files_says_nothing_of_any(bob: User) -> None:
    row = record(draft(bob, text='"files":[')).message
    assert "attachments" not in build_events([row])[0]
    assert "files" not in json.loads(row.body or "")


def test_the_same_message_may_come_again(bob: User) -> None:
    file = upload(bob)
    client_id = uuid4()
    first, again = (record(draft(bob, file.pk, client_id=client_id)) for _ in range(2))
    assert (first.duplicate, again.duplicate, again.message.pk) == (False, True, first.message.pk)
    with pytest.raises(ClientIdReused):
        record(draft(bob, client_id=client_id))


def test_a_file_goes_with_one_message(bob: User) -> None:
    file = upload(bob)
    first, second, plain = record_batch([draft(bob, file.pk), draft(bob, file.pk), draft(bob, text="plain")])
    assert isinstance(second, NoSuchFile)
    assert not isinstance(plain, Exception), "one refused claim takes nobody else along"
    with pytest.raises(NoSuchFile):
        record(draft(bob, file.pk))
    assert not isinstance(first, Exception)
    assert File.objects.get().message_id == first.message.pk
    assert Message.objects.filter(author=bob.pk).count() == 2


def test_two_messages_that_were_drafted_before_either_was_recorded(bob: User) -> None:
    file = upload(bob)
    drafts = [draft(bob, file.pk, text=text) for text in ("one", "two")]
    record(drafts[0])
    with pytest.raises(NoSuchFile):
        record(drafts[1])


def test_a_claim_takes_all_its_files_or_none(bob: User) -> None:
    here, gone = upload(bob), uuid4()
    with pytest.raises(NoSuchFile):
        record(draft(bob, here.pk, gone))
    assert File.objects.get().state == "waiting"
    assert record(draft(bob, here.pk))


def test_files_of_others_and_of_other_rooms_are_as_if_they_never_were(bob: User, charlie: User) -> None:
    cellar = Room.objects.create(slug="cellar", name="Cellar")
    foreign, elsewhere = upload(charlie), upload(bob, room=cellar)
    answers = set()
    for id in (foreign.pk, elsewhere.pk, uuid4()):
        with pytest.raises(NoSuchFile) as refused:
            record(draft(bob, id))
        answers.add((refused.value.code, str(refused.value)))
    assert len(answers) == 1
    assert record(draft(charlie, foreign.pk))
    assert record(draft(bob, elsewhere.pk, room=cellar.pk))


def test_a_swept_file_is_gone_for_its_message(bob: User) -> None:
    file = upload(bob)
    waiting = draft(bob, file.pk)
    File.objects.update(state="going")
    sweep()
    with pytest.raises(NoSuchFile):
        record(waiting)


def test_without_script_a_form_brings_its_files(bob: User, data_dir: Path) -> None:
    page = browser(bob)
    answer = post_form(page, picture(), client_id=(client_id := uuid4().hex))
    assert answer.status_code == 303
    row = Message.objects.get(author=bob.pk)
    assert json.loads(row.body or "")["text"] == "holiday.png, holiday.png", "it is called as its files are"
    shown = page.get("/rooms/world/").content.decode()
    for file in File.objects.all():
        assert f'src="/thumbnails/{file.id.hex}" alt="holiday.png" width="300" height="200"' in shown
    assert 'data-body dir="auto" hidden' in shown, "the names are not told twice"
    again = post_form(page, picture(), client_id=client_id)
    assert (again.status_code, again["Location"]) == (303, answer["Location"])
    assert (File.objects.count(), Message.objects.filter(author=bob.pk).count()) == (2, 1)


def test_a_form_with_a_file_that_comes_twice_at_once_makes_one_message(
    bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, client_id = browser(bob), uuid4().hex
    answers = []

    def receive_later(*upload: Any) -> File:
        monkeypatch.undo()
        answers.append(post_form(page, TEXT, count=1, client_id=client_id))
        return receive(*upload)

    monkeypatch.setattr(views, "receive", receive_later)
    answers.append(post_form(page, TEXT, count=1, client_id=client_id))
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(303, answers[0]["Location"])] * 2
    assert Message.objects.filter(author=bob.pk).count() == 1


def test_a_form_with_too_much_is_told_so(bob: User, settings: Any) -> None:
    settings.FILE_BYTES = 10
    answer = post_form(browser(bob), b"x" * 11, text="my words")
    assert answer.status_code == 400
    assert "larger than" in answer.content.decode()
    assert ">my words</textarea>" in answer.content.decode()
    settings.FILE_BYTES = 1000
    assert post_form(browser(bob), b"x", count=11).status_code == 400
    assert not Message.objects.filter(author=bob.pk).exists()


def post_form(page: Client, content: bytes, count: int = 2, **fields: str) -> Any:
    files = [SimpleUploadedFile("holiday.png", content) for _ in range(count)]
    return page.post("/rooms/world/", {"text": "", "files": files, **fields})
