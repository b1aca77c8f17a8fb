"""Erasing in two browsers: the words go on both screens, out of quotes and drafts, without a reload."""

from playwright.sync_api import expect

from connect.tests.e2e.browser import OpenWindow
from connect.tests.e2e.room import choose
from connect.tests.e2e.world import is_in_world, said, say, sign_up

SECRET = "my password is 0f8b1c"


def test_words_that_are_erased_go_from_every_screen(open_window: OpenWindow) -> None:
    alice, bob = sign_up(open_window(), "alice"), sign_up(open_window(), "bob")
    say(alice, SECRET)
    heard = said(bob, SECRET)
    heard.hover()
    heard.get_by_role("button", name="More").click()
    expect(bob.page.get_by_role("menuitem", name="Proof")).to_be_visible()
    expect(bob.page.get_by_role("menuitem", name="Erase…")).to_be_hidden()
    bob.page.keyboard.press("Escape")
    for answer in ("do not tell us", ""):  # the second one is begun and not sent
        heard.hover()
        heard.get_by_role("button", name="Reply").click()
        say(bob, answer)
    expect(said(alice, "do not tell us").get_by_text(SECRET)).to_be_visible()

    mine = said(alice, SECRET)
    choose(mine, "Erase…")
    alice.page.get_by_label("Why?").fill("I should not have said it")
    alice.page.get_by_role("button", name="Erase for good").click()
    is_in_world(alice)
    for window in (alice, bob):
        said(window, "This message was erased.")
        expect(said(window, "do not tell us").get_by_text("This message was erased.")).to_be_visible()
        assert SECRET not in window.page.content()
        assert SECRET not in window.page.evaluate("JSON.stringify(localStorage)")
