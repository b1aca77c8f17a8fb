"""A long room: links far back, both ways from there, a day, what is new, what is marked as unread, drafts."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from connect.tests.e2e.browser import OpenWindow
from connect.tests.e2e.room import FILL, choose, enter, is_live, message
from connect.tests.server import Server, make_site, serve

LONG = 1200
OLDER = """
from ledger.models import Message
from django.db.models import F
Message.objects.filter(room_seq__lt=500).update(received_ms=F("received_ms") - 3 * 86_400_000)
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Server:  # type: ignore[misc]
    site = make_site(tmp_path_factory.mktemp("history"))
    site.run(FILL.format(first=0, last=LONG))
    site.run(OLDER)  # as far as pages are concerned; nothing is sealed or audited here
    with serve(site) as server:
        yield server


def rows(page: Page) -> int:
    return page.locator("[data-list] > *").count()


def number(page: Page, n: int) -> Locator:
    return message(page, f"number {n} ends")


def test_a_link_leads_far_back_and_both_ways_from_there(open_window: OpenWindow, served: Server) -> None:
    window = open_window(permissions=["clipboard-read", "clipboard-write"])
    page = enter(window, served)
    window.goto("/rooms/world/?at=300")
    is_live(page)
    target = page.locator("#m300")
    expect(target).to_be_focused()
    expect(target).to_be_in_viewport()
    expect(page.get_by_role("button", name="Newest")).to_be_visible()
    scroller = page.locator("[data-timeline]")

    def scroll_until(wanted: Locator, delta: int) -> None:
        scroller.hover()
        for _ in range(200):
            if wanted.count() and wanted.first.is_visible():
                break
            page.mouse.wheel(0, delta)
            page.wait_for_timeout(30)
            assert rows(page) <= 400
        expect(wanted).to_be_attached()

    scroll_until(page.locator("#m60"), -2500)
    scroll_until(page.locator("#m640"), 2500)
    expect(number(page, LONG - 1)).to_have_count(0)
    page.get_by_role("button", name="Newest").click()
    expect(number(page, LONG - 1)).to_be_in_viewport()
    assert rows(page) <= 400


def test_a_day_leads_to_its_first_message(open_window: OpenWindow, served: Server) -> None:
    window = open_window()
    page = enter(window, served)
    today = page.evaluate("new Date().toLocaleDateString('sv')")
    page.get_by_label("Show the messages of a day").fill(today)
    expect(page).to_have_url(re.compile(r"/rooms/world/\?at=500$"))
    expect(page.locator("#m500")).to_be_focused()


def test_what_is_new_stands_under_a_line_until_the_page_opens_again(
    open_window: OpenWindow, served: Server, tmp_path: Path
) -> None:
    window = open_window(color_scheme="dark")
    page = enter(window, served)
    expect(page.locator(".new-line")).to_have_count(0)
    read = served.site
    served_position = (
        "from chat.models import ReadPosition as P; print(P.objects.values_list('seq', flat=True).first())"
    )
    page.wait_for_function("() => document.hasFocus()")
    for _ in range(100):
        if read.run(served_position).strip() not in ("", "None"):
            break
        page.wait_for_timeout(100)
    page.goto("about:blank")
    served.site.run(FILL.format(first=LONG, last=LONG + 3))
    window.goto("/rooms/world/")
    is_live(page)
    line = page.locator(".new-line")
    expect(line).to_be_visible()
    below = line.locator("xpath=following-sibling::article")
    expect(below.first).to_contain_text(f"number {LONG} ends")
    page.screenshot(path=tmp_path / "new.png")
    served.site.run(FILL.format(first=LONG + 3, last=LONG + 4))
    expect(number(page, LONG + 3)).to_be_visible()
    expect(below.first).to_contain_text(f"number {LONG} ends")

    # Marked as unread, the line is there again for who comes back, and the way to it.
    choose(number(page, LONG - 2), "Mark unread from here")
    expect(page.get_by_text("Unread from here on")).to_be_visible()
    window.goto("/rooms/world/")
    is_live(page)
    expect(line.locator("xpath=following-sibling::article").first).to_contain_text(f"number {LONG - 2} ends")
    page.goto("about:blank")
    served.site.run(FILL.format(first=LONG + 4, last=LONG + 54))
    window.goto("/rooms/world/")
    is_live(page)
    expect(line).not_to_be_in_viewport()
    way = page.get_by_role("button", name="Go to what is new")
    way.click()
    expect(line).to_be_in_viewport()
    expect(way).to_be_hidden()


def test_an_edit_outlives_a_look_far_back(open_window: OpenWindow, served: Server) -> None:
    window = open_window()
    page = enter(window, served)
    window.goto("/rooms/world/?at=300")
    is_live(page)
    expect(page.locator("#m300")).to_be_focused()
    page.keyboard.press("r")
    page.get_by_label("Message to World").fill("the nunth")
    page.keyboard.press("Enter")
    mine = message(page, "the nunth")
    expect(mine.locator("[data-glyph]")).to_have_attribute("aria-label", re.compile("Recorded"))
    page.get_by_label("Message to World").press("ArrowUp")
    page.get_by_label("Edit your message").fill("the ninth")
    mine.locator("[data-quote]").click()
    expect(page.locator("#m300")).to_be_focused()
    expect(mine).to_have_count(0)
    page.get_by_role("button", name="Newest").click()
    choose(mine, "Edit")
    expect(page.get_by_label("Edit your message")).to_have_value("the ninth")
    page.keyboard.press("Escape")
    choose(mine, "Edit")
    expect(page.get_by_label("Edit your message")).to_have_value("the nunth")


def test_drafts_stay_with_their_room(open_window: OpenWindow, served: Server) -> None:
    window = open_window()
    page = enter(window, served)
    page.get_by_label("Message to World").fill("half a thou")
    page.reload()
    is_live(page)
    expect(page.get_by_label("Message to World")).to_have_value("half a thou")
    keys = page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('connect.draft.'))")
    assert len(keys) == 1
    assert keys[0].endswith("c0117ec7000040008000000000000001")
    page.get_by_label("Message to World").fill("")


def test_without_a_script_everything_is_still_within_reach(
    open_window: OpenWindow, served: Server, tmp_path: Path
) -> None:
    window = open_window(java_script_enabled=False, viewport={"width": 390, "height": 844})
    window.context.add_cookies([{"name": "sessionid", "value": served.sessions["bob"], "url": served.url}])
    page = window.page
    window.goto("/rooms/world/?at=300")
    expect(page.locator("#m300")).to_be_visible()
    page.get_by_role("link", name="Later messages").click()
    expect(page.locator("#m340")).to_be_visible()
    page.locator("#m340").get_by_role("link", name="Edit or react").click()
    page.screenshot(path=tmp_path / "message.png", full_page=True)
    page.get_by_role("button", name="React with 🎉").click()
    expect(page.locator("#m340 .reaction")).to_have_text("🎉 1")
    page.locator("#m340").get_by_role("link", name="Edit or react").click()
    page.get_by_label("Edit your words").fill("mended without a script")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#m340")).to_contain_text("mended without a script")
    expect(page.locator("#m340")).to_contain_text("(edited)")
    page.locator("#m340").get_by_role("link", name="Edit or react").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("#m340")).to_contain_text("This message was deleted by its author.")
    expect(page.locator("#m340").get_by_role("link", name="Edit or react")).to_have_count(0)
    page.get_by_label("Show the messages of a day").fill("1970-01-02")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#m2")).to_be_attached()
