"""The main job, whole, on what `make run` runs: sign up, talk, reply, seal, audit, inspect, log out; two browsers."""

import re

import httpx
from playwright.sync_api import Locator, expect

from connect.tests.e2e.browser import OpenWindow
from connect.tests.e2e.world import fill_form, is_in_world, said, say
from connect.tests.people import PASSWORD
from connect.tests.served import Served, wait_until

SEALED = re.compile(r"Sealed in block [\d,]+")
QUOTE_IS_ABOVE = """reply => {
  const look = (part) => reply.querySelector(part).getBoundingClientRect();
  const [quote, body] = ["[data-quote]", "[data-body]"].map(look);
  return quote.height > 0 && quote.bottom <= body.top;
}"""
"""In one look: whatever comes up below the messages moves them."""


def test_a_stranger_signs_up_talks_and_sees_it_proven(open_window: OpenWindow, served: Served) -> None:
    alice, bob = open_window(), open_window()

    # The one-time link of the first start makes the owner; bob signs up by himself.
    link = re.search(r"(/owner/\S+)", served.output.read_text())
    assert link
    alice.goto(link[1])
    fill_form(alice.page, "alice", "Create the owner")
    is_in_world(alice)
    bob.goto("/")
    bob.page.get_by_role("link", name="Sign up").first.click()
    fill_form(bob.page, "bob", "Sign up")
    is_in_world(bob)

    # A message appears at the other, at once and without a reload.
    say(alice, "Hello, is **anyone** there?")
    said(alice, "Hello, is anyone there?")
    heard = said(bob, "Hello, is anyone there?")
    expect(heard.locator("strong", has_text="anyone")).to_be_visible()
    expect(heard.get_by_text("alice", exact=True)).to_be_visible()
    has_picture(heard)

    # A reply carries the quote above its text.
    heard.hover()
    heard.get_by_role("button", name="Reply").click()
    say(bob, "I am here.")
    reply = said(alice, "I am here.")
    quote = reply.locator("[data-quote]")
    expect(quote).to_contain_text("Hello, is anyone there?")
    expect(quote).to_contain_text("alice")
    assert reply.evaluate(QUOTE_IS_ABOVE)

    # The miner seals both; the glyphs turn by themselves.
    for window in (alice, bob):
        for text in ("Hello, is anyone there?", "I am here."):
            expect(said(window, text).locator("[data-glyph]")).to_have_attribute("aria-label", SEALED)

    # A reload keeps everything as it was.
    alice.page.reload()
    is_in_world(alice)
    expect(said(alice, "I am here.").locator("[data-quote]")).to_contain_text("Hello, is anyone there?")
    expect(said(alice, "I am here.").locator("[data-glyph]")).to_have_attribute("aria-label", SEALED)

    # The owner looks into the admin, verifies the chain and mines.
    alice.page.get_by_role("link", name="Administration").click()
    expect(alice.page.locator("svg.ribbon")).to_be_visible()
    alice.page.get_by_role("link", name="Newest blocks").click()
    alice.page.get_by_role("button", name="Verify the chain").click()
    expect(alice.page.get_by_text("The chain is valid.")).to_be_visible()
    alice.page.get_by_role("link", name="Back to the blocks").click()
    alice.page.get_by_role("button", name="Mine a block").click()
    expect(alice.page.get_by_text(re.compile(r"Block \d+ sealed \d+ messages? after [\d,]+ attempts"))).to_be_visible()

    # Anyone may ask whether the chain is valid.
    answer = httpx.get(f"{served.url}/valid").json()
    assert answer["valid"] is True, answer
    assert answer["findings"] == []

    # Logged out, a person sees the landing page and nothing of the room.
    bob.page.get_by_role("button", name="Log out").click()
    expect(bob.page.get_by_role("link", name="Log in").first).to_be_visible()
    expect(bob.page.get_by_text("I am here.")).to_have_count(0)
    bob.goto("/rooms/world/")
    expect(bob.page).to_have_url(re.compile("/login/"))


def test_the_owner_follows_the_ledger_through_the_admin(open_window: OpenWindow) -> None:
    window = open_window(permissions=["clipboard-read", "clipboard-write"])
    page = window.page
    window.goto("/admin/")
    page.get_by_label("Username or e-mail").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_role("link", name="Messages").click()
    page.get_by_role("link", name="Sealed", exact=True).click()
    page.get_by_role("link", name="World", exact=True).first.click()
    page.locator("#searchbar").fill(str(page.locator("#result_list [data-copy]").first.get_attribute("data-copy")))
    page.get_by_role("button", name="Search").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    page.locator("#result_list .hash a").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("in World")
    page.get_by_role("link", name=re.compile("^Block ")).click()
    copy = page.locator(".field-hash [data-copy]")
    copy.click()
    expect(copy).to_have_attribute("data-copied", "yes")
    assert page.evaluate("navigator.clipboard.readText()") == copy.get_attribute("data-copy")
    page.locator("a[rel=prev]").click()
    page.locator("#messages").wait_for()
    for table in ("tile", "genesis", "roomhead"):
        window.goto(f"/admin/ledger/{table}/")
        page.locator("#result_list tbody a").first.click()
        expect(page.locator(".readonly").first).to_be_visible()


def has_picture(message: Locator) -> None:
    picture = message.locator("img[data-avatar]")
    wait_until(lambda: picture.evaluate("image => image.complete && image.naturalWidth > 0"))
