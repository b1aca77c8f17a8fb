"""Files in two browsers: picked, dropped, pasted; seen, downloaded, erased; cut off, and without scripts."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from chat.tests.files.samples import HTML, SVG, photo_held_upright, picture
from connect.tests.e2e.browser import OpenWindow, audited
from connect.tests.e2e.files import payload, pick, ready, with_file
from connect.tests.e2e.room import enter, is_live
from connect.tests.e2e.sizes import PHONE
from connect.tests.server import Server, make_site

DROP = """([name, type, text, place = "main"]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name, { type }));
  const target = document.querySelector(place);
  for (const kind of ["dragenter", "dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""
PASTE = """async (type) => {
  const canvas = new OffscreenCanvas(64, 48);
  canvas.getContext("2d").fillRect(0, 0, 64, 48);
  const data = new DataTransfer();
  data.items.add(new File([await canvas.convertToBlob()], "image.png", { type: "image/png" }));
  if (type) data.setData(type, "words");
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.querySelector("[data-text]").dispatchEvent(event);
}"""

MAY_LEAVE = "dispatchEvent(new Event('beforeunload', { cancelable: true }))"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with audited(make_site(tmp_path_factory.mktemp("site"))) as server:
        yield server


def tray(page: Page) -> Locator:
    return page.get_by_role("list", name="Files to be sent").get_by_role("listitem")


def is_loaded(image: Locator) -> None:
    expect(image).to_be_visible()
    image.scroll_into_view_if_needed()
    expect(image).to_have_js_property("complete", True)
    assert image.evaluate("image => image.naturalWidth") > 0


def test_files_reach_everybody_and_go_when_they_are_erased(open_window: OpenWindow, served: Server) -> None:
    alice, bob = enter(open_window(), served), enter(open_window(), served, "bob")

    # Several at once; one too many is taken out again; the words of the message stand above them.
    pick(alice, ("upright.jpg", photo_held_upright()), ("minutes.txt", b"seven in favour\n"), ("not this.txt", b"x"))
    ready(alice, 3)
    alice.get_by_role("button", name="Remove not this.txt").press("Enter")
    expect(tray(alice)).to_have_count(2)
    alice.get_by_label("Message to World").fill("the minutes")
    alice.keyboard.press("Enter")
    expect(tray(alice)).to_have_count(0)

    heard = with_file(bob, "minutes.txt")
    expect(heard).to_contain_text("the minutes")
    expect(heard).to_contain_text("16 bytes")
    photo = heard.get_by_role("img", name="upright.jpg")
    assert photo.evaluate("image => image.width < image.height"), "as the camera was held"
    is_loaded(photo)
    with bob.expect_download() as download:
        heard.get_by_role("link", name="minutes.txt").click()
    assert download.value.suggested_filename == "minutes.txt"
    assert Path(download.value.path()).read_bytes() == b"seven in favour\n"

    # The first paint shows the same.
    before = heard.locator("[data-files]").inner_text()
    bob.reload()
    is_live(bob)
    is_loaded(with_file(bob, "minutes.txt").get_by_role("img", name="upright.jpg"))
    assert with_file(bob, "minutes.txt").locator("[data-files]").inner_text() == before

    # Erased: gone from both screens, and from the server.
    address = heard.get_by_role("link", name="minutes.txt").get_attribute("href")
    newest = "from ledger.models import Message; print(bytes(Message.objects.latest('id').hash).hex())"
    alice.goto(f"{served.url}/rooms/world/erase/{served.site.run(newest).strip()}/")
    alice.get_by_label("Why?").fill("names in it")
    alice.get_by_role("button", name="Erase for good").click()
    for page in (alice, bob):
        expect(page.get_by_text("This message was erased.")).to_be_visible()
        assert "minutes.txt" not in page.content()
        assert page.request.get(f"{served.url}{address}").status == 404


def test_without_words_a_message_is_its_files(open_window: OpenWindow, served: Server) -> None:
    page = enter(open_window(), served)
    page.evaluate(DROP, ["drawing.svg", "image/svg+xml", SVG.decode()])
    page.evaluate(DROP, ["page.html", "text/html", HTML.decode(), "nav"])
    page.evaluate(PASTE, "")
    ready(page, 3)
    page.evaluate(PASTE, "text/plain")
    expect(tray(page)).to_have_count(3)
    page.get_by_label("Message to World").press("Enter")
    sent = with_file(page, "drawing.svg")
    expect(sent.locator("[data-body]")).to_be_hidden()
    is_loaded(sent.get_by_role("img", name="image.png"))
    for name in ("drawing.svg", "page.html"):
        with page.expect_download():
            sent.get_by_role("link", name=name).click()


def test_a_message_waits_for_its_files(open_window: OpenWindow, served: Server) -> None:
    page = enter(open_window(), served)
    held: list[Route] = []
    page.route("**/rooms/world/files/", lambda route: held.append(route))
    pick(page, ("not this.txt", b"not this"))
    expect(tray(page)).to_have_attribute("data-state", "sending")
    page.get_by_role("button", name="Remove not this.txt").click()
    expect(tray(page)).to_have_count(0)
    held.clear()
    pick(page, ("slow.txt", b"slow"))
    expect(tray(page)).to_have_attribute("data-state", "sending")
    page.get_by_label("Message to World").fill("it takes its time")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This is sent as soon as its files are uploaded.")).to_be_visible()
    assert not page.evaluate(MAY_LEAVE)
    held.pop().continue_()
    expect(with_file(page, "slow.txt")).to_contain_text("it takes its time")
    expect(page.get_by_text("This is sent as soon as")).to_be_hidden()
    assert page.evaluate(MAY_LEAVE)


def test_a_message_that_a_file_holds_back_says_so_until_the_file_is_gone(
    open_window: OpenWindow, served: Server
) -> None:
    page = enter(open_window(), served)
    held: list[Route] = []
    page.route("**/rooms/world/files/", lambda route: held.append(route))
    pick(page, ("slow.txt", b"slow"), ("nothing.txt", b""))
    expect(tray(page).first).to_have_attribute("data-state", "sending")
    page.get_by_label("Message to World").fill("with two files")
    page.keyboard.press("Enter")
    refused = page.get_by_text("A file cannot be uploaded. Remove it.")
    expect(refused).to_be_visible()
    held.pop().continue_()
    ready(page, 1)
    expect(refused).to_be_visible()
    page.get_by_role("button", name="Remove nothing.txt").click()
    expect(refused).to_be_hidden()
    page.get_by_label("Message to World").press("Enter")
    expect(with_file(page, "slow.txt")).to_contain_text("with two files")


def test_an_upload_that_is_cut_off_can_be_tried_again(open_window: OpenWindow, served: Server) -> None:
    window = open_window()
    page = enter(window, served)
    page.route("**/rooms/world/files/", lambda route: route.abort())
    pick(page, ("broken.txt", b"whole"))
    expect(tray(page)).to_contain_text("The connection was lost.")
    page.get_by_label("Message to World").press("Enter")
    expect(page.get_by_text("A file could not be uploaded.")).to_be_visible()
    page.unroute("**/rooms/world/files/")
    page.get_by_role("button", name="Retry").click()
    ready(page, 1)
    window.complaints = [said for said in window.complaints if "ERR_FAILED" not in said]

    # It is there after a reload, too, and then goes with its message.
    page.reload()
    is_live(page)
    ready(page, 1)
    page.get_by_label("Message to World").press("Enter")
    expect(with_file(page, "broken.txt").get_by_role("link", name=re.compile("broken.txt"))).to_be_visible()


def test_a_phone_attaches_and_shows_files(open_window: OpenWindow, served: Server) -> None:
    page = enter(open_window(**PHONE), served)
    pick(page, ("a wide holiday.png", picture(size=(3000, 400))), ("x" * 90 + ".pdf", b"%PDF-1.7"))
    ready(page, 2)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Send").tap()
    sent = with_file(page, "a wide holiday.png")
    is_loaded(sent.get_by_role("img", name="a wide holiday.png"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for link in sent.locator("[data-files] a").all():
        box = link.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44


def test_without_scripts_the_form_sends_files(open_window: OpenWindow, served: Server) -> None:
    window = open_window(java_script_enabled=False)
    window.context.add_cookies([{"name": "sessionid", "value": served.sessions["bob"], "url": served.url}])
    window.goto("/rooms/world/")
    page = window.page
    page.get_by_label("Files to attach").set_input_files(payload("plain.png", picture()))
    page.get_by_role("button", name="Send").click()
    expect(with_file(page, "plain.png").get_by_role("img", name="plain.png")).to_be_visible()
