"""Downloads: who gets a file, with which headers, and who never hears of it."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from chat.erasing import erase_message
from chat.files.models import File
from chat.files.removing import remove_given_up
from chat.membership.joining import add, remove
from chat.membership.opening import create_room
from chat.models import Room
from chat.refusals import Refusal
from chat.tests.files.samples import HTML, SVG, TEXT, browser, draft, message_of, picture, sent, upload, url
from connect.tests.people import person
from ledger.recording.batches import record
from ledger.tests.builders import post as entry

pytestmark = [
    pytest.mark.usefixtures("world"),
    # the test client reads what a server would stream
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous iterators"),
]


def both(client: Client, file: File) -> tuple[int, int]:
    return client.get(url(file)).status_code, client.get(f"/thumbnails/{file.id.hex}").status_code


def test_a_member_downloads_what_another_sent(bob: User, charlie: User) -> None:
    file = sent(bob)
    answer = browser(charlie).get(url(file))
    assert answer.status_code == 200
    assert b"".join(answer) == TEXT
    assert answer["Content-Length"] == str(len(TEXT))


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [("0-3", 0, 4), ("4-", 4, 20), ("-5", 15, 20), ("-99", 0, 20), ("19-99", 19, 20)]
    + [(asked, 0, 0) for asked in ("7-3", "0-1,4-5", "x-", "-", " 1-2", "1-2;")],
)
def test_a_part_is_what_was_asked_for_and_what_is_no_range_gets_the_whole(
    bob: User, asked: str, start: int, stop: int
) -> None:
    content = bytes(range(20))
    file, client = sent(bob, content, "a.bin"), browser(bob)
    answer = client.get(url(file), headers={"Range": f"bytes={asked}"})
    part = content[start:stop] or content
    assert (answer.status_code, b"".join(answer)) == (206 if stop else 200, part)
    assert (answer["Content-Length"], answer["Accept-Ranges"]) == (str(len(part)), "bytes")
    assert answer.get("Content-Range") == (f"bytes {start}-{stop - 1}/20" if stop else None)
    for tag, status in ((answer["ETag"], 206 if stop else 200), ('"another"', 200)):
        assert client.get(url(file), headers={"Range": f"bytes={asked}", "If-Range": tag}).status_code == status


@pytest.mark.parametrize("asked", ["bytes=20-", "bytes=20-30", "bytes=-0"])
def test_bytes_that_a_file_does_not_have_are_refused(bob: User, charlie: User, asked: str) -> None:
    file = sent(bob, bytes(20), "a.bin")
    answer = browser(bob).get(url(file), headers={"Range": asked})
    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */20")
    Room.objects.update(access=Room.Access.PRIVATE)
    assert browser(charlie).get(url(file), headers={"Range": asked}).status_code == 404


def test_who_downloads_slowly_holds_no_connection(bob: User) -> None:
    """A pool of PostgreSQL's has ten, and pages need them."""
    file = sent(bob, picture(), "a.png")
    client = browser(bob)
    for address in (url(file), f"/thumbnails/{file.id.hex}"):
        answer = client.get(address)
        assert connection.connection is None
        assert b"".join(answer)


@pytest.mark.parametrize(
    ("content", "name", "kind", "disposition"),
    [
        (picture(), "a.png", "image/png", 'inline; filename="a.png"'),
        (picture("GIF"), 'a";x.gif', "image/gif", 'inline; filename="a\\";x.gif"'),
        (picture()[:-30], "cut.png", "application/octet-stream", 'attachment; filename="cut.png"'),
        (SVG, "a.svg", "application/octet-stream", 'attachment; filename="a.svg"'),
        (HTML, "a.png", "application/octet-stream", 'attachment; filename="a.png"'),
        (b"%PDF-1.7", "上海.pdf", "application/octet-stream", "attachment; filename*=utf-8''%E4%B8%8A%E6%B5%B7.pdf"),
    ],
)
def test_only_pictures_that_were_decoded_are_shown(
    bob: User, content: bytes, name: str, kind: str, disposition: str
) -> None:
    answer = browser(bob).get(url(sent(bob, content, name), "called.html"))
    assert (answer["Content-Type"], answer["Content-Disposition"]) == (kind, disposition)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "private, no-cache"


def test_a_browser_asks_again_and_gets_nothing_twice(bob: User) -> None:
    file, client = sent(bob, picture(), "a.png"), browser(bob)
    for address in (url(file), f"/thumbnails/{file.id.hex}"):
        first = client.get(address)
        again = client.get(address, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content, again["Cache-Control"]) == (304, b"", "private, no-cache")
    assert client.get(f"/thumbnails/{file.id.hex}")["Content-Type"] == "image/webp"


def test_a_file_exists_for_who_sees_its_room(bob: User, charlie: User) -> None:
    file = sent(bob, picture(), "a.png")
    assert both(browser(charlie), file) == (200, 200)
    never = browser(charlie).get(f"/files/{uuid4().hex}/x")
    Room.objects.update(access=Room.Access.PRIVATE)
    hidden = browser(charlie).get(url(file), headers={"If-None-Match": f'"{file.id.hex}"'})
    assert (hidden.status_code, hidden.content) == (never.status_code, never.content) == (404, b"")
    assert both(browser(charlie), file) == (404, 404)
    assert both(browser(None), file) == (404, 404)


