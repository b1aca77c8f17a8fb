"""The room on a phone, in both themes and without scripts, in a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from connect.tests.e2e.browser import OpenWindow
from connect.tests.e2e.files import pick, ready, with_file
from connect.tests.e2e.room import enter, have_session, message, say
from connect.tests.e2e.sizes import PHONE, TABLET, TOO_SMALL, fits
from connect.tests.server import Server, make_site, serve

DARK, LIGHT = "rgb(11, 13, 23)", "rgb(255, 255, 255)"
LONG_NAME = """
from accounts.models import User
address = "a" * 60 + "@" + "b" * 40 + ".example"
User.objects.filter(username="charlie").update(first_name="Long " * 16, email=address)
"""
WIDE = "```\n" + "a line of code that no phone can show whole " * 4 + "\n```"
LONG_WORD = """
from accounts.models import User
from chat.membership.opening import create_room
print(create_room(User.objects.get(username="alice"), "Donaudampfschifffahrtsgesellschaftskapitaen", "", "public").slug)
"""
CUT_OFF = """(nodes) => nodes
  .filter((node) => node.checkVisibility() && node.getBoundingClientRect().right > screen.width + 1)
  .map((node) => node.outerHTML)"""
MEETS = """(node, names) => {
  const boxes = (name) => {
    const range = document.createRange();
    range.selectNodeContents(node.querySelector(name));
    const words = /^\\[data-body/.test(name);
    return words ? [...range.getClientRects()] : [node.querySelector(name).getBoundingClientRect()];
  };
  const meets = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const pairs = names.flatMap((name, i) => names.slice(i + 1).map((other) => [name, other]));
  return pairs.filter(([name, other]) => boxes(name).some((a) => boxes(other).some((b) => meets(a, b))));
}"""
"""Which pairs of places in it lie over each other; of a paragraph the words count, not its empty end."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(make_site(tmp_path_factory.mktemp("site"))) as server:
        yield server


def has_background(page: Page, colour: str) -> None:
    shown = "getComputedStyle(document.documentElement).backgroundColor"
    page.wait_for_function(f"colour => {shown} === colour", arg=colour)


def test_a_phone_shows_one_pane_at_a_time_with_large_targets(open_window: OpenWindow, served: Server) -> None:
    page = enter(open_window(**PHONE), served)
    page.get_by_label("Message to World").fill(WIDE)
    page.get_by_role("button", name="Send").tap()
    expect(message(page, "no phone can show")).to_be_in_viewport()
    rooms = page.get_by_role("link", name="The chain")
    expect(rooms).not_to_be_in_viewport()
    assert fits(page)
    assert page.evaluate(TOO_SMALL) == []
    page.get_by_role("link", name="Rooms and account").tap()
    expect(rooms).to_be_in_viewport()
    assert fits(page)
    assert page.evaluate(TOO_SMALL) == []


def test_whatever_page_a_phone_shows_its_targets_are_large(open_window: OpenWindow, served: Server) -> None:
    page = enter(open_window(**PHONE), served, "bob")
    for path in ("/rooms/", "/unread/", "/search/", "/account/notifications/", "/chain/", "/chain/blocks/0/"):
        page.goto(served.url + path)
        assert page.evaluate(TOO_SMALL) == [], path


def test_long_names_push_nothing_away_on_a_phone(open_window: OpenWindow, served: Server) -> None:
    served.site.run(LONG_NAME)
    say(served.site, "said under a long name", name="charlie")
    page = enter(open_window(**PHONE), served, "charlie")
    head = message(page, "said under a long name").locator(".message__head")
    assert head.evaluate("node => node.scrollHeight - node.clientHeight") < 10
    page.evaluate("document.getElementById('room-name').textContent = 'A name of sixty letters and more. '.repeat(2)")
    assert page.evaluate(TOO_SMALL) == []
    for path in ("/account/", "/account/email/"):
        page.goto(served.url + path)
        assert fits(page), path


def test_a_room_whose_name_is_one_long_word_fits_a_phone(open_window: OpenWindow, served: Server) -> None:
    room = "/rooms/" + served.site.run(LONG_WORD).strip() + "/"
    pages = [room + page for page in ("", "details/", "pins/", "add/", "invites/", "log/")]
    owner, reader = open_window(**PHONE), open_window(**PHONE)
    have_session(owner, served, served.sessions["alice"])
    have_session(reader, served, served.sessions["bob"])
    for window, paths in ((owner, [*pages, "/rooms/", "/account/notifications/"]), (reader, [room])):
        for path in paths:
            window.goto(path)
            assert fits(window.page), path
            assert window.page.locator("h2, .button").evaluate_all(CUT_OFF) == [], path


def test_rooms_are_told_apart_by_their_names_at_every_width(open_window: OpenWindow, served: Server) -> None:
    page = enter(open_window(), served)
    name = page.locator("[data-rooms=room] [data-name]").first
    for width in (1280, 820):
        page.set_viewport_size({"width": width, "height": 800})
        assert name.evaluate("node => node.getBoundingClientRect().width") > 30
        assert name.evaluate("node => getComputedStyle(node).clipPath") == "none"


def test_a_long_topic_leaves_the_room_its_name(open_window: OpenWindow, served: Server) -> None:
    page = enter(open_window(viewport={"width": 820, "height": 800}), served)
    page.evaluate("document.querySelector('[data-topic]').textContent = 'What it is about, at length. '.repeat(20)")
    assert page.locator("#room-name").evaluate("node => node.scrollWidth <= node.clientWidth")


def test_a_phone_shows_the_rooms_name_while_the_page_connects(open_window: OpenWindow, served: Server) -> None:
    page = enter(open_window(viewport={"width": 390, "height": 800}), served)
    connecting = """name => {
        const health = document.querySelector("main [data-health]");
        health.dataset.health = "connecting";
        health.querySelector("[data-health-text]").textContent = "Connecting…";
        return name.scrollWidth <= name.clientWidth;
    }"""
    assert page.locator("#room-name").evaluate(connecting)


def test_the_number_of_pins_stands_in_its_button(open_window: OpenWindow, served: Server) -> None:
    page = enter(open_window(), served)
    page.evaluate("Object.assign(document.querySelector('[data-pin-count]'), { textContent: 12, hidden: false })")
    assert page.locator("[data-pins]").evaluate("node => node.scrollWidth <= node.clientWidth")


@pytest.mark.parametrize("window", [PHONE, TABLET], ids=["phone", "tablet"])
def test_what_is_said_of_a_block_hides_no_words_under_a_finger(
    open_window: OpenWindow, served: Server, window: dict[str, object]
) -> None:
    page = enter(open_window(**window), served)
    width = page.viewport_size["width"] if page.viewport_size else 0
    before, after = (f"At {width} px {which} " + "goes on to the end of the column " * 6 for which in ("one", "two"))
    say(served.site, before)
    say(served.site, after)
    expect(message(page, after)).to_be_visible()
    message(page, before).focus()
    about = message(page, before).locator(".notch__text")
    expect(about).to_have_text(re.compile("ends here"))
    expect(about).to_be_visible()
    top, bottom = about.evaluate("node => [node.getBoundingClientRect().top, node.getBoundingClientRect().bottom]")
    end = message(page, before).locator("[data-body]").evaluate("node => node.getBoundingClientRect().bottom")
    beginning = message(page, after).locator("[data-body]").evaluate("node => node.getBoundingClientRect().top")
    assert end - 1 <= top < bottom <= beginning + 1
    message(page, after).focus()
    last = message(page, after).locator(".notch__text").evaluate("node => node.getBoundingClientRect().bottom")
    assert last <= page.locator("[data-timeline]").evaluate("node => node.getBoundingClientRect().bottom") + 1


def test_what_is_said_of_a_block_hides_no_words_in_a_narrow_window(open_window: OpenWindow, served: Server) -> None:
    before, after = (f"In a window {which} " + "goes on to the end of the column " * 9 for which in ("one", "two"))
    say(served.site, before)
    say(served.site, after)
    page = enter(open_window(viewport={"width": 820, "height": 800}), served)
    about = message(page, before).locator(".notch__text")
    message(page, before).locator("[data-body]").click()
    expect(message(page, before)).to_be_focused()
    expect(about).to_be_hidden()
    message(page, before).locator("[data-notch]").hover()
    expect(about).to_be_visible()
    message(page, after).locator("[data-body]").click()
    page.keyboard.press("ArrowUp")
    expect(about).to_be_visible()
    top = message(page, after).locator("[data-body]").evaluate("node => node.getBoundingClientRect().top")
    assert about.evaluate("node => node.getBoundingClientRect().bottom") <= top + 1


@pytest.mark.parametrize("width", [1280, 820, 700])
def test_the_tools_of_a_message_hide_none_of_its_words(open_window: OpenWindow, served: Server, width: int) -> None:
    words = f"Goes on at {width} px, and is long enough to fill its first line to the end " + "of the column " * 10
    say(served.site, "Said before.", words)
    page = enter(open_window(viewport={"width": width, "height": 800}), served)
    last = message(page, words)
    last.hover()
    expect(last.locator(".message__tools")).to_have_css("opacity", "1")
    assert last.evaluate(MEETS, [".message__tools", "[data-body] p"]) == []


@pytest.mark.parametrize("window", [PHONE, TABLET], ids=["phone", "tablet"])
def test_under_a_finger_the_tools_hide_neither_the_mark_nor_the_words(
    open_window: OpenWindow, served: Server, window: dict[str, object]
) -> None:
    served.site.run(LONG_NAME)
    say(served.site, "Said by somebody else.")
    say(served.site, "Begins a group, and fills its line to the end of the column. " * 4, name="charlie")
    first = message(enter(open_window(**window), served), "Begins a group").last
    first.focus()
    expect(first.locator(".message__tools")).to_have_css("opacity", "1")
    assert first.evaluate(MEETS, [".message__tools", ".message__meta", "[data-body] p"]) == []


def test_a_file_shows_the_whole_of_its_name_on_a_phone(open_window: OpenWindow, served: Server) -> None:
    page = enter(open_window(**PHONE), served)
    name = "The report of the third quarter in the last version that was agreed upon.csv"
    pick(page, (name, b"a;b"))
    ready(page, 1)
    is_whole = "node => node.scrollWidth <= node.clientWidth"
    assert page.locator("[data-upload-name]").evaluate(is_whole)
    page.get_by_role("button", name="Send").tap()
    assert with_file(page, name).locator("[data-file-name]").evaluate(is_whole)


def test_what_is_opened_moves_its_button_nowhere_on_a_phone(open_window: OpenWindow, served: Server) -> None:
    served.site.run("User.objects.filter(username='bob').update(is_staff=True)")
    page = enter(open_window(**PHONE), served, "bob")
    page.goto(served.url + "/people/")
    button = page.locator("summary").first
    where = "node => [node.getBoundingClientRect().x, node.getBoundingClientRect().y + scrollY]"
    before = button.evaluate(where)
    button.tap()
    expect(page.get_by_role("button", name="Close the account").first).to_be_visible()
    assert button.evaluate(where) == pytest.approx(before, abs=1)


def test_the_numbers_of_the_chain_stand_in_one_line_on_a_phone(open_window: OpenWindow, served: Server) -> None:
    page = enter(open_window(**PHONE), served)
    page.goto(served.url + "/chain/")
    below = page.locator(".facts__item > :last-child")
    tops = [below.nth(place).evaluate("node => node.getBoundingClientRect().top") for place in (0, 1)]
    assert tops[0] == pytest.approx(tops[1], abs=1)


@pytest.mark.parametrize("size", [(320, 200), (640, 400), (740, 360)])
def test_what_lies_over_a_low_window_lies_beside_each_other(
    open_window: OpenWindow, served: Server, size: tuple[int, int]
) -> None:
    page = enter(open_window(viewport=dict(zip(("width", "height"), size, strict=True))), served)
    overlays = ["[data-to-new]", "[data-newer]", "[data-hint]", "[data-room] > header"]
    page.evaluate("names => names.forEach((name) => { document.querySelector(name).hidden = false })", overlays)
    assert page.locator("body").evaluate(MEETS, overlays) == []


@pytest.mark.parametrize("width", [320, 390, 900])
def test_nothing_sticks_out(open_window: OpenWindow, served: Server, width: int) -> None:
    window = open_window(viewport={"width": width, "height": 640})
    for path in ("/", "/login/", "/signup/", "/password/reset/"):
        window.goto(path)
        assert fits(window.page), path
    assert fits(enter(window, served))


def test_the_theme_is_the_systems_until_somebody_switches(open_window: OpenWindow, served: Server) -> None:
    window = open_window(color_scheme="dark")
    page = enter(window, served)
    has_background(page, DARK)
    page.emulate_media(color_scheme="light")
    has_background(page, LIGHT)
    for shown in (LIGHT, DARK):
        page.locator("[data-theme-switch]").click()
        has_background(page, shown)
    page.reload()
    has_background(page, DARK)
    page.locator("[data-theme-switch]").click()
    has_background(page, LIGHT)


def test_on_paper_a_room_is_light_and_whole(open_window: OpenWindow, served: Server) -> None:
    say(served.site, *(f"line {number}" for number in range(40)))
    page = enter(open_window(), served)
    expect(message(page, "line 39")).to_be_visible()
    while not page.evaluate("document.documentElement.dataset.theme === 'dark'"):
        page.locator("[data-theme-switch]").click()
    page.emulate_media(media="print")
    has_background(page, LIGHT)
    expect(page.get_by_role("navigation", name="Rooms and account")).to_be_hidden()
    expect(page.get_by_role("link", name="Invite people")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollHeight") > 1200
    assert page.locator("[data-timeline]").evaluate("node => node.scrollHeight <= node.clientHeight")


def test_without_scripts_a_phone_shows_the_rooms_name_and_all_words(open_window: OpenWindow, served: Server) -> None:
    words = "Goes on without scripts to the end of the line. " * 2
    say(served.site, "Said without scripts.", words)
    window = open_window(**PHONE, java_script_enabled=False)
    window.context.add_cookies([{"name": "sessionid", "value": served.sessions["bob"], "url": served.url}])
    window.goto("/")
    name = window.page.get_by_role("heading", name="World", exact=True)
    assert name.evaluate("node => node.scrollWidth <= node.clientWidth")
    last = message(window.page, words)
    assert last.evaluate(MEETS, [".message__own-page", "[data-body] p"]) == []


def test_without_scripts_one_reads_writes_and_logs_out(open_window: OpenWindow, served: Server) -> None:
    window = open_window(java_script_enabled=False)
    window.context.add_cookies([{"name": "sessionid", "value": served.sessions["charlie"], "url": served.url}])
    window.goto("/")
    page = window.page
    page.get_by_label("Message to World").fill("Written *without* scripts")
    page.get_by_role("button", name="Send").click()
    expect(message(page, "Written without scripts")).to_be_in_viewport()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("link", name="Log in").first).to_be_visible()
