"""What somebody does to messages without a pointer: steps of the journey by keyboard (test_keyboard.py)."""

import re

from playwright.sync_api import Locator, expect

from connect.tests.e2e.browser import Window
from connect.tests.e2e.keyboard import Keyboard, composer, is_recorded, timeline, to_composer, up_to
from connect.tests.e2e.world import said


def write_reply_react_edit(window: Window, keyboard: Keyboard, name: str) -> None:
    page, field = window.page, composer(window.page)
    to_composer(keyboard)
    keyboard.type(f"{name} brings the lantern")
    keyboard.press("Enter")
    mine = said(window, f"{name} brings the lantern")
    is_recorded(mine)
    keyboard.is_at(field)

    keyboard.press("Shift+F6")
    keyboard.is_at(timeline(page))
    keyboard.press("ArrowUp")
    keyboard.is_at(mine)
    asked = said(window, "Who brings the lantern?")
    up_to(keyboard, asked)
    keyboard.press("r")
    keyboard.is_at(field)
    keyboard.type(f"Is {name} enough?")
    keyboard.press("Enter")
    reply = said(window, f"Is {name} enough?")
    is_recorded(reply)
    expect(reply.locator("[data-quote]")).to_contain_text("Who brings the lantern?")

    # A reaction by letter, and the toolbar by Tab.
    keyboard.press("Shift+F6")
    up_to(keyboard, asked)
    keyboard.press("e")
    keyboard.is_at(page.get_by_label("Search emoji"))
    # It stands above the composer: what the picker was opened from is pushed up.
    expect(page.locator("[data-hint]")).to_be_visible()
    keyboard.type("rocket")
    keyboard.press("ArrowDown")
    keyboard.is_at(page.get_by_role("button", name="rocket", exact=True))
    keyboard.press("Enter")
    expect(asked.locator('[data-emoji="🚀"]')).to_have_attribute("aria-pressed", "true")
    keyboard.look()
    keyboard.press("Escape")
    to_composer(keyboard)
    keyboard.press("Shift+F6")
    up_to(keyboard, asked)
    keyboard.tab(asked.get_by_role("button", name="More"))
    keyboard.press("Enter")
    keyboard.is_at(page.get_by_role("menuitem", name="Copy the text"))
    for _ in range(page.get_by_role("menuitem").count()):
        keyboard.press("ArrowDown")
        keyboard.look()
    keyboard.press("Escape")
    keyboard.is_at(asked.get_by_role("button", name="More"))

    # ↑ edits the last one, Esc leaves it as it was, Enter saves.
    to_composer(keyboard)
    keyboard.press("ArrowUp")
    editor = page.get_by_label("Edit your message")
    keyboard.is_at(editor)
    keyboard.type(" never")
    keyboard.press("Escape")
    keyboard.is_at(reply)
    to_composer(keyboard)
    keyboard.press("ArrowUp")
    keyboard.is_at(editor)
    keyboard.type(" Or two?")
    keyboard.press("Enter")
    edited = said(window, f"Is {name} enough? Or two?")
    keyboard.is_at(edited)
    look_at_the_versions(keyboard, edited)


def look_at_the_versions(keyboard: Keyboard, edited: Locator) -> None:
    page, button = keyboard.page, edited.get_by_role("button", name="Edited: show the versions")
    keyboard.enter(button)
    keyboard.is_at(page.get_by_role("heading", name="Proof", exact=True))
    versions = page.locator("[data-proof-versions]")
    expect(versions.locator("ins")).to_have_text(" Or two?")
    expect(versions.locator(".version").last).to_contain_text("As it was written")
    keyboard.press("Escape")
    keyboard.is_at(button)


