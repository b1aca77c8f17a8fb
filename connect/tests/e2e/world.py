"""Somebody in the World who has a pointer: signs up, says something, finds what was said."""

import re

from playwright.sync_api import Locator, Page, expect

from connect.tests.e2e.browser import Window
from connect.tests.people import PASSWORD


def sign_up(window: Window, name: str) -> Window:
    window.goto("/signup/")
    fill_form(window.page, name, "Sign up")
    is_in_world(window)
    return window


def fill_form(page: Page, name: str, button: str) -> None:
    page.get_by_label("Username").fill(name)
    page.get_by_label("E-mail").fill(f"{name}@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password, once more").fill(PASSWORD)
    page.get_by_role("button", name=button).click()


def is_in_world(window: Window) -> None:
    expect(window.page.get_by_role("heading", name="World", exact=True)).to_be_visible()
    expect(window.page.locator("main [data-health]")).to_have_attribute("data-health", "live")


def say(window: Window, text: str) -> None:
    window.page.get_by_label("Message to World").fill(text)
    window.page.keyboard.press("Enter")


def said(window: Window, text: str) -> Locator:
    """The one message with this text."""
    body = window.page.locator("[data-body]", has_text=re.compile(f"^\\s*{re.escape(text)}\\s*$"))
    message = window.page.get_by_role("article").filter(has=body)
    expect(message).to_have_count(1)
    return message
