"""The room in a browser, and what is said in it without one."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from connect.tests.e2e.browser import Window
from connect.tests.served import wait_until
from connect.tests.server import Server, Site, make_site

CHECKS = ["body", "leaf", "root", "block", "work", "signature"]
WORDS = "The second point: seven in favour, two against."
SAY = """
import time, uuid
from contextlib import suppress
from accounts.models import User
from chat.models import Room
from ledger.errors import LostRace
from ledger.models import Message
from ledger.recording.drafts import Draft
from ledger.recording.batches import record
from ledger.sealing import seal
author = User.objects.get(username={name!r}).pk
for text in {texts!r}:
    sent_ms = {sent_ms!r} or time.time_ns() // 1_000_000
    record(Draft("post", Room.WORLD, author, uuid.uuid4(), sent_ms, body={{"text": text}}))
while {sealed!r} and Message.objects.pending().exists():
    with suppress(LostRace):  # the site's own miner was faster
        seal()
"""
FILL = """
import time, uuid
from accounts.models import User
from chat.models import Room
from ledger.recording.drafts import Draft
from ledger.recording.batches import record_batch
bob = User.objects.get(username="bob").pk
texts = [f"number {{n}} ends" for n in range({first}, {last})]
record_batch([Draft("post", Room.WORLD, bob, uuid.uuid4(), 1, body={{"text": text}}) for text in texts])
"""


def say(site: Site, *texts: str, name: str = "bob", sealed: bool = True, sent_ms: int | None = None) -> None:
    """Records posts in the World, and seals them into one block."""
    site.run(SAY.format(name=name, texts=texts, sealed=sealed, sent_ms=sent_ms))


def three_blocks(folder: Path) -> Site:
    """A site in which `WORDS` were said in the second of three blocks."""
    site = make_site(folder)
    say(site, *(f"before {i}" for i in range(5)))
    say(site, "just before", WORDS, "just after")
    say(site, *(f"after {i}" for i in range(3)))
    return site


def enter(window: Window, server: Server, name: str = "alice") -> Page:
    """The person's room, live, and the log followed to its newest checkpoint."""
    have_session(window, server, server.sessions[name])
    window.goto("/")
    is_live(window.page)
    return window.page


def have_session(window: Window, server: Server, key: str) -> None:
    window.context.add_cookies([{"name": "sessionid", "value": key, "url": server.url}])


def is_live(page: Page) -> None:
    expect(page.locator("main [data-health]")).to_have_attribute("data-health", "live")


def message(page: Page, text: str) -> Locator:
    return page.get_by_role("article").filter(has_text=text)


def kept_size(page: Page) -> int:
    """How long the newest log is that this browser verified; 0 before it verified any."""
    kept = json.loads(page.evaluate("localStorage.getItem('connect.log')") or "{}")
    return int(kept.get("size", 0))


def follows_to(page: Page, size: int) -> None:
    """Returns once the browser has verified a checkpoint of this size."""
    page.wait_for_function("size => JSON.parse(localStorage.getItem('connect.log') ?? '{}').size === size", arg=size)


def states(page: Page, state: str) -> Sequence[str | None]:
    """The names of the checks in this state."""
    return [row.get_attribute("data-check") for row in page.locator(f'.step[data-state="{state}"]').all()]


def choose(message: Locator, name: str) -> None:
    """An item of the message's menu. What moves the page between a press and its release makes no click of them."""
    item = message.page.get_by_role("menuitem", name=name, exact=True)

    def is_open() -> bool:
        message.hover()
        message.get_by_role("button", name="More").click()
        return item.is_visible()

    wait_until(is_open)
    item.click()


def prove(page: Page, text: str = WORDS) -> Locator:
    """Opens the drawer from the message's menu and returns it when its receipt is there."""
    choose(message(page, text), "Proof")
    drawer = page.locator("dialog#proof")
    expect(drawer.locator("[data-proof-sealed]")).to_be_visible()
    return drawer


def verify(page: Page) -> None:
    """Runs the checks of the open drawer."""
    page.get_by_role("button", name="Verify in this browser").click()
    expect(page.locator("[data-proof-verdict]")).to_have_text(re.compile("passed|Not proved"))
