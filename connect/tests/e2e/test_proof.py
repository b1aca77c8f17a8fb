"""The drawer "Proof": what it says of a message, by pointer and keyboard, at every width, sealed or waiting."""

import base64
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from connect.tests.e2e.browser import OpenWindow
from connect.tests.e2e.room import (
    CHECKS,
    WORDS,
    enter,
    follows_to,
    message,
    prove,
    say,
    states,
    three_blocks,
    verify,
)
from connect.tests.e2e.rules import is_sound
from connect.tests.server import ROOT, Server, serve

ERASE = """
from uuid import uuid4
from accounts.models import User
from chat.erasing import erase_message
from ledger.models import Message
message = Message.objects.get(body__contains={text!r})
erase_message(User.objects.get(pk=message.author), message, uuid4(), "a test")
"""


EDIT = """
import time, uuid
from chat.models import Room
from ledger.recording.drafts import Draft
from ledger.models import Message
from ledger.recording.batches import record
message = Message.objects.get(body__contains={text!r})
body, ref, now_ms = {{"text": {newer!r}}}, bytes(message.hash), time.time_ns() // 1_000_000
record(Draft("edit", Room.WORLD, message.author, uuid.uuid4(), now_ms, body=body, ref=ref))
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A site without a miner: blocks come when a test asks for them."""
    with serve(three_blocks(tmp_path_factory.mktemp("site"))) as server:
        yield server


def test_a_sealed_message_is_verified_in_the_page(open_window: OpenWindow, served: Server) -> None:
    window = open_window()
    page = enter(window, served)
    expect(page.locator("dialog#proof")).to_be_hidden()
    drawer = prove(page)
    expect(drawer).to_contain_text("This message is entry")
    expect(drawer.locator(".state strong")).to_have_text(["Sent", "Recorded", re.compile(r"^Sealed in block \d+$")])
    assert states(page, "idle") == CHECKS
    verify(page)
    assert states(page, "good") == CHECKS
    expect(drawer.locator("[data-proof-history]")).to_contain_text("this browser has followed since")
    for row in drawer.locator(".step").all():
        row.locator("summary").click()
    expect(drawer.locator("[data-check=body] dd code").first).to_have_text(f'{{"text":"{WORDS}"}}')