def pin_and_go_there(window: Window, keyboard: Keyboard) -> None:
    """Whoever opened the room pins in it; the pin at its head leads back to the message."""
    page = window.page
    to_composer(keyboard)
    keyboard.type("The ropes hang in the boathouse")
    keyboard.press("Enter")
    message = said(window, "The ropes hang in the boathouse")
    is_recorded(message)
    keyboard.press("Shift+F6")
    up_to(keyboard, message)
    keyboard.press("m", "ArrowDown")
    keyboard.is_at(page.get_by_role("menuitem", name="Pin", exact=True))
    keyboard.press("Enter")
    pins = page.get_by_role("link", name="Pinned messages")
    expect(pins).to_have_text(re.compile("1$"))
    expect(page.locator("[data-toast]")).to_be_hidden()  # it goes by itself, and lies over a low window until then
    to_composer(keyboard)
    keyboard.press("F6")
    keyboard.is_at(page.locator("#room-name"))
    keyboard.enter(pins)
    sheet = page.get_by_role("dialog", name="Pinned messages")
    keyboard.is_at(sheet.get_by_role("heading", name="Pinned messages"))
    keyboard.enter(sheet.get_by_role("button", name="Show"))
    keyboard.is_at(message)


def walk_the_landmarks(window: Window, keyboard: Keyboard) -> None:
    """F6 goes round; in the timeline the arrows go from message to message; `?` shows what there is."""
    page = window.page
    to_composer(keyboard)
    keyboard.press("F6")
    keyboard.is_at(page.locator("#room-name"))
    keyboard.press("F6")
    keyboard.is_at(timeline(page))
    keyboard.press("F6")
    keyboard.is_at(composer(page))
    keyboard.press("Shift+F6", "ArrowUp")
    messages = page.get_by_role("article")
    for index in range(messages.count() - 1, 0, -1):
        keyboard.is_at(messages.nth(index))
        keyboard.press("ArrowUp")
    keyboard.is_at(messages.first)
    keyboard.press("ArrowDown")
    keyboard.is_at(messages.nth(1))
    keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    keyboard.is_at(sheet.get_by_role("button", name="Close"))
    keyboard.press("Escape")
    keyboard.is_at(messages.nth(1))


def prove(window: Window, keyboard: Keyboard) -> None:
    page = window.page
    found = page.locator("article:focus")
    expect(found.locator("[data-glyph]")).to_have_attribute("aria-label", re.compile("Sealed in block"))
    seq = found.get_attribute("id")
    keyboard.press("p")
    keyboard.is_at(page.get_by_role("heading", name="Proof", exact=True))
    keyboard.enter(page.get_by_role("button", name="Verify in this browser"))
    expect(page.locator("[data-proof-verdict]")).to_have_text("All six checks passed.")
    keyboard.tab(page.get_by_role("button", name="Download the receipt"))
    keyboard.press("Escape")
    expect(page.locator("dialog#proof")).to_be_hidden()
    keyboard.is_at(page.locator(f"#{seq}"))


def attach_and_delete(window: Window, keyboard: Keyboard) -> None:
    page = window.page
    to_composer(keyboard)
    with page.expect_file_chooser() as chooser:
        keyboard.tab(page.get_by_role("button", name="Attach files"), "Shift+Tab")
        keyboard.press("Enter")
    chooser.value.set_files({"name": "ropes.txt", "mimeType": "text/plain", "buffer": b"three"})
    expect(page.locator('[data-tray] [data-state="done"]')).to_be_visible()
    keyboard.tab(page.get_by_role("button", name="Remove ropes.txt"), "Shift+Tab")
    to_composer(keyboard)
    keyboard.type("a list")
    keyboard.press("Enter")
    listed = said(window, "a list")
    is_recorded(listed)
    expect(listed.get_by_role("link", name="ropes.txt")).to_be_visible()
    keyboard.press("Shift+F6")
    up_to(keyboard, listed)
    keyboard.press("m", "End", "ArrowUp")
    expect(page.get_by_role("menu")).to_be_in_viewport(ratio=0.99)
    keyboard.is_at(page.get_by_role("menuitem", name="Delete…"))
    keyboard.press("Enter")
    keyboard.enter(page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True))
    expect(listed).to_have_count(0)
    expect(page.locator("article:focus")).to_contain_text("This message was deleted by its author.")
    keyboard.look()
