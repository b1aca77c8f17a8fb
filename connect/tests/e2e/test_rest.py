"""A page on which nothing happens does nothing: it would take a laptop's battery, and everybody has several open."""

import pytest
from playwright.sync_api import expect

from connect.tests.e2e.browser import OpenWindow
from connect.tests.e2e.room import FILL, enter, is_live
from connect.tests.server import Server, make_site, serve

COUNT = """
window.frames_asked = 0;
const ask = requestAnimationFrame;
window.requestAnimationFrame = (draw) => ask(draw, window.frames_asked += 1);
"""
REST = """async () => {
  const before = window.frames_asked;
  await new Promise((resolve) => setTimeout(resolve, 2000));
  return window.frames_asked - before;
}"""
UP = """() => {
  document.querySelector("[data-timeline]").scrollTop = -1e6;
  return document.querySelector("[data-beginning]").getBoundingClientRect().top;
}"""
FEW = 5
"""Heartbeats, the arrival of what is read: some draws in two seconds. One for each frame would be a hundred."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Server:  # type: ignore[misc]
    site = make_site(tmp_path_factory.mktemp("rest"))
    site.run(FILL.format(first=0, last=70))
    with serve(site) as server:
        yield server


@pytest.mark.parametrize("at", ["the end", "the beginning", "a short room"])
def test_a_page_on_which_nothing_happens_does_nothing(open_window: OpenWindow, served: Server, at: str) -> None:
    window = open_window()
    window.context.add_init_script(COUNT)
    page = enter(window, served)
    if at == "a short room":
        window.goto("/rooms/new/")
        page.get_by_label("Name").fill("Den")
        page.get_by_role("button", name="Open the room").click()
    is_live(page)
    if at == "the beginning":
        expect(page.locator("[data-beginning]")).to_be_visible()  # once what is older is there
        assert page.evaluate(UP) > 0
    page.wait_for_timeout(1000)
    assert page.evaluate(REST) < FEW