def test_what_is_downloaded_was_verified_and_passes_the_independent_check(
    open_window: OpenWindow, served: Server, tmp_path: Path
) -> None:
    window = open_window()
    page = enter(window, served)
    drawer = prove(page)
    with page.expect_download() as download:
        drawer.get_by_role("button", name="Download the receipt").click()
    name = download.value.suggested_filename
    download.value.save_as(tmp_path / name)
    hash_ = message(page, WORDS).get_attribute("data-hash")
    answer = httpx.get(f"{served.url}/log/receipt/{hash_}", cookies={"sessionid": served.sessions["alice"]})
    assert (tmp_path / name).read_text() == answer.text
    program, script, *arguments = drawer.locator("[data-proof-command]").inner_text().split()
    assert (program, script) == ("python", "connect_verify.py")
    command = [sys.executable, str(ROOT / script), *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_path_has_a_box_for_every_hash_and_each_copies(open_window: OpenWindow, served: Server) -> None:
    window = open_window(permissions=["clipboard-read", "clipboard-write"])
    page = enter(window, served)
    path = prove(page).locator("svg.path")
    hash_ = message(page, WORDS).get_attribute("data-hash")
    receipt = page.request.get(f"{served.url}/log/receipt/{hash_}").text()
    siblings = receipt.split("\n\n")[0].split("\n")[3:]
    expect(path.locator(".path__box--sibling")).to_have_count(len(siblings))
    expect(path.locator(".path__box")).to_have_count(2 * len(siblings) + 3)
    path.locator(".path__box--leaf").click()
    expect(path.locator(".path__box--leaf")).to_have_attribute("data-copied", "yes")
    assert page.evaluate("navigator.clipboard.readText()") == hash_
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    copied = page.locator(".path__box:focus")
    expect(copied).to_have_attribute("data-copied", "yes")
    assert page.evaluate("navigator.clipboard.readText()") == copied.get_attribute("data-copy")


def test_the_keyboard_does_it_all(open_window: OpenWindow, served: Server) -> None:
    page = enter(open_window(), served)
    title = page.get_by_role("heading", name="Proof", exact=True)
    page.get_by_role("region", name="Messages in World").focus()
    page.keyboard.press("ArrowUp")
    newest = message(page, "after 2")
    expect(newest).to_be_focused()
    page.keyboard.press("p")
    expect(title).to_be_focused()
    page.keyboard.press("F6")
    expect(title).not_to_be_focused()
    page.keyboard.press("Shift+F6")
    expect(title).to_be_focused()
    page.get_by_role("button", name="Verify in this browser").press("Enter")
    expect(page.locator("[data-proof-verdict]")).to_have_text("All six checks passed.")
    page.keyboard.press("Escape")
    expect(page.locator("dialog#proof")).to_be_hidden()
    expect(newest).to_be_focused()


@pytest.mark.parametrize(("width", "is_modal"), [(1280, False), (900, True), (390, True), (320, True)])
def test_it_fits_every_width_and_gives_the_focus_back(
    open_window: OpenWindow, served: Server, width: int, is_modal: bool
) -> None:
    page = enter(open_window(viewport={"width": width, "height": 760}), served)
    drawer = prove(page)
    assert drawer.evaluate("node => node.matches(':modal')") is is_modal
    verify(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert drawer.locator("[data-proof-body]").evaluate("node => node.scrollWidth <= node.clientWidth")
    page.get_by_role("button", name="Close the proof").click()
    expect(drawer).to_be_hidden()
    expect(message(page, WORDS).get_by_role("button", name="More")).to_be_focused()


def test_the_glyph_opens_it_and_names_the_block(open_window: OpenWindow, served: Server) -> None:
    page = enter(open_window(), served)
    glyph = message(page, WORDS).get_by_role("img", name=re.compile(r"^Sealed in block \d+$"))
    message(page, WORDS).hover()
    glyph.click()
    expect(page.locator("dialog#proof")).to_contain_text(WORDS)


def test_a_pending_message_says_so_and_its_proof_comes_by_itself(open_window: OpenWindow, served: Server) -> None:
    page = enter(open_window(), served, "charlie")
    say(served.site, "still waiting", sealed=False)
    message(page, "still waiting").focus()
    page.keyboard.press("p")
    drawer = page.locator("dialog#proof")
    expect(drawer).to_contain_text("The next block seals it")
    expect(drawer.locator("[data-proof-sealed]")).to_be_hidden()
    served.manage("mine_block")
    expect(drawer.locator("svg.path")).to_be_visible()
    expect(drawer).to_contain_text("This message is entry")
    verify(page)
    assert states(page, "good") == CHECKS


def test_the_first_sealed_message_of_mine_points_to_its_proof_once(open_window: OpenWindow, served: Server) -> None:
    """And whoever may invite others is shown the way there."""
    served.site.run("User.objects.filter(username='charlie').update(is_staff=True)")
    page = enter(open_window(), served, "charlie")
    words = page.locator("dialog#proof [data-proof-words]")
    hint = page.locator("[data-hint]")
    for text, written in (("hello", "**hello**"), ("hello again", "hello again")):
        page.get_by_label("Message to World").fill(written)
        page.keyboard.press("Enter")
        expect(message(page, text).last.get_by_role("img", name="Recorded, not yet in a block")).to_be_attached()
        served.manage("mine_block")
        expect(message(page, text).last.get_by_role("img", name=re.compile("Sealed in block"))).to_be_attached()
        if text == "hello":
            expect(hint).to_have_text(re.compile(r"Sealed\.\s+See the proof\."))
            is_sound(page, "the way to the proof")
            hint.get_by_role("button", name="See the proof.").click()
            expect(words).to_have_text("**hello**")
            page.keyboard.press("Escape")
            expect(hint.get_by_role("link", name="Invite people")).to_have_attribute("href", "/invites/")
            is_sound(page, "the way to invite others")
            hint.get_by_role("button", name="Hide this").click()
        expect(hint).to_be_hidden()


def test_statements_and_hello_name_the_checkpoint_that_was_verified(open_window: OpenWindow, served: Server) -> None:
    window = open_window()
    page = enter(window, served, "bob")
    tip = httpx.get(f"{served.url}/log/checkpoint").text.split("\n")
    root = base64.b64decode(tip[2]).hex()
    follows_to(page, int(tip[1]))
    sent: list[dict[str, Any]] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda text: sent.append(json.loads(text))))
    page.reload()
    expect(page.locator("main [data-health]")).to_have_attribute("data-health", "live")
    page.get_by_label("Message to World").fill("seen and verified")
    page.keyboard.press("Enter")
    expect(message(page, "seen and verified").get_by_role("img", name=re.compile("Recorded"))).to_be_attached()
    named = {frame["type"]: frame["checkpoint"] for frame in sent if "checkpoint" in frame}
    assert named == {type_: {"size": int(tip[1]), "root": root} for type_ in ("hello", "send")}


