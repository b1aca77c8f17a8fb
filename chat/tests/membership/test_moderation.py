"""Closing accounts, and the log of what was moderated: both are entries of the ledger."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from accounts import leaving
from accounts.models import User
from chat.erasing import erase_message
from chat.events import build_events
from chat.markup.text import text_of
from chat.membership.closing import close_account, open_account
from chat.membership.joining import add, join, leave, let_back, remove, set_role
from chat.membership.modlog import read_log
from chat.membership.opening import create_room, update_room
from chat.membership.roles import Role
from chat.models import Membership, Room
from chat.refusals import Refusal
from chat.rooms import ensure_world
from chat.sessions import open_session
from chat.tests.client import browse, enter, open_socket
from chat.tests.entries import act, post
from connect.tests.people import person
from connect.tests.server import make_site, serve
from ledger.blocks.genesis import ensure_genesis
from ledger.models import Message
from ledger.sealing import seal
from ledger.tests.sealed import assert_valid


@pytest.fixture
def world(transactional_db: None) -> Room:
    ensure_genesis()
    return ensure_world()


def test_a_closed_account_is_an_entry_with_its_reason(world: Room, alice: User, bob: User) -> None:
    browser = Client()
    browser.force_login(bob)
    key = browser.session.session_key
    close_account(alice, bob, "spam")
    close_account(alice, bob, "spam")
    bob.refresh_from_db()
    assert not bob.is_active
    lines, more = read_log(world, None)
    assert [(line.words, line.reason) for line in lines] == [("alice removed bob.", "Account closed: spam")]
    assert more is None
    open_account(alice, bob)
    assert User.objects.get(pk=bob.pk).is_active
    assert open_session(key) is None  # whoever had it begun
    assert post("back again", bob)
    seal()
    assert_valid()


def test_staff_close_accounts_below_them_and_nobody_else_does(world: Room, alice: User, bob: User) -> None:
    staff, other = person("steve", is_staff=True), person("stella", is_staff=True)
    for by, member in ((bob, staff), (staff, other), (staff, alice), (alice, alice), (bob, bob)):
        with pytest.raises(Refusal):
            close_account(by, member, "")
    assert User.objects.filter(is_active=True).count() == 4
    close_account(staff, bob, "")
    close_account(alice, staff, "")
    with pytest.raises(Refusal):
        open_account(staff, bob)


def test_the_page_of_accounts_is_there_for_staff_alone(world: Room, alice: User, bob: User) -> None:
    owner, member = Client(), Client()
    owner.force_login(alice)
    member.force_login(bob)
    assert member.get("/people/").status_code == 404
    assert member.post("/people/", {"act": "close", "person": str(alice.pk)}).status_code == 404
    assert "bob@example.org" in owner.get("/people/", {"q": "bob"}).content.decode()
    assert owner.post("/people/", {"act": "close", "person": str(alice.pk)}).status_code == 403
    assert owner.post("/people/", {"act": "close", "person": "nobody"}).status_code == 404
    assert owner.post("/people/", {"act": "close", "person": str(bob.pk), "reason": " too  loud "}).status_code == 303
    assert not User.objects.get(pk=bob.pk).is_active


async def test_a_closed_account_is_cut_off_in_every_process(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    site.run("from accounts.models import User; User.objects.filter(username='alice').update(is_staff=True)")
    bob = site.run("from accounts.models import User; print(User.objects.get(username='bob').pk)").split()[-1]
    with serve(site) as one, serve(site) as two:
        async with enter(one, "bob") as here, enter(two, "bob") as there, browse(one, "alice") as alice:
            answer = await alice.post("/people/", data={"act": "close", "person": bob, "reason": "spam"})
            assert answer.status_code == 303
            assert (await here.code(), await there.code()) == (4403, 4403)
        async with open_socket(two, "bob") as again:
            assert await again.code() in (4401, 4403)


def test_the_log_of_a_room_tells_who_did_what_to_whom_and_why(world: Room, bob: User, charlie: User) -> None:
    room = create_room(bob, "Tea", "", "public")
    dora = person("dora")
    join(charlie, room)
    add(bob, room, [dora])
    set_role(bob, room, charlie, "moderator")
    said = post("my number is 0", dora, room.pk)
    erase_message(charlie, said, said.client_id, "a number")
    remove(charlie, room, dora, "again", ban=True)
    update_room(bob, room, topic="Be nice")
    lines, _ = read_log(room, None)
    assert [(line.words, line.reason, line.target) for line in lines] == [
        ("bob set the topic: “Be nice”.", "", None),
        ("charlie removed dora.", "Banned: again", None),
        ("charlie erased a message of dora.", "a number", said.room_seq),
        ("bob made charlie a moderator of this room.", "", None),
        ("bob added dora.", "", None),
    ]
    assert all(Message.objects.get(hash=bytes.fromhex(line.hash)).room_seq == line.seq for line in lines)
    seal()
    assert_valid()


def test_who_is_banned_after_leaving_stands_in_the_log_and_may_be_let_back_in(
    world: Room, bob: User, charlie: User
) -> None:
    room = create_room(bob, "Tea", "", "public")
    join(charlie, room)
    leave(charlie, room)
    for _ in range(2):
        remove(bob, room, charlie, "spam", ban=True)
    with pytest.raises(Refusal):
        join(charlie, room)
    with pytest.raises(Refusal):
        let_back(person("dora"), room, charlie)
    for _ in range(2):
        let_back(bob, room, charlie)
    join(charlie, room)
    assert [(line.words, line.reason) for line in read_log(room, None)[0]] == [
        ("bob lets charlie come back.", ""),
        ("bob banned charlie from this room.", "spam"),
    ]
    reason = Message.objects.get(room=room.pk, kind="post", author=bob.pk)
    erase_message(bob, reason, uuid4(), "personal data")
    assert [line.reason for line in read_log(room, None)[0]][-1] == ""
    seal()
    assert_valid()


def test_the_log_keeps_no_reason_that_was_deleted(world: Room, alice: User, bob: User, charlie: User) -> None:
    room = create_room(bob, "Tea", "", Room.Access.PUBLIC)
    join(charlie, room)
    remove(bob, room, charlie, "spam", ban=True)
    act("delete", Message.objects.get(room=room.pk, kind="post", author=bob.pk), bob)
    assert [line.reason for line in read_log(room, None)[0]] == [""]


def test_neither_the_log_nor_a_change_reads_what_was_said_in_the_room(world: Room, bob: User) -> None:
    """SQLite takes the index of what is rare only where a query says its condition in the same words."""
    room = create_room(bob, "Tea", "", Room.Access.PUBLIC)
    update_room(bob, room, name="Coffee")
    changes = list(Message.objects.filter(kind="room.update"))
    plans: list[str] = []

    def explain(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        if '"ledger_message"."room_seq" ASC' in sql or '"ledger_message"."room_seq" DESC' in sql:
            execute(f"EXPLAIN QUERY PLAN {sql}", values, many, context)
            plans.extend(detail for *_, detail in context["cursor"].fetchall())
        return execute(sql, values, many, context)

    with connection.execute_wrapper(explain):
        lines, _ = read_log(room, 900)
        (event,) = build_events(changes)
    assert [plan.partition("(")[0] for plan in plans] == ["SEARCH ledger_message USING INDEX message_rare "] * 5
    assert "Coffee" in lines[0].words
    assert event["before"]["name"] == "Tea"


def test_the_log_is_for_who_sees_the_room(world: Room, bob: User, charlie: User) -> None:
    room = create_room(bob, "Plans", "", "private")
    browser = Client()
    browser.force_login(charlie)
    assert browser.get(f"/rooms/{room.slug}/log/").status_code == 404
    browser.force_login(bob)
    assert browser.get(f"/rooms/{room.slug}/log/").status_code == 200
    assert browser.get(f"/rooms/{room.slug}/log/?before=x").status_code == 404
    assert "Nothing was moderated" in browser.get("/rooms/world/log/").content.decode()


def test_who_closes_their_own_account_leaves_the_world(world: Room, alice: User, bob: User) -> None:
    assert leaving.close_own_account(bob)
    entry = Message.objects.in_room(world.pk).latest("room_seq")
    assert (entry.kind, entry.author) == ("member.leave", bob.pk)
    assert not leaving.close_own_account(alice)  # the last owner
    assert Message.objects.in_room(world.pk).latest("room_seq") == entry
    seal()
    assert_valid()


@pytest.mark.parametrize("by", ["themselves", "staff"])
def test_a_room_keeps_an_owner_when_the_account_of_its_only_one_is_closed(
    world: Room, alice: User, bob: User, charlie: User, by: str
) -> None:
    dora, away = person("dora"), person("adam")
    rooms = [create_room(bob, name, "", Room.Access.PRIVATE) for name in ("Tea", "Archive", "Shared", "Alone")]
    tea, archive, shared, alone = rooms
    for room in (tea, archive, shared):
        add(bob, room, [charlie, dora, away])
    set_role(bob, tea, dora, Role.MODERATOR)
    set_role(bob, tea, away, Role.ADMIN)
    set_role(bob, shared, dora, Role.OWNER)
    update_room(bob, archive, archived=True)
    close_account(alice, away, "")
    if by == "staff":
        close_account(alice, bob, "")
    else:
        assert leaving.close_own_account(bob)
    owned = Membership.objects.filter(role=Role.OWNER, user__is_active=True).values_list("room", "user")
    assert set(owned) == {(tea.pk, dora.pk), (archive.pk, charlie.pk), (shared.pk, dora.pk)}
    said = {room: text_of(Message.objects.in_room(room.pk).latest("room_seq").body) for room in rooms}
    assert said[tea] == "The account of bob is closed: dora is an owner of this room now."
    assert "is closed" in said[archive]
    assert "is closed" not in said[shared] + said[alone]
    update_room(charlie, archive, archived=False)
    seal()
    assert_valid()
