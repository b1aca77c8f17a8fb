"""What somebody does to messages without a pointer: steps of the journey by keyboard (test_keyboard.py)."""

import re

from playwright.sync_api import Locator, expect

from connect.tests.e2e.browser import Window
from connect.tests.e2e.hands import Hands, composer, is_recorded, timeline, to_composer, up_to
from connect.tests.e2e.world import said


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
    # It stands above the composer: what the picker was opened from is pushed up.
    expect(page.locator("[data-hint]")).to_be_visible()
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

    # ↑ edits the last one, Esc leaves it as it was, Enter saves.
    to_composer(hands)
    hands.press("ArrowUp")
    editor = page.get_by_label("Edit your message")
    hands.is_at(editor)
    hands.type(" never")
    hands.press("Escape")
    hands.is_at(reply)
    to_composer(hands)
    hands.press("ArrowUp")
    hands.is_at(editor)
    hands.type(" Or two?")
    hands.press("Enter")
    edited = said(window, f"Is {name} enough? Or two?")
    hands.is_at(edited)
    look_at_the_versions(hands, edited)


def look_at_the_versions(hands: Hands, edited: Locator) -> None:
    page, button = hands.page, edited.get_by_role("button", name="Edited: show the versions")
    hands.enter(button)
    hands.is_at(page.get_by_role("heading", name="Proof", exact=True))
    versions = page.locator("[data-proof-versions]")
    expect(versions.locator("ins")).to_have_text(" Or two?")
    expect(versions.locator(".version").last).to_contain_text("As it was written")
    hands.press("Escape")
    hands.is_at(button)


def pin_and_go_there(window: Window, hands: Hands) -> None:
    """Whoever opened the room pins in it; the pin at its head leads back to the message."""
    page = window.page
    to_composer(hands)
    hands.type("The ropes hang in the boathouse")
    hands.press("Enter")
    message = said(window, "The ropes hang in the boathouse")
    is_recorded(message)
    hands.press("Shift+F6")
    up_to(hands, message)
    hands.press("m", "ArrowDown")
    hands.is_at(page.get_by_role("menuitem", name="Pin", exact=True))
    hands.press("Enter")
    pins = page.get_by_role("link", name="Pinned messages")
    expect(pins).to_have_text(re.compile("1$"))
    expect(page.locator("[data-toast]")).to_be_hidden()  # it goes by itself, and lies over a low window until then
    to_composer(hands)
    hands.press("F6")
    hands.is_at(page.locator("#room-name"))
    hands.enter(pins)
    sheet = page.get_by_role("dialog", name="Pinned messages")
    hands.is_at(sheet.get_by_role("heading", name="Pinned messages"))
    hands.enter(sheet.get_by_role("button", name="Show"))
    hands.is_at(message)


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
    expect(page.get_by_role("menu")).to_be_in_viewport(ratio=0.99)
    hands.is_at(page.get_by_role("menuitem", name="Delete…"))
    hands.press("Enter")
    hands.enter(page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True))
    expect(listed).to_have_count(0)
    expect(page.locator("article:focus")).to_contain_text("This message was deleted by its author.")
    hands.look()
