"""German, and pages from right to left, in a real browser: words in their places, nothing outside of the window."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from connect.tests.e2e.browser import OpenWindow, audited
from connect.tests.e2e.room import enter, message, say
from connect.tests.e2e.sizes import PHONE, fits
from connect.tests.server import Server, make_site
from connect.tests.words import compile_words

DESK = {"viewport": {"width": 1280, "height": 800}}
NARROW = {"viewport": {"width": 320, "height": 640}}
PAGES = (
    "/",
    "/chain/",
    "/chain/blocks/0/",
    "/account/",
    "/account/two-step/",
    "/account/sessions/",
    "/search/",
    "/rooms/",
)
TURN = "document.addEventListener('DOMContentLoaded', () => { document.documentElement.dir = 'rtl' })"
OUTSIDE = """names => names.filter((name) => {
  const { left, right, width } = document.querySelector(name).getBoundingClientRect();
  return width === 0 || left < -0.5 || right > innerWidth + 0.5;
})"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    compile_words("de")
    site = make_site(tmp_path_factory.mktemp("site"))
    say(site, "Schon versiegelt.")
    say(site, "מה שלום כולם? 12:30", name="charlie", sealed=False)
    with audited(site) as server:
        yield server


def is_inside(page: Page, *names: str) -> None:
    assert page.evaluate(OUTSIDE, list(names)) == []


def test_a_german_reads_german_from_page_and_script(open_window: OpenWindow, served: Server) -> None:
    window = open_window(locale="de-DE", **DESK)
    page = enter(window, served)
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("main [data-health-text]")).to_have_text("Live")
    expect(page.locator(".day").first).to_have_text("Heute")  # by the script
    expect(page.get_by_role("button", name="Senden")).to_be_visible()
    page.get_by_label("Nachricht an World").fill("Guten Tag")
    page.get_by_role("button", name="Senden").click()
    glyph = message(page, "Guten Tag").locator("[data-glyph]")
    expect(glyph).to_have_attribute("aria-label", "Aufgezeichnet, noch in keinem Block")
    message(page, "Schon versiegelt.").hover()
    message(page, "Schon versiegelt.").get_by_role("button", name="Mehr").click()
    page.get_by_role("menuitem", name="Nachweis", exact=True).click()
    page.get_by_role("button", name="In diesem Browser prüfen").click()
    expect(page.locator("[data-proof-verdict]")).to_have_text("Alle sechs Prüfungen bestanden.")
    window.goto("/account/appearance/")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Appearance")).to_be_visible()


@pytest.mark.parametrize("size", [DESK, PHONE, NARROW], ids=["desk", "phone", "narrow"])
def test_longer_german_words_have_room(open_window: OpenWindow, served: Server, size: dict[str, object]) -> None:
    window = open_window(locale="de-DE", **size)
    for path in ("/", "/login/", "/signup/"):
        window.goto(path)
        assert fits(window.page), path
    enter(window, served)
    for path in PAGES:
        window.goto(path)
        assert fits(window.page), path


def test_on_a_small_phone_both_ways_in_stand_on_one_line_and_quotes_are_german(
    open_window: OpenWindow, served: Server
) -> None:
    window = open_window(locale="de-DE", viewport={"width": 360, "height": 740})
    window.goto("/chain/")
    page = window.page
    ways = [page.get_by_role("banner").get_by_role("link", name=name) for name in ("Anmelden", "Registrieren")]
    first, second = (way.bounding_box() for way in ways)
    assert first
    assert second
    assert first["y"] + first["height"] / 2 == second["y"] + second["height"] / 2
    nonsense = {"name": "x.tlog-proof", "mimeType": "text/plain", "buffer": b"nonsense"}
    page.locator("[data-file]").set_input_files(nonsense)  # type: ignore[arg-type]
    expect(page.locator("[data-verdict]")).to_have_text("Nicht nachgewiesen: „Beleg“ stimmt nicht.")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_from_right_to_left_everything_stays_inside(
    open_window: OpenWindow, served: Server, size: dict[str, object]
) -> None:
    window = open_window(**size)
    window.context.add_init_script(TURN)
    for path in ("/", "/login/"):
        window.goto(path)
        assert fits(window.page), path
    page = enter(window, served)
    for path in PAGES:
        window.goto(path)
        assert fits(page), path
    window.goto("/")
    sealed = message(page, "Schon versiegelt.")
    sealed.focus()
    is_inside(page, ".composer", ".composer__send", ".room__header", "article:focus .message__tools")
    sealed.get_by_role("button", name="More").click()
    is_inside(page, "[data-menu]")
    page.get_by_role("menuitem", name="Proof", exact=True).click()
    expect(page.locator("[data-proof-sealed]")).to_be_visible()
    is_inside(page, "dialog#proof", "[data-proof-verify]", "svg.path")
    if size is DESK:
        sides = "[...document.querySelectorAll('.sidebar, #proof')].map((node) => node.getBoundingClientRect().left)"
        sidebar, drawer = page.evaluate(sides)
        assert sidebar > drawer  # the first thing is where reading begins
    assert fits(page)
    page.keyboard.press("Escape")
    hebrew = message(page, "מה שלום").locator("[data-body]")
    assert hebrew.evaluate("node => getComputedStyle(node).direction") == "rtl"
    english = message(page, "Schon versiegelt.").locator("[data-body]")
    assert english.evaluate("node => getComputedStyle(node).direction") == "ltr"
