"""Hostile words in every field, from the interface and the socket: shown as what they are, or refused in words.

Nothing runs, nothing is loaded from elsewhere, no page sticks out sideways, and the browser reports no violated policy:
a complaint on any console fails the test.
"""

import asyncio
import secrets
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from chat.tests.client import enter as open_socket
from connect.tests.e2e.browser import OpenWindow, Window
from connect.tests.e2e.room import enter
from connect.tests.e2e.test_main_job import fill_form, is_in_world
from connect.tests.server import Server, make_site, serve

RUN = "window.ran = (window.ran || 0) + 1"
SCRIPT = f"<script>{RUN}</script>"
IMAGE = f"<img src=x onerror='{RUN}'>"
LINKS = (
    f"[a](javascript:{RUN})",
    f"[b](JaVaScRiPt&colon;{RUN})",
    "[c](data:text/html;base64,PHNjcmlwdD53aW5kb3cucmFuPTE8L3NjcmlwdD4=)",
    "[d](vbscript:msgbox(1))",
    "![e](https://tracker.example/pixel.png)",
    f"<a href='javascript:{RUN}'>f</a>",
)
MARKUP = (
    SCRIPT,
    IMAGE,
    f"<svg onload='{RUN}'>",
    f"<iframe srcdoc='{SCRIPT}'></iframe>",
    "<style>*{display:none}</style>",
)
NAMES = (SCRIPT, IMAGE, "\u202egnp.exe", "{{ 7*7 }} {% now 'Y' %}", "'\"><b>bold</b>")
SHAPES = (
    "\u202egnp.exe\u202c tfel ot thgir",
    "\u2066\u2067\u2068 isolates that nobody ends",
    "e" + "\u0301" * 4_000,
    "Z" + "\u0337\u0322\u0328" * 1_300,
    "a" * 8_000,
    "> " * 2_000 + "deep",
    "[" * 4_000,
    "*" * 8_000,
    "`" * 7_999,
    "- " * 3_000 + "x",
    "|" + "a|" * 1_900 + "\n|" + "-|" * 1_900,
    "\ufdfd" * 2_000,
)
TEXTS = (*LINKS, *MARKUP, *SHAPES)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(make_site(tmp_path_factory.mktemp("site"))) as server:
        yield server


def said_by_socket(server: Server, texts: Sequence[str]) -> list[dict[str, Any]]:
    """The answers to these messages, sent in a thread of its own: Playwright's loop runs in this one."""
    answers: list[dict[str, Any]] = []

    async def say() -> None:
        async with open_socket(server, "bob") as bob:
            for text in texts:
                answers.append(await bob.say(text))

    thread = threading.Thread(target=lambda: asyncio.run(say()))
    thread.start()
    thread.join(120)
    return answers


def is_harmless(page: Page) -> None:
    assert page.evaluate("window.ran") is None
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    schemes = page.evaluate("[...document.querySelectorAll('main a[href]')].map((a) => new URL(a.href).protocol)")
    assert set(schemes) <= {"http:", "https:", "mailto:"}
    foreign = "[...document.querySelectorAll('img, script, iframe, link')].map((n) => n.src || n.href)"
    origin = page.evaluate("location.origin")
    assert all(not url or url.startswith((origin, "data:", "blob:")) for url in page.evaluate(foreign))


@pytest.mark.parametrize("width", [1280, 390])
def test_hostile_messages_are_shown_and_do_nothing(open_window: OpenWindow, served: Server, width: int) -> None:
    page = enter(open_window(viewport={"width": width, "height": 800}), served)
    mark = f"the end {secrets.token_hex(4)}"
    answers = said_by_socket(served, (*TEXTS, mark))
    assert {answer["type"] for answer in answers} == {"ack"}
    expect(page.get_by_text(mark).first).to_be_visible()
    expect(page.get_by_text(SCRIPT).first).to_be_attached()
    is_harmless(page)
    page.reload()  # as the server paints it
    expect(page.get_by_text(mark).first).to_be_visible()
    is_harmless(page)


def test_a_paste_of_a_megabyte_is_refused_in_words_and_lost_by_nobody(open_window: OpenWindow, served: Server) -> None:
    page = enter(open_window(), served)
    box = page.get_by_label("Message to World")
    box.evaluate("(node) => { node.value = 'x'.repeat(1_000_000); node.dispatchEvent(new Event('input')); }")
    expect(page.get_by_role("alert").filter(has_text="8,000")).to_be_visible()
    box.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="8,000")).to_be_visible()
    assert box.evaluate("(node) => node.value.length") == 1_000_000


def sign_up(window: Window) -> None:
    window.goto("/signup/")
    fill_form(window.page, f"mallory{secrets.token_hex(3)}", "Sign up")
    is_in_world(window)


def test_hostile_names_of_rooms_are_names_or_refused(open_window: OpenWindow, served: Server) -> None:
    window = open_window()
    sign_up(window)
    page = window.page
    for words in NAMES:
        window.goto("/rooms/new/")
        page.get_by_label("Name").fill(words[:80])
        page.get_by_label("Topic").fill(words)
        page.get_by_role("button", name="Open the room").click()
        expect(page.locator("main[data-room], .field--invalid").first).to_be_visible()
        is_harmless(page)
        assert "49" not in page.locator("h1").first.inner_text()
    window.goto("/rooms/")
    is_harmless(page)
    window.goto("/")
    is_in_world(window)
    is_harmless(page)


def test_hostile_searches_are_words(open_window: OpenWindow, served: Server) -> None:
    window = open_window()
    sign_up(window)
    for words in (SCRIPT, '"', "a* OR b* NEAR(", "'; DROP TABLE x; --", "from:\u202e", "%" * 50, "上" * 200):
        window.goto("/search/")
        window.page.get_by_role("searchbox").first.fill(words)
        window.page.keyboard.press("Enter")
        expect(window.page.locator("main")).to_be_visible()
        is_harmless(window.page)
