"""A room that somebody does not see: whatever they ask for, it never was."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from chat.membership.joining import add
from chat.membership.opening import open_direct
from chat.models import Room
from chat.pages import details_views
from chat.tests.entries import post
from chat.tests.files.samples import draft, picture, upload
from chat.tests.pages.browsing import act, page
from connect.tests.people import as_, person
from ledger.blocks.genesis import ensure_genesis
from ledger.recording.batches import record
from ledger.sealing import seal

pytestmark = pytest.mark.django_db(transaction=True)


def probes(room: Room, message: str, file: UUID) -> list[tuple[str, str, dict[str, Any]]]:
    """Everything that names a room or an entry or a file in it: method, path, form."""
    details, here = f"/rooms/{room.slug}/details/", {"person": str(room.pk), "role": "admin", "name": "Mine"}
    return [
        ("get", f"/rooms/{room.slug}/", {}),
        ("post", f"/rooms/{room.slug}/", {"text": "hello"}),
        *(("get", f"/rooms/{room.slug}/?{place}", {}) for place in ("before=2", "at=1", "on=2026-11-25")),
        ("get", details, {}),
        *(("post", details, {"act": name, **here}) for name in (*details_views.ACTS, "nonsense")),
        ("get", f"/rooms/{room.slug}/add/", {}),
        ("post", f"/rooms/{room.slug}/add/", here),
        ("post", f"/rooms/{room.slug}/files/", {}),
        ("get", f"/files/{file.hex}/minutes.txt", {}),
        ("get", f"/thumbnails/{file.hex}", {}),
        ("get", f"/rooms/{room.slug}/erase/{message}/", {}),
        ("post", f"/rooms/{room.slug}/erase/{message}/", {"reason": "because"}),
        ("get", f"/rooms/{room.slug}/log/", {}),
        ("get", f"/rooms/{room.slug}/invites/", {}),
        ("post", f"/rooms/{room.slug}/invites/", {"act": "make", "days": "7"}),
        ("get", f"/rooms/{room.slug}/m/{message}/", {}),
        *(("post", f"/rooms/{room.slug}/m/{message}/", {"act": act, "text": "x"}) for act in ("edit", "delete", "pin")),
        ("get", f"/rooms/{room.slug}/pins/", {}),
        ("get", f"/rooms/{room.slug}/people", {"q": "b"}),
        ("post", f"/rooms/{room.slug}/unread", {"seq": "1"}),
        ("get", f"/log/receipt/{message}", {}),
    ]


def test_probes_of_a_hidden_room_are_answered_as_if_there_were_none(plans: Room, bob: User, alice: User) -> None:
    """Same status, same body, same queries, for an outsider, somebody removed, and the site's owner."""
    ensure_genesis()
    direct = open_direct(bob, [person("dora")])
    hidden = []
    for room in (plans, direct):
        file = upload(bob, picture(), "the secret.png", room)
        hidden.append(
            (room, bytes(record(draft(bob, file.pk, room=room.pk, text="the secret")).message.hash).hex(), file.pk)
        )
    seal()
    for method, path, form in probes(*hidden[0]):
        if method == "get":
            assert getattr(as_(bob), method)(path, form).status_code in (200, 302), f"it is there for its owner: {path}"
    nothing = Room(slug="nothing-00000000")
    gone = person("gone")
    add(bob, plans, [gone])
    act(as_(bob), plans, "remove", person=gone.pk)
    for user in (person("outsider"), gone, alice):
        browser = as_(user)
        for room, message, kept in hidden:
            for asked, reference in zip(
                probes(room, message, kept), probes(nothing, "ab" * 32, UUID(int=1)), strict=True
            ):
                assert answer(browser, *asked) == answer(browser, *reference), (user, asked)
        assert "the secret" not in page(browser, "/")
        assert "Plans" not in page(browser, "/rooms/")
        assert "the secret" not in page(browser, "/search/?q=secret")


@pytest.mark.parametrize("slug", ["plans", "nothing"])
def test_an_export_as_an_outsider_says_the_same_of_a_hidden_room(slug: str, plans: Room, tmp_path: Path) -> None:
    person("outsider")
    name = plans.slug if slug == "plans" else "nothing-00000000"
    with pytest.raises(CommandError) as refused:
        call_command("export_room", name, str(tmp_path / "out"), "--as", "outsider")
    assert str(refused.value).replace(name, "…") == "There is no room … that outsider may read."


def answer(browser: Client, method: str, path: str, form: dict[str, Any]) -> tuple[int, str, int]:
    with CaptureQueriesContext(connection) as queries:
        told = getattr(browser, method)(path, form)
    body = told.content.decode()
    for part in path.split("/"):  # an address may be told back
        body = body.replace(part, "") if len(part) > 12 else body
    return told.status_code, body, len(queries)


def test_the_chain_tells_an_outsider_neither_room_nor_author(plans: Room, bob: User) -> None:
    ensure_genesis()
    post("the secret", bob, plans.pk)
    seal()
    told = as_(person("outsider")).get("/get_chain").content.decode()
    assert plans.pk.hex not in told
    assert "the secret" not in told
    assert bob.pk.hex not in told
    assert plans.pk.hex in as_(bob).get("/get_chain").content.decode()
