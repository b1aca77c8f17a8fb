"""No page breaks a rule of accessibility, in any of its states: axe-core, dark and light, desktop and phone."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from connect.tests.e2e.browser import OpenWindow, Window
from connect.tests.e2e.room import WORDS, enter, message, three_blocks, verify
from connect.tests.e2e.rules import violations
from connect.tests.e2e.test_main_job import fill_form, is_in_world
from connect.tests.server import Server, serve

VIEWS: dict[str, dict[str, Any]] = {
    "desktop, dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    "phone, light": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "has_touch": True},
}
STRANGERS = ("/", "/login/", "/signup/", "/password/reset/", "/confirm-email/", "/chain/", "/chain/?q=1")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(three_blocks(tmp_path_factory.mktemp("site"))) as server:
        yield server


def is_sound(page: Page, state: str) -> None:
    found = violations(page)
    assert not found, f"{state}\n" + "\n".join(found)


@pytest.fixture(params=VIEWS)
def window(request: pytest.FixtureRequest, open_window: OpenWindow) -> Window:
    return open_window(**VIEWS[request.param])


def test_pages_for_strangers(window: Window, served: Server) -> None:
    for path in STRANGERS:
        window.goto(path)
        is_sound(window.page, path)
    window.goto("/signup/")
    window.page.get_by_role("button", name="Sign up").click()
    expect(window.page.get_by_text("This field is required.").first).to_be_visible()
    is_sound(window.page, "sign-up with errors")
    window.goto("/nowhere/")
    is_sound(window.page, "not found")
    window.complaints[:] = [each for each in window.complaints if "404" not in each]


def test_the_room_in_all_its_states(window: Window, served: Server) -> None:
    page = enter(window, served)
    is_sound(page, "room")
    page.get_by_label("Message to World").fill("x" * 8001)
    expect(page.get_by_role("alert")).to_be_visible()
    is_sound(page, "too long")
    page.get_by_label("Message to World").fill("")
    message(page, WORDS).focus()
    page.keyboard.press("r")
    is_sound(page, "reply")
    message(page, WORDS).focus()
    page.keyboard.press("p")
    expect(page.locator("dialog.drawer [data-proof-sealed]")).to_be_visible()
    is_sound(page, "proof")
    verify(page)
    is_sound(page, "verified")


def test_pages_of_the_account(window: Window, served: Server) -> None:
    window.goto("/signup/")
    fill_form(window.page, f"someone{secrets.token_hex(3)}", "Sign up")
    is_in_world(window)
    window.goto("/account/")
    paths = [link.get_attribute("href") or "" for link in window.page.locator(".settings__nav a").all()]
    assert len(paths) > 4
    for path in paths:
        window.goto(path)
        is_sound(window.page, path)
