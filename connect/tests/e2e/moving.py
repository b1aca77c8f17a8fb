"""The ways into rooms, through them and out again without a pointer: steps of the journey by keyboard
(test_keyboard.py).
"""

import re

from playwright.sync_api import expect

from connect.tests.e2e.browser import Window
from connect.tests.e2e.indexed import is_indexed
from connect.tests.e2e.keyboard import Keyboard, palette
from connect.tests.e2e.room import is_live
from connect.tests.e2e.world import is_in_world
from connect.tests.people import PASSWORD


def sign_up(window: Window, keyboard: Keyboard, name: str) -> None:
    page = window.page
    window.goto("/")
    keyboard.enter(page.get_by_role("link", name="Sign up").last)
    expect(page.get_by_label("Username")).to_be_visible()
    keyboard.write(page.get_by_label("Username"), name)
    keyboard.write(page.get_by_label("E-mail"), f"{name}@example.org")
    keyboard.write(page.get_by_label("Password", exact=True), PASSWORD)
    keyboard.write(page.get_by_label("Password, once more"), PASSWORD)
    keyboard.enter(page.get_by_role("button", name="Sign up"))
    is_in_world(window)


def open_a_room_and_add_bob(window: Window, keyboard: Keyboard, name: str) -> str:
    page, room = window.page, f"Boathouse committee {name}"
    keyboard.press("Control+k")
    keyboard.is_at(palette(page))
    keyboard.type("all rooms")
    expect(page.get_by_role("option", name="All rooms, and a new one")).to_have_attribute("aria-selected", "true")
    keyboard.press("Enter")
    page.wait_for_url(re.compile("/rooms/$"))
    keyboard.enter(page.get_by_role("link", name="New room"))
    page.wait_for_url(re.compile("/rooms/new/$"))
    keyboard.write(page.get_by_label("Name"), room)
    keyboard.write(page.get_by_label("Topic"), "Hulls and masts")
    keyboard.tab(page.get_by_label("Who may read"))
    keyboard.press("End")
    keyboard.enter(page.get_by_role("button", name="Open the room"))
    is_live(page)
    keyboard.enter(page.get_by_role("link", name="Details and people"))
    page.wait_for_url(re.compile("/details/$"))
    keyboard.enter(page.get_by_role("link", name="Add people"))
    page.wait_for_url(re.compile("/add/$"))
    keyboard.write(page.get_by_label("Search by name"), "bob")
    keyboard.press("Enter")
    keyboard.tab(page.get_by_role("checkbox", name="@bob"))
    keyboard.press("Space")
    expect(page.get_by_role("checkbox", name="@bob")).to_be_checked()
    keyboard.enter(page.get_by_role("button", name="Add", exact=True))
    expect(page.get_by_text("@bob")).to_be_visible()
    keyboard.enter(page.get_by_role("link", name="Open", exact=True))
    is_live(page)
    expect(page.locator("summary").get_by_text("added bob")).to_be_visible()
    return room


def jump(window: Window, keyboard: Keyboard, room: str) -> None:
    """To the World and back, by name."""
    page = window.page
    for name in ("World", room):
        keyboard.press("Control+k")
        keyboard.is_at(palette(page))
        keyboard.type(name)
        expect(page.get_by_role("group", name="Rooms").get_by_role("option", name=name)).to_be_visible()
        keyboard.press("Enter")
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        is_live(page)


def find(window: Window, keyboard: Keyboard, name: str) -> None:
    page = window.page
    is_indexed(page, "two")
    keyboard.press("Control+k")
    keyboard.is_at(palette(page))
    keyboard.type(f"{name} enough two")
    everything = page.get_by_role("option", name=f"Search all messages for “{name} enough two”")
    expect(everything).to_be_visible()
    while everything.get_attribute("aria-selected") != "true":
        keyboard.press("ArrowDown")
    keyboard.press("Enter")
    page.wait_for_url(re.compile("/search/"))
    keyboard.enter(page.get_by_role("link", name=f"Is {name} enough? Or two?").first)
    is_live(page)
    expect(page.locator("article:focus")).to_contain_text("Or two?")
    keyboard.look()


def invite_hand_over_and_leave(window: Window, keyboard: Keyboard, room: str) -> None:
    """Its owner cannot leave before somebody else owns the room."""
    page = window.page
    keyboard.press("Control+k")
    keyboard.type(room)
    expect(page.get_by_role("group", name="Rooms").get_by_role("option", name=room)).to_be_visible()
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name=room, exact=True)).to_be_visible()
    is_live(page)
    keyboard.enter(page.get_by_role("link", name="Details and people"))
    keyboard.enter(page.get_by_role("link", name="Invite by link"))
    keyboard.enter(page.get_by_role("button", name="Make the link"))
    keyboard.tab(page.get_by_role("textbox", name="Link", exact=True))
    keyboard.enter(page.get_by_role("button", name="End this invitation"))
    expect(page.get_by_role("textbox", name="Link", exact=True)).to_have_count(0)
    keyboard.enter(page.get_by_role("link", name="Back"))
    keyboard.enter(page.get_by_label("Manage bob"))
    keyboard.tab(page.get_by_label("Role"))
    keyboard.press("End")
    keyboard.enter(page.get_by_role("button", name="Change role"))
    expect(page.get_by_role("listitem").filter(has_text="@bob").locator(".entry__state")).to_have_text("Owner")
    keyboard.enter(page.locator("summary", has_text="Leave the room"))  # it is private: one is asked once more
    keyboard.enter(page.get_by_role("button", name="Leave it"))
    expect(page.get_by_text(f"You have left {room}.")).to_be_visible()
    keyboard.enter(page.get_by_role("link", name="World", exact=True).last)
    is_live(page)


def change_the_name(window: Window, keyboard: Keyboard, name: str) -> None:
    page = window.page
    keyboard.tab(page.get_by_role("link", name="Rooms and account"), "Shift+Tab")
    keyboard.press("Enter")
    keyboard.enter(page.get_by_role("link", name=name, exact=True))
    keyboard.write(page.get_by_label("Display name"), f"The {name}")
    keyboard.enter(page.get_by_role("button", name="Save"))
    expect(page.get_by_role("status")).to_have_text("Saved.")
    keyboard.tab(page.get_by_role("link", name="Connect", exact=True))
    keyboard.press("Enter")
    is_live(page)


def log_out(window: Window, keyboard: Keyboard) -> None:
    page = window.page
    keyboard.tab(page.get_by_role("link", name="Rooms and account"), "Shift+Tab")
    keyboard.press("Enter")
    keyboard.enter(page.get_by_role("button", name="Log out"))
    expect(page.get_by_role("link", name="Log in").first).to_be_visible()
