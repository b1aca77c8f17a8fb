"""Search in a browser: the palette by keyboard alone, the sheet of shortcuts, the page without JavaScript."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, Route, expect

from connect.tests.e2e.browser import OpenWindow
from connect.tests.e2e.indexed import is_indexed
from connect.tests.e2e.world import say, sign_up


def test_the_palette_jumps_searches_and_acts_by_keyboard_alone(open_window: OpenWindow) -> None:
    alice = sign_up(open_window(), "alice")
    page = alice.page
    say(alice, "We meet in 上海市 at the **lighthouse** <b>tomorrow</b>")
    say(alice, "Something else")
    is_indexed(page, "lighthouse")

    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Jump to a room")
    expect(field).to_be_focused()
    expect(page.get_by_role("option", name="World")).to_have_attribute("aria-selected", "true")
    page.keyboard.type("上海")
    found = page.get_by_role("group", name="Messages").get_by_role("option").first
    expect(found).to_contain_text("We meet in 上海市 at the lighthouse <b>tomorrow</b>")
    expect(found.locator("mark")).to_have_text("上海")
    is_chosen(page, found)
    page.keyboard.press("ArrowDown")
    is_chosen(page, page.get_by_role("option", name="Search all messages for “上海”"))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/rooms/world/\?at=\d+"))
    expect(page.get_by_role("article").filter(has_text="lighthouse")).to_be_visible()

    page.keyboard.press("Control+k")
    page.keyboard.type("keyb sh")
    is_chosen(page, page.get_by_role("option", name="Keyboard shortcuts"))
    page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()

    page.keyboard.press("Control+k")
    page.keyboard.type("has:banana")
    expect(page.locator("[data-palette-status]")).to_have_text(re.compile("There is no “has:banana”"))
    page.keyboard.press("Escape")
    expect(field).to_be_hidden()
    page.locator("[data-timeline]").focus()
    page.keyboard.press("?")
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("textbox", name="Message to World").focus()
    page.keyboard.press("?")
    expect(sheet).to_be_hidden()
    page.get_by_role("link", name="Jump or search").click()
    expect(field).to_be_focused()

    # On any other page, too; whoever is chosen is talked to. What takes long is said to go on.
    sign_up(open_window(), "zoe")
    alice.goto("/account/")
    slow = page.locator("[data-palette-status]", has_text="Searching…")
    held: list[Route] = []
    page.route("**/search/suggest/?q=zo", lambda route: held.append(route))
    page.keyboard.press("Control+k")
    page.keyboard.type("zo")
    expect(slow).to_be_visible()
    held[0].continue_()
    is_chosen(page, page.get_by_role("group", name="People").get_by_role("option", name="zoe"))
    expect(slow).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="zoe", exact=True)).to_be_visible()
    alice.goto("/account/")
    page.keyboard.press("F6")
    expect(page.get_by_role("link", name="Connect", exact=True)).to_be_focused()
    for _ in range(2):
        page.keyboard.press("F6")
    expect(page.locator("main")).to_be_focused()


def test_the_page_works_without_javascript_on_a_phone(open_window: OpenWindow) -> None:
    bob = sign_up(open_window(), "bob")
    say(bob, "a needle in the haystack, see https://example.org/needles?id=7")
    is_indexed(bob.page, "haystack")
    plain = open_window(viewport={"width": 320, "height": 640}, java_script_enabled=False)
    session = next(cookie for cookie in bob.context.cookies() if cookie.get("name") == "sessionid")
    plain.context.add_cookies([{"name": "sessionid", "value": session["value"], "url": bob.base}])
    plain.goto("/search/")
    page = plain.page
    expect(page.get_by_text("where a word begins")).to_be_visible()
    page.get_by_role("searchbox", name="Search messages").fill('needles?id has:link -"no such" from:me')
    page.get_by_role("main").get_by_role("button", name="Search").click()
    hit = page.get_by_role("link", name="haystack")
    expect(hit.locator("time")).to_have_text(re.compile(" UTC$"))
    expect(hit.locator("mark")).to_have_text("needles?id")
    expect(page.get_by_text("where a word begins")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    hit.click()
    page.wait_for_url(re.compile(r"/rooms/world/\?at=\d+#m\d+"))
    plain.goto("/search/?q=nothing+like+it")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()


def test_the_page_tells_the_time_by_the_readers_own_clock(open_window: OpenWindow) -> None:
    window = sign_up(open_window(timezone_id="Asia/Kathmandu"), "tara")
    say(window, "seen from Kathmandu, a quarter of an hour apart")
    is_indexed(window.page, "Kathmandu")
    window.goto("/search/?q=Kathmandu")
    time = window.page.get_by_role("link", name="seen from").locator("time")
    expect(time).to_have_attribute("title", re.compile(" UTC$"))
    there = datetime.fromisoformat(time.get_attribute("datetime") or "").astimezone(ZoneInfo("Asia/Kathmandu"))
    expect(time).to_contain_text(f"{there:%-I:%M}")


def is_chosen(page: Page, option: Locator) -> None:
    expect(option).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("combobox")).to_have_attribute("aria-activedescendant", option.get_attribute("id") or "-")
