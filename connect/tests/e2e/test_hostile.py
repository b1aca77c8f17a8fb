"""Hostile words in every field, from the interface and the socket: shown as what they are, or refused in words.

Nothing runs, nothing is loaded from elsewhere, no page sticks out sideways, and the browser reports no violated policy:
a complaint on any console fails the test. What is refused leaves nothing behind, and the audit finds nothing.
"""

import asyncio
import json
import secrets
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from chat.tests.client import WORLD, message
from chat.tests.client import enter as open_socket
from chat.tests.files.samples import HTML, SVG, bomb
from connect.tests.e2e.browser import OpenWindow, Window, audited
from connect.tests.e2e.files import pick, ready, with_file
from connect.tests.e2e.room import enter, is_live
from connect.tests.e2e.world import fill_form, is_in_world
from connect.tests.server import Server, make_site

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
    "e" + "\u0301" * 7_999,
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
TOO_LONG = ("e" + "\u0301" * 10_000, "x" * 8_001)
FILES = {
    "../../../etc/passwd": "passwd",
    "..\\..\\start.bat": "start.bat",
    "\u202egnp.exe": "gnp.exe",
    f"{IMAGE}.txt": f"{IMAGE}.txt",
    ".htaccess": "htaccess",
    "e" + "\u0301" * 300 + ".txt": "",
}
"""What files are called, and what is shown for it where that is known."""
MARKS = "e" + "\u0301" * 10_000
LEFT = """
import json, os
from django.conf import settings
from chat.files.models import File
from chat.models import Ban, Membership, Room
from ledger.models import Message
files = File.objects.all()
named = [path for each in files for path in [each.contents, *([each.thumbnail] if each.is_picture else [])]]
print(json.dumps({
    "rows": [model.objects.count() for model in (Message, Room, Membership, Ban, File)],
    "states": sorted(set(files.values_list("state", flat=True))),
    "known": sorted(name.removeprefix("files/") for name in named),
    "stored": sorted(os.listdir(settings.MEDIA_ROOT / "files")) if files else [],
}))
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with audited(make_site(tmp_path_factory.mktemp("site"))) as server:
        yield server


def left(server: Server) -> dict[str, Any]:
    """How many rows there are, and which files lie in the store."""
    found: dict[str, Any] = json.loads(server.site.run(LEFT))
    return found


def asked_by_socket(server: Server, *frames: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers to these frames, sent in a thread of its own: Playwright's loop runs in this one."""
    answers: list[dict[str, Any]] = []

    async def ask() -> None:
        async with open_socket(server, "bob") as bob:
            for kind, fields in frames:
                answers.append(await bob.ask(kind, **fields))

    thread = threading.Thread(target=lambda: asyncio.run(ask()))
    thread.start()
    thread.join(120)
    return answers


def said_by_socket(server: Server, *texts: str) -> list[dict[str, Any]]:
    return asked_by_socket(server, *(("send", message(text)) for text in texts))


def is_harmless(page: Page) -> None:
    assert page.evaluate("window.ran") is None
    page.wait_for_function("() => document.documentElement.scrollWidth <= innerWidth")
    schemes = page.evaluate("[...document.querySelectorAll('main a[href]')].map((a) => new URL(a.href).protocol)")
    assert set(schemes) <= {"http:", "https:", "mailto:"}
    foreign = "[...document.querySelectorAll('img, script, iframe, link')].map((n) => n.src || n.href)"
    origin = page.evaluate("location.origin")
    assert all(not url or url.startswith((origin, "data:", "blob:")) for url in page.evaluate(foreign))


def test_hostile_messages_are_shown_and_do_nothing(open_window: OpenWindow, served: Server) -> None:
    page = enter(open_window(), served)
    mark = f"the end {secrets.token_hex(4)}"
    answers = said_by_socket(served, *TEXTS, mark)
    assert {answer["type"] for answer in answers} == {"ack"}
    expect(page.get_by_text(mark).first).to_be_visible()
    expect(page.get_by_text(SCRIPT).first).to_be_attached()
    is_harmless(page)
    page.set_viewport_size({"width": 390, "height": 800})
    is_harmless(page)
    page.reload()  # as the server paints it
    expect(page.get_by_text(mark).first).to_be_visible()
    is_harmless(page)


