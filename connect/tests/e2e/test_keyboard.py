"""The whole journey by keyboard alone, where there is least room: 320 pixels wide, and 1280 × 1024 at 400 % zoom.

Every stop is looked at in the dark and in the light theme.
"""

import re
import subprocess
import sys

import pytest
from playwright.sync_api import ViewportSize, expect

from connect.tests.e2e.browser import OpenWindow, Window
from connect.tests.e2e.hands import Hands, composer, is_recorded, palette, timeline, to_composer, up_to
from connect.tests.e2e.room import is_live
from connect.tests.e2e.test_main_job import PASSWORD, is_in_world, said
from connect.tests.e2e.test_search import is_indexed
from connect.tests.served import ROOT, Served

VIEWS: dict[str, ViewportSize] = {"narrow": {"width": 320, "height": 640}, "zoomed": {"width": 320, "height": 256}}
BOB = """
import time, uuid
from accounts.addresses import confirm_address
from accounts.models import User
from chat.models import Room
from ledger.drafts import Draft
from ledger.recording import record
bob = User.objects.create(username="bob", email="bob@example.org")
confirm_address(bob)
for text in ("Who brings the lantern?", "And the ropes?"):
    record(Draft("post", Room.WORLD, bob.pk, uuid.uuid4(), time.time_ns() // 1_000_000, body={"text": text}))
"""


@pytest.fixture(scope="module")
def bob(served: Served) -> None:
    """Somebody who said something before."""
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", BOB]
    subprocess.run(command, cwd=ROOT, env=served.environment, check=True)


@pytest.mark.parametrize("name", VIEWS)
def test_everything_by_keyboard_alone(open_window: OpenWindow, bob: None, name: str) -> None:
    window = open_window(viewport=VIEWS[name])
    hands = Hands(window.page)
    sign_up(window, hands, name)
    write_reply_react_edit(window, hands, name)
    walk_the_landmarks(window, hands)
    room = open_a_room_and_add_bob(window, hands, name)
    jump(window, hands, room)
    find(window, hands, name)
    prove(window, hands)
    if name == "narrow":
        attach_and_delete(window, hands)
        invite_hand_over_and_leave(window, hands, room)
        change_the_name(window, hands, name)
    log_out(window, hands)


def sign_up(window: Window, hands: Hands, name: str) -> None:
    page = window.page
    window.goto("/")
    hands.enter(page.get_by_role("link", name="Sign up").last)
    expect(page.get_by_label("Username")).to_be_visible()
    hands.write(page.get_by_label("Username"), name)
    hands.write(page.get_by_label("E-mail"), f"{name}@example.org")
    hands.write(page.get_by_label("Password", exact=True), PASSWORD)
    hands.write(page.get_by_label("Password, once more"), PASSWORD)
    hands.enter(page.get_by_role("button", name="Sign up"))
    is_in_world(window)


def write_reply_react_edit(window: Window, hands: Hands, name: str) -> None:
    page, field = window.page, composer(window.page)
    to_composer(hands)
    hands.type(f"{name} brings the lantern")
    hands.press("Enter")
    mine = said(window, f"{name} brings the lantern")
    is_recorded(mine)
    hands.is_at(field)

    hands.press("Shift+F6")
    hands.is_at(timeline(page))
    hands.press("ArrowUp")
    hands.is_at(mine)
    asked = said(window, "Who brings the lantern?")
    up_to(hands, asked)
    hands.press("r")
    hands.is_at(field)
    hands.type(f"Is {name} enough?")
    hands.press("Enter")
    reply = said(window, f"Is {name} enough?")
    is_recorded(reply)
    expect(reply.locator("[data-quote]")).to_contain_text("Who brings the lantern?")

    # A reaction by letter, and the toolbar by Tab.
    hands.press("Shift+F6")
    up_to(hands, asked)
    hands.press("e")
    hands.is_at(page.get_by_label("Search emoji"))
    hands.type("rocket")
    hands.press("ArrowDown")
    hands.is_at(page.get_by_role("button", name="rocket", exact=True))
    hands.press("Enter")
    expect(asked.locator('[data-emoji="🚀"]')).to_have_attribute("aria-pressed", "true")
    hands.look()
    hands.press("Escape")
    to_composer(hands)
    hands.press("Shift+F6")
    up_to(hands, asked)
    hands.tab(asked.get_by_role("button", name="More"))
    hands.press("Enter")
    hands.is_at(page.get_by_role("menuitem", name="Copy the text"))
    for _ in range(page.get_by_role("menuitem").count()):
        hands.press("ArrowDown")
        hands.look()
    hands.press("Escape")
    hands.is_at(asked.get_by_role("button", name="More"))

    to_composer(hands)
    hands.press("ArrowUp")
    editor = page.get_by_label("Edit your message")
    hands.is_at(editor)
    hands.type(" Or two?")
    hands.press("Enter")
    edited = said(window, f"Is {name} enough? Or two?")
    hands.is_at(edited)
    expect(edited.get_by_role("button", name="Edited: show the versions")).to_be_visible()


