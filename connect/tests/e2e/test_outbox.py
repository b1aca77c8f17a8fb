"""What was written and not acknowledged yet, in a real browser: it is sent once, in order, whatever happens."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, expect

from connect.tests.e2e.browser import OpenWindow
from connect.tests.e2e.room import enter, have_session, is_live, message, say
from connect.tests.e2e.rules import is_sound_everywhere
from connect.tests.e2e.wire import Wire
from connect.tests.served import PATIENCE_S, Served, wait_until
from connect.tests.server import Server, Site, make_site


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def site(folder: Path) -> Site:
    return make_site(folder)


@pytest.fixture(scope="module")
def supervised(site: Site, folder: Path) -> Iterator[Served]:
    running = Served(folder, GRAVATAR="off")
    yield running
    running.stop()
    site.manage("verify_chain")


@pytest.fixture(scope="module")
def served(site: Site, supervised: Served) -> Server:
    return Server(site, supervised.url, supervised.process, supervised.output)


BUSY_DISK = """() => {
  IDBObjectStore.prototype.put = () => ({});
  Object.defineProperty(IDBTransaction.prototype, "oncomplete", { set() {} });
}"""
"""Nothing that is put there ever is."""


ERASE = """
from uuid import uuid4
from accounts.models import User
from chat.erasing import erase_message
from ledger.models import Message
bob = User.objects.get(username="bob")
(said,) = [each for each in Message.objects.filter(kind="post", author=bob.pk) if "a name in it" in str(each.body)]
erase_message(bob, said, uuid4(), "names")
"""


def write(page: Page, *texts: str) -> None:
    for text in texts:
        page.get_by_label("Message to World").fill(text)
        page.keyboard.press("Enter")


def has_glyphs(page: Page, name: str, *texts: str) -> None:
    """Each is shown once, and its glyph has this name."""
    for text in texts:
        expect(message(page, text)).to_have_count(1)
        expect(message(page, text).locator("[data-glyph]")).to_have_attribute("aria-label", re.compile(name))


def in_order(page: Page, start: str) -> list[str]:
    """The messages that begin so, from top to bottom."""
    return [text.strip() for text in page.locator("[data-body]").all_inner_texts() if text.strip().startswith(start)]


SENDING, RECORDED = "^Sending$", "^(Recorded|Sealed)"


def test_what_is_written_without_a_connection_outlives_a_reload_and_is_sent_once_in_order(
    open_window: OpenWindow, served: Server
) -> None:
    texts = ["first of three", "first, then second", "first, second, third"]
    window = open_window()
    wire = Wire(window.context)
    page = enter(window, served)
    wire.cut()
    write(page, *texts)
    has_glyphs(page, SENDING, *texts)
    page.reload()
    has_glyphs(page, SENDING, *texts)
    assert wire.sent == []
    wire.mend()
    has_glyphs(page, RECORDED, *texts)
    assert wire.sent == in_order(page, "first") == texts
    page.reload()
    is_live(page)
    assert in_order(page, "first") == texts
    assert wire.sent == texts


def test_what_is_sent_stays_a_draft_until_it_is_kept(open_window: OpenWindow, served: Server) -> None:
    page = enter(open_window(), served)
    page.evaluate(BUSY_DISK)
    write(page, "not on the disk yet")
    has_glyphs(page, SENDING, "not on the disk yet")
    expect(page.get_by_label("Message to World")).to_have_value("")
    page.reload()
    expect(page.get_by_label("Message to World")).to_have_value("not on the disk yet")
    page.get_by_label("Message to World").press("Enter")
    has_glyphs(page, RECORDED, "not on the disk yet")
    page.reload()
    is_live(page)
    expect(page.get_by_label("Message to World")).to_have_value("")


def test_a_browser_that_is_offline_and_closed_meanwhile_sends_when_it_comes_back(
    open_window: OpenWindow, served: Server
) -> None:
    texts = ["offline one", "offline two"]
    window = open_window()
    page = enter(window, served)
    window.context.set_offline(True)
    write(page, *texts)
    has_glyphs(page, SENDING, *texts)
    expect(page.locator("[data-strip]")).to_contain_text("No connection. 2 messages are kept here")
    is_sound_everywhere(page, "offline")
    with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
        page.reload()
    window.context.set_offline(False)
    window.complaints.clear()  # the error page's own
    again = window.open()
    again.goto(served.url)
    has_glyphs(again, RECORDED, *texts)
    assert in_order(again, "offline") == texts


def test_what_is_refused_stands_where_it_was_written_until_it_is_mended_or_discarded(
    open_window: OpenWindow, served: Server
) -> None:
    window = open_window(reduced_motion="reduce")
    wire = Wire(window.context)
    page = enter(window, served)
    wire.refuses = True
    write(page, "not now", "not this")
    refused = message(page, "not this")
    expect(refused.get_by_role("button", name="Discard")).to_be_visible()
    is_sound_everywhere(page, "refused")
    refused.get_by_role("button", name="Discard").click()
    expect(refused).to_have_count(0)
    wire.refuses = False
    message(page, "not now").get_by_role("button", name="Edit").click()
    expect(message(page, "not now")).to_have_count(0)
    expect(page.get_by_label("Message to World")).to_have_value("not now")
    write(page, "now it may be")
    has_glyphs(page, RECORDED, "now it may be")
    page.reload()
    is_live(page)
    expect(page.get_by_text("not this")).to_have_count(0)


def test_of_two_tabs_one_sends(open_window: OpenWindow, served: Server) -> None:
    texts = [f"tab {number}" for number in range(1, 6)]
    window = open_window()
    wire = Wire(window.context)
    left = enter(window, served)
    right = window.open()
    right.goto(served.url)
    is_live(right)
    wire.cut()
    write(left, *texts)
    for page in (left, right):
        has_glyphs(page, SENDING, *texts)
    wire.mend()
    for page in (left, right):
        has_glyphs(page, RECORDED, *texts)
        assert in_order(page, "tab") == texts
    assert wire.sent == texts


def test_two_tabs_write_one_draft_and_neither_keeps_what_was_sent(open_window: OpenWindow, served: Server) -> None:
    window = open_window()
    left = enter(window, served)
    left.get_by_label("Message to World").fill("half a")
    right = window.open()
    right.goto(served.url)
    is_live(right)
    there = right.get_by_label("Message to World")
    expect(there).to_have_value("half a")
    left.get_by_label("Message to World").fill("half a thought")
    expect(there).to_have_value("half a thought")
    left.keyboard.press("Enter")
    expect(message(right, "half a thought")).to_be_visible()
    expect(there).to_have_value("")
    there.fill("another")
    left.get_by_label("Message to World").fill("one of its own")
    expect(there).to_have_value("another")
    right.keyboard.press("Enter")
    expect(message(left, "another")).to_be_visible()
    expect(left.get_by_label("Message to World")).to_have_value("one of its own")
    left.get_by_label("Message to World").fill("")


def test_a_restart_of_the_server_needs_no_reload(open_window: OpenWindow, served: Server, supervised: Served) -> None:
    page = enter(open_window(), served)
    page.evaluate("window.sameAsBefore = true")
    killed = supervised.web()
    killed.kill()
    write(page, "said to nobody")
    killed.wait(PATIENCE_S)
    has_glyphs(page, RECORDED, "said to nobody")
    is_live(page)
    assert page.evaluate("window.sameAsBefore")


def test_a_laptop_that_wakes_asks_at_once_and_has_what_it_missed(
    open_window: OpenWindow, served: Server, site: Site
) -> None:
    window = open_window()
    window.page.clock.install()
    wire = Wire(window.context)
    page = enter(window, served)
    page.clock.pause_at(page.evaluate("Date.now()") + 1000)
    wait_until(lambda: page.evaluate("true") and wire.pongs == wire.pings)
    wire.lead_nowhere()
    say(site, "said while the lid was closed", sealed=False)
    pings = wire.pings
    page.clock.fast_forward(600_000)
    wait_until(lambda: page.evaluate("true") and wire.pings == pings + 1)
    page.clock.fast_forward(4_000)  # what an answer may take at most
    page.clock.resume()
    has_glyphs(page, RECORDED, "said while the lid was closed")
    is_live(page)


def test_thirty_arrivals_do_not_move_what_somebody_reads_further_up(
    open_window: OpenWindow, served: Server, site: Site
) -> None:
    say(site, *(f"an old story, part {number}\n\nin two paragraphs" for number in range(60)))
    page = enter(open_window(), served)
    page.locator("[data-timeline]").hover()
    page.mouse.wheel(0, -1500)
    page.wait_for_function("() => document.querySelector('[data-timeline]').scrollTop < -1000")
    watched = message(page, "part 40")
    before = watched.bounding_box()
    say(site, *(f"news {number}\n\n> with a quote" for number in range(30)), sealed=False)
    expect(page.locator("[data-newer]")).to_have_text("30 new")
    assert watched.bounding_box() == before
    page.locator("[data-newer]").click()
    expect(message(page, "news 29")).to_be_in_viewport()


def test_what_somebody_wrote_is_not_sent_by_who_logs_in_after_them(open_window: OpenWindow, served: Server) -> None:
    window = open_window()
    wire = Wire(window.context)
    page = enter(window, served)
    wire.cut()
    write(page, "in the name of alice")
    has_glyphs(page, SENDING, "in the name of alice")
    have_session(window, served, served.sessions["bob"])
    wire.mend()
    expect(page.get_by_role("heading", name="You have been logged out")).to_be_visible()
    enter(window, served, "bob")
    expect(message(page, "in the name of alice")).to_have_count(0)
    assert wire.sent == []
    enter(window, served)
    has_glyphs(page, RECORDED, "in the name of alice")
    expect(message(page, "in the name of alice").locator("[data-author]")).to_have_text("alice")


def test_a_draft_forgets_what_was_erased_and_sealed_meanwhile_however_far_back(
    open_window: OpenWindow, served: Server, site: Site
) -> None:
    say(site, "a name in it")
    page = enter(open_window(), served)
    message(page, "a name in it").hover()
    message(page, "a name in it").get_by_role("button", name="Reply").click()
    quoted = page.locator("[data-reply-text]")
    expect(quoted).to_have_text("a name in it")
    page.goto("about:blank")
    say(site, *(f"much later {number}" for number in range(60)))
    site.run(ERASE)
    say(site, "and a word more")
    page.goto(served.url)
    is_live(page)
    expect(page.locator("[data-reply-author]")).to_have_text("bob")
    expect(quoted).to_have_text("")
    assert "a name in it" not in page.evaluate("JSON.stringify(localStorage)")