def all_ways(client: Client, file: File, tag: str) -> list[tuple[int, bytes, list[tuple[str, str]]]]:
    """What every address of a file answers to every kind of request."""
    asked = ("bytes=", "bytes=0-3", "bytes=99999-")
    kinds = [*({"Range": part} for part in asked), *({"If-None-Match": known} for known in (tag, "*"))]
    answers = [
        ask(address, headers=headers)
        for address in (url(file), f"/thumbnails/{file.id.hex}")
        for headers in kinds
        for ask in (client.get, client.head)
    ]
    return [(answer.status_code, b"".join(answer), sorted(answer.items())) for answer in answers]


@pytest.mark.parametrize("access", ["private", "public"])
def test_who_is_out_of_a_room_hears_of_its_files_what_they_hear_of_none(
    alice: User, bob: User, charlie: User, access: str
) -> None:
    """Who sent it, who was a member, the place's owner, a stranger, nobody: in the browsers that they had."""
    room = create_room(bob, "Plans", "", access)
    add(bob, room, [charlie, dora := person("dora")])
    file = upload(dora, picture(), "a.png", room)
    record(draft(dora, file.pk, room=room.pk))
    tag = browser(dora).get(url(file))["ETag"]
    outside = [alice, charlie, dora, person("eve")]
    browsers = [*map(browser, outside), browser(None)]
    for each in outside if access == "public" else [charlie, dora]:
        remove(bob, room, each, "no more", ban=access == "public")
    never = File(pk=uuid4())
    assert {status for status, _, _ in all_ways(browser(bob), file, tag)} == {200, 206, 304, 416}
    for client in browsers:
        assert all_ways(client, file, tag) == all_ways(client, never, tag)
        assert {status for status, _, _ in all_ways(client, file, tag)} == {404}


def test_what_is_not_sent_yet_is_its_uploaders_alone(bob: User, charlie: User) -> None:
    file = upload(bob, picture(), "a.png")
    assert both(browser(bob), file) == (200, 200)
    assert both(browser(charlie), file) == (404, 404)
    File.objects.update(state="receiving")
    assert both(browser(bob), file) == (404, 404)


def test_addresses_are_written_in_one_way(bob: User) -> None:
    file = sent(bob)
    for address in (
        f"/files/{file.id}/x",
        f"/files/{file.id.hex.upper()}/x",
        f"/files/{file.id.hex}/",
        "/files/../x/x",
    ):
        assert browser(bob).get(address).status_code == 404
    assert browser(bob).post(url(file)).status_code == 405


def test_a_file_of_a_deleted_message_is_gone_from_sight(bob: User) -> None:
    file = sent(bob)
    entry(room=Room.WORLD, author=bob.pk, kind="delete", body=None, ref=bytes(message_of(file).hash))
    assert both(browser(bob), file) == (404, 404)


def test_contents_that_are_lost_are_a_404(bob: User, data_dir: Path) -> None:
    file = sent(bob)
    (data_dir / "media" / file.contents).unlink()
    assert browser(bob).get(url(file)).status_code == 404


def test_its_own_page_and_the_one_that_erases_it_show_a_messages_files(bob: User) -> None:
    file = sent(bob, picture(), "a.png")
    hash_ = bytes(message_of(file).hash).hex()
    for page in (f"/rooms/world/m/{hash_}/", f"/rooms/world/erase/{hash_}/"):
        assert f'src="/thumbnails/{file.id.hex}" alt="a.png"' in browser(bob).get(page).content.decode()


# Erased


def test_an_erased_message_takes_its_files_along(bob: User, data_dir: Path) -> None:
    file, other = sent(bob, picture(), "a.png"), sent(bob)
    erase_message(bob, message_of(file), uuid4(), "a mistake")
    assert both(browser(bob), file) == (404, 404)
    assert [path.name for path in (data_dir / "media" / "files").iterdir()] == [other.id.hex]
    assert list(File.objects.values_list("pk", flat=True)) == [other.pk]
    assert browser(bob).get(url(other)).status_code == 200


def test_who_erases_does_not_wait_for_what_others_left(bob: User) -> None:
    file, left = sent(bob), upload(bob)
    File.objects.filter(pk=left.pk).update(state="going")
    erase_message(bob, message_of(file), uuid4(), "a mistake")
    assert list(File.objects.values_list("pk", flat=True)) == [left.pk]


def test_a_legal_hold_keeps_them(bob: User) -> None:
    file = sent(bob)
    Room.objects.update(legal_hold=True)
    with pytest.raises(Refusal, match="legal_hold"):
        erase_message(bob, message_of(file), uuid4(), "a mistake")
    file.refresh_from_db()
    assert (file.state, file.salt is not None) == ("sent", True)
    assert browser(bob).get(url(file)).status_code == 200


def test_a_refused_erasure_gives_up_nothing(bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    file, used = sent(bob), uuid4()
    record(draft(bob, text="before", client_id=used))
    with pytest.raises(Refusal, match="client_id_reused"):
        erase_message(bob, message_of(file), used, "a mistake")
    file.refresh_from_db()
    assert file.state == "sent"


def test_what_a_crash_kept_is_out_of_sight_and_goes_later(
    bob: User, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = sent(bob)
    monkeypatch.setattr("chat.files.removing.remove_given_up", lambda message: 0)
    erase_message(bob, message_of(file), uuid4(), "a mistake")
    monkeypatch.undo()
    file.refresh_from_db()
    assert (file.state, file.salt, file.name) == ("going", None, "")
    assert browser(bob).get(url(file)).status_code == 404
    assert remove_given_up() == 1
    assert not any((data_dir / "media" / "files").iterdir())