def walk_the_landmarks(window: Window, hands: Hands) -> None:
    """F6 goes round; in the timeline the arrows go from message to message; `?` shows what there is."""
    page = window.page
    to_composer(hands)
    hands.press("F6")
    hands.is_at(page.locator("#room-name"))
    hands.press("F6")
    hands.is_at(timeline(page))
    hands.press("F6")
    hands.is_at(composer(page))
    hands.press("Shift+F6", "ArrowUp")
    messages = page.get_by_role("article")
    for index in range(messages.count() - 1, 0, -1):
        hands.is_at(messages.nth(index))
        hands.press("ArrowUp")
    hands.is_at(messages.first)
    hands.press("ArrowDown")
    hands.is_at(messages.nth(1))
    hands.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    hands.is_at(sheet.get_by_role("button", name="Close"))
    hands.press("Escape")
    hands.is_at(messages.nth(1))


def open_a_room_and_add_bob(window: Window, hands: Hands, name: str) -> str:
    page, room = window.page, f"Boathouse committee {name}"
    hands.press("Control+k")
    hands.is_at(palette(page))
    hands.type("all rooms")
    expect(page.get_by_role("option", name="All rooms, and a new one")).to_have_attribute("aria-selected", "true")
    hands.press("Enter")
    page.wait_for_url(re.compile("/rooms/$"))
    hands.enter(page.get_by_role("link", name="New room"))
    page.wait_for_url(re.compile("/rooms/new/$"))
    hands.write(page.get_by_label("Name"), room)
    hands.write(page.get_by_label("Topic"), "Hulls and masts")
    hands.tab(page.get_by_label("Who may read"))
    hands.press("End")
    hands.enter(page.get_by_role("button", name="Open the room"))
    is_live(page)
    hands.enter(page.get_by_role("link", name="Details and people"))
    page.wait_for_url(re.compile("/details/$"))
    hands.enter(page.get_by_role("link", name="Add people"))
    page.wait_for_url(re.compile("/add/$"))
    hands.write(page.get_by_label("Search by name"), "bob")
    hands.press("Enter")
    hands.tab(page.get_by_role("checkbox", name="@bob"))
    hands.press("Space")
    expect(page.get_by_role("checkbox", name="@bob")).to_be_checked()
    hands.enter(page.get_by_role("button", name="Add", exact=True))
    expect(page.get_by_text("@bob")).to_be_visible()
    hands.enter(page.get_by_role("link", name="Open", exact=True))
    is_live(page)
    expect(page.get_by_text("added bob")).to_be_visible()
    return room


def jump(window: Window, hands: Hands, room: str) -> None:
    """To the World and back, by name."""
    page = window.page
    for name in ("World", room):
        hands.press("Control+k")
        hands.is_at(palette(page))
        hands.type(name)
        expect(page.get_by_role("group", name="Rooms").get_by_role("option", name=name)).to_be_visible()
        hands.press("Enter")
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        is_live(page)


def find(window: Window, hands: Hands, name: str) -> None:
    page = window.page
    is_indexed(page, "two")
    hands.press("Control+k")
    hands.is_at(palette(page))
    hands.type(f"{name} enough two")
    everything = page.get_by_role("option", name=f"Search all messages for “{name} enough two”")
    expect(everything).to_be_visible()
    while everything.get_attribute("aria-selected") != "true":
        hands.press("ArrowDown")
    hands.press("Enter")
    page.wait_for_url(re.compile("/search/"))
    hands.enter(page.get_by_role("link", name=f"Is {name} enough? Or two?").first)
    is_live(page)
    expect(page.locator("article:focus")).to_contain_text("Or two?")
    hands.look()