def test_a_receipt_that_does_not_come_can_be_asked_for_again(open_window: OpenWindow, served: Server) -> None:
    window = open_window()
    page = enter(window, served)
    page.route("**/log/receipt/*", lambda route: route.abort())
    message(page, WORDS).focus()
    page.keyboard.press("p")
    expect(page.locator("[data-proof-problem]")).to_contain_text("the server does not answer")
    page.unroute("**/log/receipt/*")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("svg.path")).to_be_visible()
    assert [complaint for complaint in window.complaints if "ERR_FAILED" not in complaint] == []
    window.complaints.clear()


def test_a_closed_drawer_keeps_no_words(open_window: OpenWindow, served: Server) -> None:
    page = enter(open_window(), served)
    drawer = prove(page)
    verify(page)
    assert WORDS in drawer.inner_html()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    assert WORDS not in drawer.inner_html()
    prove(page)
    verify(page)
    assert states(page, "good") == CHECKS


def test_words_that_are_erased_leave_the_open_drawer_and_their_place_is_still_proven(
    open_window: OpenWindow, served: Server
) -> None:
    page = enter(open_window(), served)
    drawer = prove(page, "before 3")
    served.site.run(ERASE.format(text="before 3"))
    expect(drawer.locator("[data-proof-words]")).to_have_text("This message was erased.")
    expect(drawer.locator("svg.path")).to_be_visible()
    verify(page)
    assert (states(page, "unsaid"), states(page, "bad")) == (["body"], [])
    assert "before 3" not in drawer.inner_html()


def test_each_version_of_a_message_has_its_own_proof(open_window: OpenWindow, served: Server) -> None:
    say(served.site, "nine in favour")
    served.site.run(EDIT.format(text="nine in favour", newer="ten in favour"))
    page = enter(open_window(), served)
    drawer = prove(page, "ten in favour")
    words = drawer.locator("[data-proof-words]")
    newest, oldest = drawer.locator(".version").first, drawer.locator(".version").last
    expect(words).to_have_text("nine in favour")
    expect(oldest).to_contain_text("This proof is about these words.")
    verify(page)
    newest.get_by_role("button", name="Prove this version").click()
    expect(drawer.get_by_role("heading", name="Proof", exact=True)).to_be_focused()
    expect(words).to_have_text("ten in favour")
    expect(drawer).to_contain_text("waits for the next block")
    expect(newest).to_contain_text("This proof is about these words.")
    say(served.site, "and a block")  # which seals the edit, too
    expect(drawer).to_contain_text("This version is entry")
    verify(page)
    assert states(page, "good") == CHECKS
    with page.expect_download() as download:
        drawer.get_by_role("button", name="Download the receipt").click()
    address = f"{served.url}/log/receipt/{newest.get_attribute('data-version')}"
    assert download.value.path().read_text() == httpx.get(address, cookies={"sessionid": served.sessions["alice"]}).text
    oldest.get_by_role("button", name="Prove this version").click()
    expect(words).to_have_text("nine in favour")
    expect(drawer).to_contain_text("This message is entry")


def test_a_message_of_a_time_that_no_calendar_holds_is_verified(open_window: OpenWindow, served: Server) -> None:
    """Nobody keeps others from proving what was said by the time that they claim for it."""
    text = "from the far future"
    say(served.site, text, sent_ms=2**53 - 1)
    page = enter(open_window(), served)
    drawer = prove(page, text)
    expect(drawer.locator(".state").first).to_contain_text("by the author's clock")
    expect(drawer.locator(".state time").first).to_be_hidden()
    verify(page)
    assert states(page, "good") == CHECKS
