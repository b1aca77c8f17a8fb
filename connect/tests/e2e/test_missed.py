"""What changed while a page was not connected, in a real browser: the page is right again without a reload."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from connect.tests.e2e.browser import OpenWindow, audited
from connect.tests.e2e.room import enter, is_live, message
from connect.tests.e2e.wire import Wire
from connect.tests.server import Server, make_site

CROWD = """
from accounts.models import User
from chat.membership.joining import add, remove, set_role
from chat.models import Room
from chat.membership.opening import create_room
alice, bob = (User.objects.get(username=name) for name in ("alice", "bob"))
"""
ROOM = 'room = create_room(alice, "Court", "", "public"); add(alice, room, [bob]); print(room.slug)'


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with audited(make_site(tmp_path_factory.mktemp("site"))) as server:
        yield server


@pytest.fixture
def slug(served: Server) -> str:
    """Of a new room of alice's that bob is in."""
    return served.site.run(CROWD + ROOM).strip()


def enter_room(open_window: OpenWindow, served: Server, slug: str) -> tuple[Page, Wire]:
    """Bob in the room, and what connects him."""
    window = open_window()
    wire = Wire(window.context)
    page = enter(window, served, "bob")
    window.goto(f"/rooms/{slug}/")
    is_live(page)
    return page, wire


def test_who_is_removed_is_told_so(open_window: OpenWindow, served: Server, slug: str) -> None:
    page, wire = enter_room(open_window, served, slug)
    wire.cut()
    served.site.run(CROWD + f'remove(alice, Room.objects.get(slug="{slug}"), bob)')
    wire.mend()
    expect(page.get_by_role("heading", name="You are not in this room any more")).to_be_visible()


def test_who_is_called_otherwise_and_may_more_is_so(open_window: OpenWindow, served: Server, slug: str) -> None:
    page, wire = enter_room(open_window, served, slug)
    other = enter(open_window(), served)
    other.goto(f"{served.url}/rooms/{slug}/")
    other.get_by_label("Message to Court").fill("order")
    other.keyboard.press("Enter")
    author = message(page, "order").locator("[data-author]")
    expect(author).to_have_text("alice")
    wire.cut()
    changed = f'set_role(alice, Room.objects.get(slug="{slug}"), bob, "moderator")'
    served.site.run(CROWD + changed + '; User.objects.filter(pk=alice.pk).update(first_name="Alicia")')
    wire.mend()
    expect(author).to_have_text("Alicia")
    message(page, "order").hover()
    message(page, "order").get_by_role("button", name="More").click()
    expect(page.get_by_role("menuitem", name="Erase…")).to_be_visible()