def prove(window: Window, hands: Hands) -> None:
    page = window.page
    found = page.locator("article:focus")
    expect(found.locator("[data-glyph]")).to_have_attribute("aria-label", re.compile("Sealed in block"))
    seq = found.get_attribute("id")
    hands.press("p")
    hands.is_at(page.get_by_role("heading", name="Proof", exact=True))
    hands.enter(page.get_by_role("button", name="Verify in this browser"))
    expect(page.locator("[data-proof-verdict]")).to_have_text("All six checks passed.")
    hands.tab(page.get_by_role("button", name="Download the receipt"))
    hands.press("Escape")
    expect(page.locator("dialog#proof")).to_be_hidden()
    hands.is_at(page.locator(f"#{seq}"))


def attach_and_delete(window: Window, hands: Hands) -> None:
    page = window.page
    to_composer(hands)
    with page.expect_file_chooser() as chooser:
        hands.tab(page.get_by_role("button", name="Attach files"), "Shift+Tab")
        hands.press("Enter")
    chooser.value.set_files({"name": "ropes.txt", "mimeType": "text/plain", "buffer": b"three"})
    expect(page.locator('[data-tray] [data-state="done"]')).to_be_visible()
    hands.tab(page.get_by_role("button", name="Remove ropes.txt"), "Shift+Tab")
    to_composer(hands)
    hands.type("a list")
    hands.press("Enter")
    listed = said(window, "a list")
    is_recorded(listed)
    expect(listed.get_by_role("link", name="ropes.txt")).to_be_visible()
    hands.press("Shift+F6")
    up_to(hands, listed)
    hands.press("m", "End", "ArrowUp")
    hands.is_at(page.get_by_role("menuitem", name="Delete…"))
    hands.press("Enter")
    hands.enter(page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True))
    expect(listed).to_have_count(0)
    expect(page.locator("article:focus")).to_contain_text("This message was deleted by its author.")
    hands.look()


def invite_hand_over_and_leave(window: Window, hands: Hands, room: str) -> None:
    """Its owner cannot leave before somebody else owns the room."""
    page = window.page
    hands.press("Control+k")
    hands.type(room)
    expect(page.get_by_role("group", name="Rooms").get_by_role("option", name=room)).to_be_visible()
    hands.press("Enter")
    expect(page.get_by_role("heading", name=room, exact=True)).to_be_visible()
    is_live(page)
    hands.enter(page.get_by_role("link", name="Details and people"))
    hands.enter(page.get_by_role("link", name="Invite by link"))
    hands.enter(page.get_by_role("button", name="Make the link"))
    hands.tab(page.get_by_role("textbox", name="Link", exact=True))
    hands.enter(page.get_by_role("button", name="End this invitation"))
    expect(page.get_by_role("textbox", name="Link", exact=True)).to_have_count(0)
    hands.enter(page.get_by_role("link", name="Back"))
    hands.enter(page.get_by_label("Manage bob"))
    hands.tab(page.get_by_label("Role"))
    hands.press("End")
    hands.enter(page.get_by_role("button", name="Change role"))
    expect(page.get_by_role("listitem").filter(has_text="@bob").locator(".entry__state")).to_have_text("Owner")
    hands.enter(page.get_by_role("button", name="Leave the room"))
    expect(page.get_by_text(f"You have left {room}.")).to_be_visible()
    hands.enter(page.get_by_role("link", name="World", exact=True).last)
    is_live(page)


def change_the_name(window: Window, hands: Hands, name: str) -> None:
    page = window.page
    hands.tab(page.get_by_role("link", name="Rooms and account"), "Shift+Tab")
    hands.press("Enter")
    hands.enter(page.get_by_role("link", name=name, exact=True))
    hands.write(page.get_by_label("Display name"), f"The {name}")
    hands.enter(page.get_by_role("button", name="Save"))
    expect(page.get_by_role("status")).to_have_text("Saved.")
    hands.tab(page.get_by_role("link", name="Connect", exact=True))
    hands.press("Enter")
    is_live(page)


def log_out(window: Window, hands: Hands) -> None:
    page = window.page
    hands.tab(page.get_by_role("link", name="Rooms and account"), "Shift+Tab")
    hands.press("Enter")
    hands.enter(page.get_by_role("button", name="Log out"))
    expect(page.get_by_role("link", name="Log in").first).to_be_visible()
