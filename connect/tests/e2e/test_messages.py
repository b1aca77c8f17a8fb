"""Messages in two browsers: react, edit, versions, delete, mention, pin, copy, jump. By keyboard: test_keyboard.py."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from connect.tests.e2e.browser import OpenWindow, Window
from connect.tests.e2e.room import choose
from connect.tests.e2e.rules import is_sound
from connect.tests.e2e.world import fill_form, is_in_world, said, say, sign_up
from connect.tests.people import PASSWORD
from connect.tests.served import Served

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "color_scheme": "light"}
LONG_PRESS = (
    """(node) => node.dispatchEvent(new PointerEvent("contextmenu", { pointerType: "touch", bubbles: true }))"""
)


@pytest.fixture(scope="module")
def owner(served: Served) -> str:
    """The one-time link of the first start."""
    link = re.search(r"(/owner/\S+)", served.output.read_text())
    assert link
    return link[1]


def reaction(message: Locator, emoji: str) -> Locator:
    return message.get_by_role("group", name="Reactions").locator(f'[data-emoji="{emoji}"]')


def test_two_people_do_everything_to_messages(open_window: OpenWindow, owner: str, tmp_path: Path) -> None:
    alice = open_window(permissions=["clipboard-read", "clipboard-write"], color_scheme="dark")
    alice.goto(owner)
    fill_form(alice.page, "alice", "Create the owner")
    is_in_world(alice)
    bob = sign_up(open_window(**PHONE), "bob")

    # An edit reaches everybody in place; its versions tell words apart; a quote says that it is older.
    say(alice, "See you at four in the big room")
    heard = said(bob, "See you at four in the big room")
    heard.tap()
    heard.get_by_role("button", name="Reply").tap()
    say(bob, "I will be there")
    choose(said(alice, "See you at four in the big room"), "Edit")
    alice.page.get_by_label("Edit your message").fill("See you at **five** in the big room")
    shoot(alice, tmp_path, "editing")
    alice.page.keyboard.press("Enter")
    for window in (alice, bob):
        edited = said(window, "See you at five in the big room")
        expect(edited.locator("strong", has_text="five")).to_be_visible()
        expect(said(window, "I will be there").get_by_text("quoted before edit")).to_be_visible()
    said(bob, "I will be there").locator("[data-quote]").tap()
    expect(edited).to_be_focused()
    edited.get_by_role("button", name="Edited: show the versions").tap()
    expect(bob.page.get_by_role("heading", name="Versions")).to_be_visible()
    expect(bob.page.locator("del", has_text="four")).to_be_visible()
    expect(bob.page.locator("ins", has_text="five")).to_be_visible()
    expect(bob.page.get_by_text("As it was written")).to_be_in_viewport()
    shoot(bob, tmp_path, "versions-phone")
    bob.page.get_by_role("dialog").get_by_role("button", name="Close").tap()
    edited.tap()
    edited.get_by_role("button", name="Reply").tap()
    expect(bob.page.locator("[data-reply-text]")).to_have_text("See you at five in the big room")
    bob.page.get_by_role("button", name="Do not reply").tap()

    # Reactions are toggles, live, with who.
    mine = said(alice, "See you at five in the big room")
    mine.hover()
    mine.get_by_role("button", name="React", exact=True).click()
    alice.page.get_by_label("Search emoji").fill("celebrate")
    shoot(alice, tmp_path, "picker")
    alice.page.keyboard.press("Enter")
    theirs = reaction(said(bob, "See you at five in the big room"), "🎉")
    expect(theirs).to_have_attribute("aria-pressed", "false")
    expect(theirs).to_have_attribute("title", "alice")
    theirs.tap()
    expect(theirs).to_have_attribute("aria-pressed", "true")
    expect(reaction(mine, "🎉")).to_have_text("🎉2")
    reaction(mine, "🎉").click()
    expect(reaction(mine, "🎉")).to_have_attribute("aria-pressed", "false")
    expect(theirs).to_have_text("🎉1")

    # Completion by name; whoever is meant sees it.
    field = alice.page.get_by_label("Message to World")
    field.press_sequentially("ask @bo")
    expect(alice.page.get_by_role("option", name="bob")).to_be_visible()
    shoot(alice, tmp_path, "completion")
    field.press("Enter")
    field.press_sequentially("and :tad")
    field.press("Tab")
    expect(field).to_have_value("ask @bob and 🎉 ")
    field.press("Enter")
    expect(said(bob, "ask @bob and 🎉").locator(".mention--me")).to_have_text("@bob")

    # The same while editing: the list belongs to the field, Esc closes the list alone, Enter takes, Enter saves.
    choose(said(alice, "ask @bob and 🎉"), "Edit")
    editor = alice.page.get_by_label("Edit your message")
    suggestions = alice.page.get_by_role("listbox", name="Suggestions")
    editor.press_sequentially(" or @ali")
    option = suggestions.get_by_role("option", name="alice")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(option).to_be_in_viewport()
    assert editor.get_attribute("aria-controls") == suggestions.get_attribute("id")
    assert editor.get_attribute("aria-activedescendant") == option.get_attribute("id")
    is_sound(alice.page, "completion while editing")
    shoot(alice, tmp_path, "completion-editing")
    editor.press("Escape")
    expect(suggestions).to_have_count(0)
    expect(editor).to_have_value("ask @bob and 🎉 or @ali")
    editor.press_sequentially("c")
    expect(option).to_be_visible()
    editor.press("Enter")
    expect(editor).to_have_value("ask @bob and 🎉 or @alice ")
    editor.press_sequentially(":tad")
    editor.press("Tab")
    editor.press("Enter")
    expect(said(alice, "ask @bob and 🎉 or @alice 🎉").locator(".mention--me")).to_have_text("@alice")
    expect(said(bob, "ask @bob and 🎉 or @alice 🎉").locator(".mention--me")).to_have_text("@bob")
    field.focus()

    # Enter belongs to an input method while it composes; a long press shows what can be done.
    composing = alice.context.new_cdp_session(alice.page)
    composing.send("Input.imeSetComposition", {"text": "すし", "selectionStart": 2, "selectionEnd": 2})
    field.press("Enter")
    expect(field).to_have_value(re.compile("すし"))
    composing.send("Input.insertText", {"text": "寿司"})
    field.press("Enter")
    alice.page.get_by_role("button", name="Emoji", exact=True).click()
    search = alice.page.get_by_label("Search emoji")
    composing.send("Input.imeSetComposition", {"text": "ろけっと", "selectionStart": 4, "selectionEnd": 4})
    search.press("Enter")
    search.press("Escape")
    expect(search).to_be_visible()
    expect(field).to_have_value("")
    composing.send("Input.insertText", {"text": ""})
    search.press("Escape")
    expect(search).to_be_hidden()
    pressed = said(bob, "寿司")
    pressed.evaluate(LONG_PRESS)
    expect(pressed.get_by_role("button", name="Reply")).to_be_visible()

    # Copies, pins, and a link that leads to the message.
    choose(mine, "Copy the text")
    assert alice.page.evaluate("navigator.clipboard.readText()") == "See you at **five** in the big room"
    choose(mine, "Copy a link")
    link = alice.page.evaluate("navigator.clipboard.readText()")
    assert "/rooms/world/?at=" in link
    expect(mine.locator("[data-glyph]")).to_have_class(re.compile("sealed"))
    choose(mine, "Copy a link to the receipt")
    receipt = alice.page.evaluate("navigator.clipboard.readText()")
    assert receipt.endswith(f"/log/receipt/{mine.get_attribute('data-hash')}")
    bob.page.get_by_role("link", name="Pinned messages").tap()
    pinned = bob.page.get_by_role("dialog", name="Pinned messages")
    expect(pinned.get_by_text("Nothing is pinned here yet.")).to_be_visible()
    choose(mine, "Pin")
    expect(alice.page.get_by_text("Pinned.")).to_be_visible()
    expect(pinned.locator("strong", has_text="five")).to_be_visible()
    count = bob.page.locator("[data-pin-count]")
    expect(count).to_have_text("1")
    choose(mine, "Unpin")
    expect(count).to_be_hidden()
    expect(pinned.get_by_text("Nothing is pinned here yet.")).to_be_visible()
    choose(mine, "Pin")
    expect(pinned.get_by_role("button", name="Unpin")).to_have_count(0)
    shoot(bob, tmp_path, "pins-phone")
    pinned.get_by_role("button", name="Show").tap()
    expect(said(bob, "See you at five in the big room")).to_be_focused()
    shoot(alice, tmp_path, "room")
    shoot(bob, tmp_path, "room-phone")

    said(bob, "See you at five in the big room").get_by_role("button", name="More").tap()
    expect(bob.page.get_by_role("menuitem", name="Mark unread from here")).to_be_visible()
    expect(bob.page.get_by_role("menuitem", name="Edit")).to_be_hidden()
    shoot(bob, tmp_path, "menu-phone")
    bob.page.keyboard.press("Escape")
    expect(said(bob, "See you at five in the big room").get_by_role("button", name="More")).to_be_focused()
    mine.hover()
    mine.get_by_role("button", name="More").click()
    shoot(alice, tmp_path, "menu")
    alice.page.keyboard.press("Escape")

    # Deleted: gone from every screen and quote, still provable.
    choose(mine, "Delete…")
    alice.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    for window in (alice, bob):
        gone = said(window, "This message was deleted by its author.")
        expect(said(window, "I will be there").get_by_text("This message was deleted.")).to_be_visible()
        expect(window.page.get_by_role("main").get_by_text("in the big room")).to_have_count(0)
    expect(gone.get_by_role("group", name="Reactions").get_by_role("button")).to_have_count(0)
    gone = said(alice, "This message was deleted by its author.")
    expect(gone.locator("[data-act=reply]")).to_be_visible()
    expect(gone.locator("[data-act=react]")).to_be_hidden()
    choose(gone, "Proof")
    expect(alice.page.locator("dialog#proof [data-proof-sealed]")).to_be_visible()
    shoot(alice, tmp_path, "deleted")

    # The owner closes an account, which ends its sessions at once, and opens it again.
    alice.goto("/people/")
    alice.page.get_by_label("Manage bob").click()
    alice.page.get_by_label("Why").fill("for a day")
    alice.page.get_by_role("button", name="Close the account").click()
    expect(bob.page.locator("main [data-health]")).to_have_attribute("data-health", "forbidden")
    alice.page.get_by_role("button", name=re.compile("^Open again")).click()
    expect(alice.page.get_by_label("Manage bob")).to_be_visible()
    bob.goto("/login/")
    bob.page.get_by_label("Username or e-mail").fill("bob")
    bob.page.get_by_label("Password", exact=True).fill(PASSWORD)
    bob.page.get_by_role("button", name="Log in", exact=True).click()
    is_in_world(bob)
    expect(bob.page.get_by_text("for a day").first).to_be_visible()


def shoot(window: Window, folder: Path, name: str) -> None:
    """A picture for whoever looks at a failure, or at the looks."""
    window.page.screenshot(path=folder / f"{name}.png", animations="disabled")