def test_what_is_refused_is_refused_in_words_and_leaves_nothing(open_window: OpenWindow, served: Server) -> None:
    page = enter(open_window(), served)
    (said,) = said_by_socket(served, "something to act upon")
    before = left(served)
    answers = said_by_socket(served, *TOO_LONG)
    assert [answer["code"] for answer in answers] == ["too_long", "too_long"]
    done = {"room": WORLD, "ref": said["hash"], "sent_ms": 1}
    emoji = [
        ("react", {**done, "client_id": secrets.token_hex(16), "emoji": words}) for words in (SCRIPT, "a", "\u202e")
    ]
    edits = [("edit", {**done, "client_id": secrets.token_hex(16), "text": words}) for words in (*TOO_LONG, "a\0b")]
    answers = asked_by_socket(served, *emoji, *edits)
    assert [answer["type"] for answer in answers] == ["error"] * 6, answers

    box = page.get_by_label("Message to World")
    for words in ("x" * 1_000_000, MARKS):
        box.evaluate("(node, words) => { node.value = words; node.dispatchEvent(new Event('input')); }", words)
        expect(page.get_by_role("alert").filter(has_text="8,000")).to_be_visible()
        box.press("Enter")
        expect(page.get_by_role("alert").filter(has_text="8,000")).to_be_visible()
        assert box.evaluate("(node) => node.value.length") == len(words)
    assert left(served) == before


def sign_up(window: Window) -> None:
    window.goto("/signup/")
    fill_form(window.page, f"mallory{secrets.token_hex(3)}", "Sign up")
    is_in_world(window)


def test_hostile_names_are_names_or_refused(open_window: OpenWindow, served: Server) -> None:
    """Of people, of rooms, and of where addresses may be."""
    window = open_window()
    page = window.page
    window.goto("/signup/")
    for words in NAMES[:3]:
        fill_form(page, words, "Sign up")
        expect(page.locator(".field--invalid").first).to_be_visible()
        is_harmless(page)
    sign_up(window)
    for words in (*NAMES, MARKS):
        window.goto("/account/")
        page.get_by_label("Display name").fill(words)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("status").or_(page.locator(".field--invalid")).first).to_be_visible()
        is_harmless(page)
    for words in (*NAMES, MARKS):
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
    # Every refusal is an answer with a status that the browser notes.
    window.complaints[:] = [each for each in window.complaints if "400" not in each]


def test_hostile_reasons_are_words(open_window: OpenWindow, served: Server) -> None:
    page = enter(open_window(), served, "bob")
    for words in (SCRIPT, "\u202egnp.exe"):
        (said,) = said_by_socket(served, "to be erased")
        page.goto(f"{served.url}/rooms/world/erase/{said['hash']}/")
        page.get_by_label("Why?").fill(words)
        page.get_by_role("button", name="Erase for good").click()
        is_live(page)
        is_harmless(page)
    page.goto(f"{served.url}/rooms/world/log/")
    expect(page.get_by_text(SCRIPT)).to_be_visible()
    is_harmless(page)


def test_hostile_files_are_inert(open_window: OpenWindow, served: Server) -> None:
    """Names with paths and turned directions; a picture of 60,000 pixels on each side; a drawing with a script."""
    page = enter(open_window(), served)
    contents = {**dict.fromkeys(FILES, b"text"), "bomb.png": bomb(), "drawing.svg": SVG, "page.html": HTML}
    pick(page, *contents.items())
    ready(page, len(contents))
    page.get_by_label("Message to World").press("Enter")
    sent = with_file(page, "drawing.svg")
    for shown in filter(None, FILES.values()):
        expect(sent.get_by_role("link", name=shown)).to_be_visible()
    expect(sent.locator("[data-files] img")).to_have_count(0)
    is_harmless(page)
    page.reload()
    is_live(page)
    is_harmless(page)
    with page.expect_download() as download:
        with_file(page, "drawing.svg").get_by_role("link", name="passwd").click()
    assert download.value.suggested_filename == "passwd"
    found = left(served)
    assert found["states"] == ["sent"]
    assert found["known"] == found["stored"]


def test_hostile_searches_are_words(open_window: OpenWindow, served: Server) -> None:
    window = open_window()
    sign_up(window)
    for words in (SCRIPT, '"', "a* OR b* NEAR(", "'; DROP TABLE x; --", "from:\u202e", "%" * 50, "上" * 200):
        window.goto("/search/")
        window.page.get_by_role("searchbox").first.fill(words)
        window.page.keyboard.press("Enter")
        expect(window.page.locator("main")).to_be_visible()
        is_harmless(window.page)
