"""Rooms and people in three browsers: opened, joined, talked in, changed, left, all through the interface and live."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from connect.tests.e2e.browser import OpenWindow, audited
from connect.tests.e2e.room import enter, have_session, is_live, message
from connect.tests.e2e.sizes import PHONE
from connect.tests.e2e.world import fill_form
from connect.tests.served import wait_until
from connect.tests.server import Server, make_site

KATHMANDU = ZoneInfo("Asia/Kathmandu")
COUNT_CHANGES = """() => {
  window.changes = 0;
  const counter = new MutationObserver((found) => { window.changes += found.length; });
  counter.observe(document.querySelector('[data-rooms="room"]'), { subtree: true, childList: true, attributes: true });
}"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with audited(make_site(tmp_path_factory.mktemp("site"))) as server:
        yield server


def beside(page: Page, name: str) -> Locator:
    """The room's line in the sidebar."""
    return page.locator(".sidebar li").filter(has=page.locator("[data-name]", has_text=name))


def say(page: Page, text: str) -> None:
    page.locator("[data-text]").fill(text)
    page.get_by_role("button", name="Send").click()
    expect(message(page, text)).to_be_visible()


def details(page: Page) -> None:
    page.get_by_role("link", name="Details and people").click()


def open_room(page: Page, name: str, topic: str, access: str) -> None:
    page.get_by_role("link", name="New room").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Topic").fill(topic)
    page.get_by_label("Who may read").select_option(access)
    page.get_by_role("button", name="Open the room").click()
    is_live(page)


def choose(page: Page, name: str, button: str) -> None:
    page.get_by_label("Search by name").fill(name)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("checkbox", name=f"@{name}").check()
    page.get_by_role("button", name=button, exact=True).click()


def may_erase(page: Page, text: str, *, is_visible: bool) -> None:
    message(page, text).hover()
    message(page, text).get_by_role("button", name="More").click()
    expect(page.get_by_role("menuitem", name="Erase…")).to_be_visible(visible=is_visible)
    page.keyboard.press("Escape")


def test_a_team_opens_joins_and_leaves_rooms(open_window: OpenWindow, served: Server) -> None:
    alice, bob, charlie = (enter(open_window(), served, name) for name in ("alice", "bob", "charlie"))

    # A public room: found, read, joined; who opened it sees that.
    open_room(alice, "Tea", "Leaves and water", "public")
    say(alice, "Earl grey?")
    bob.get_by_role("link", name="All rooms").click()
    bob.get_by_role("link", name="Tea", exact=True).click()
    expect(message(bob, "Earl grey?")).to_be_visible()
    bob.get_by_role("button", name="Join Tea").click()
    is_live(bob)
    say(bob, "With milk.")
    expect(alice.get_by_text("bob joined.")).to_be_visible()
    expect(message(alice, "With milk.")).to_be_visible()

    # Given a role one is told so; what is not sent waits in its room; who leaves is out, and the others are told.
    details(alice)
    alice.get_by_label("Manage bob").click()
    alice.get_by_label("Role").select_option("Moderator")
    alice.get_by_role("button", name="Change role").click()
    expect(bob.get_by_text("alice made bob a moderator of this room.", exact=True)).to_be_visible()
    alice.get_by_role("link", name="Open", exact=True).click()
    is_live(alice)
    for name in ("Tea", "World"):
        beside(bob, name).get_by_role("link").click()
        is_live(bob)
        bob.get_by_label(f"Message to {name}").fill(f"half a word in {name}")
    for name in ("Tea", "World", "Tea"):
        beside(bob, name).get_by_role("link").click()
        expect(bob.get_by_label(f"Message to {name}")).to_have_value(f"half a word in {name}")
    details(bob)
    bob.get_by_role("button", name="Leave the room").click()
    expect(bob.get_by_text("You have left Tea.")).to_be_visible()
    bob.get_by_role("link", name="World", exact=True).last.click()
    is_live(bob)
    expect(beside(bob, "Tea")).to_have_count(0)
    expect(alice.get_by_text("bob left.", exact=True)).to_be_visible()

    # A private room appears by itself with whoever is added, and tells what is new in it.
    open_room(alice, "Plans", "", "private")
    details(alice)
    alice.get_by_role("link", name="Add people").click()
    choose(alice, "charlie", "Add")
    expect(beside(charlie, "Plans")).to_be_visible()
    expect(beside(bob, "Plans")).to_have_count(0)
    alice.get_by_role("link", name="Open", exact=True).click()
    is_live(alice)
    alice.locator("summary").get_by_text("alice joined. alice added charlie.").click()
    expect(alice.locator("[data-notes]")).to_be_in_viewport()
    say(alice, "@charlie look here")
    say(alice, "and here")
    expect(beside(charlie, "Plans").locator("[data-count]")).to_have_text("1")  # of the two, one mention
    everything = charlie.locator("[data-all-unread]")
    expect(everything).to_have_text("2")
    other_tab = charlie.context.new_page()
    other_tab.goto(f"{served.url}/unread/")
    other_tab.get_by_role("button", name="Mark all as read").click()
    expect(other_tab.get_by_role("heading", name="Everything is read")).to_be_visible()
    other_tab.close()
    for number in (everything, beside(charlie, "Plans").locator("[data-count]")):
        expect(number).to_be_hidden()
    beside(charlie, "Plans").get_by_role("link").click()
    expect(charlie.get_by_role("heading", name="Plans", exact=True)).to_be_visible()
    is_live(charlie)

    # A change is told at once, in the header, the sidebar and the timeline.
    details(alice)
    alice.get_by_label("Name").fill("Deeds")
    alice.get_by_label("Topic").fill("Less talk")
    alice.get_by_label("Who may read").select_option("public")
    lock = charlie.locator("[data-private]")
    expect(lock).to_be_visible()
    expect(beside(charlie, "Plans").get_by_role("link")).to_have_attribute("aria-description", "Private")
    alice.get_by_role("button", name="Save").click()
    expect(charlie.get_by_role("heading", name="Deeds", exact=True)).to_be_visible()
    expect(charlie.get_by_text("Less talk", exact=True)).to_be_visible()
    expect(lock).to_be_hidden()
    expect(beside(charlie, "Deeds").get_by_role("link")).not_to_have_attribute("aria-description", "Private")
    expect(charlie.get_by_text("alice renamed the room to “Deeds”.")).to_be_visible()

    # Archived, it is read only, and open again.
    alice.get_by_role("button", name="Archive the room").click()
    expect(charlie.get_by_text("This room is archived")).to_be_visible()
    expect(charlie.locator("[data-composer]")).to_be_hidden()
    message(charlie, "and here").hover()
    expect(message(charlie, "and here").get_by_role("button", name="More")).to_be_visible()
    expect(message(charlie, "and here").get_by_role("button", name="Reply")).to_be_hidden()
    expect(charlie.locator("summary", has_text="Archived")).to_be_visible()
    expect(beside(charlie, "Deeds")).to_be_visible()  # unfolded, since it is the room that is open
    alice.get_by_role("button", name="Open the room again").click()
    expect(charlie.locator("[data-composer]")).to_be_visible()
    expect(charlie.locator("summary", has_text="Archived")).to_be_hidden()

    # A new role is felt at once.
    may_erase(charlie, "and here", is_visible=False)
    alice.locator("summary", has_text="Manage").click()
    alice.get_by_label("Role").select_option("moderator")
    alice.get_by_role("button", name="Change role").click()
    expect(charlie.get_by_text("alice made charlie a moderator of this room.", exact=True)).to_be_visible()
    may_erase(charlie, "and here", is_visible=True)

    # Removed, one is told, and the room is gone.
    alice.locator("summary", has_text="Manage").click()
    alice.get_by_label("Why").fill("not yours any more")
    alice.get_by_role("button", name="Remove", exact=True).click()
    expect(charlie.get_by_role("heading", name="You are not in this room any more")).to_be_visible()
    charlie.get_by_role("link", name="To the World").click()
    is_live(charlie)
    expect(beside(charlie, "Deeds")).to_have_count(0)

    # A conversation: its name is the other's, on either side.
    charlie.get_by_role("link", name="New conversation").click()
    choose(charlie, "bob", "Start")
    is_live(charlie)
    expect(beside(bob, "charlie")).to_be_visible()
    bob.evaluate(COUNT_CHANGES)
    say(charlie, "psst")
    expect(beside(bob, "charlie").locator("[data-count]")).to_have_text("1")
    assert bob.evaluate("() => window.changes") == 0  # no other room's line is written again
    beside(bob, "charlie").get_by_role("link").click()
    expect(message(bob, "psst")).to_be_visible()
    expect(beside(alice, "charlie")).to_have_count(0)


def test_open_the_chat_leads_back_to_the_room(open_window: OpenWindow, served: Server) -> None:
    window = open_window()
    page = enter(window, served)
    open_room(page, "Back room", "", "private")
    room = page.url
    door = page.get_by_role("link", name="Open the chat")
    details(page)
    door.click()
    expect(page).to_have_url(room)
    page.get_by_role("link", name="The chain").click()
    page.goto(served.url + "/account/")
    door.click()
    expect(page).to_have_url(room)

    # Whoever logs in next begins in the World.
    window.context.clear_cookies()
    window.goto("/")
    have_session(window, served, served.sessions["charlie"])
    window.goto("/account/")
    door.click()
    expect(page.get_by_role("heading", name="World", exact=True)).to_be_visible()


def test_who_only_reads_sees_reactions_and_is_told_the_time_by_their_own_clock(
    open_window: OpenWindow, served: Server
) -> None:
    alice = enter(open_window(), served, "alice")
    open_room(alice, "Clocks", "", "public")
    say(alice, "What time is it there?")
    message(alice, "What time").hover()
    message(alice, "What time").get_by_role("button", name="React").click()
    alice.get_by_role("dialog", name="Choose an emoji").get_by_role("button").first.click()
    expect(message(alice, "What time").locator(".reaction")).to_be_visible()
    window = open_window(timezone_id="Asia/Kathmandu")
    have_session(window, served, served.sessions["charlie"])
    shown = message(window.page, "What time").filter(has=window.page.locator(".reaction"))

    def is_told() -> int:
        window.goto(urlsplit(alice.url).path)
        return shown.count()

    wait_until(is_told)  # Alice sees what she did at once, the page of who only reads once it is recorded.
    there = datetime.fromisoformat(shown.locator("time").get_attribute("datetime") or "").astimezone(KATHMANDU)
    expect(shown.locator("time")).to_contain_text(f"{there:%-I:%M}")
    expect(shown.locator("time")).not_to_contain_text("UTC")
    expect(window.page.locator("[data-list] [data-day]")).to_have_text("Today")


def test_an_invitation_leads_a_stranger_into_the_room_until_they_are_shown_out(
    open_window: OpenWindow, served: Server
) -> None:
    bob, stranger = enter(open_window(), served, "bob"), open_window(**PHONE)
    open_room(bob, "Workshop", "", "private")
    bob.get_by_role("link", name="Invite people").click()
    bob.get_by_label("How many people").fill("1")
    bob.get_by_role("button", name="Make the link").click()
    expect(bob.get_by_alt_text("The link as a QR code")).to_be_visible()
    link = bob.get_by_role("textbox", name="Link").input_value()
    bob.get_by_role("button", name="Copy the link").click()
    expect(bob.get_by_text("Copied.")).to_be_visible()

    stranger.goto(link[link.index("/join/") :])
    expect(stranger.page.get_by_role("heading", name="Join Workshop")).to_be_visible()
    stranger.page.get_by_role("link", name="Sign up").last.click()
    fill_form(stranger.page, "zoe", "Sign up")
    expect(stranger.page.get_by_role("heading", name="Workshop", exact=True)).to_be_visible()
    is_live(stranger.page)
    say(stranger.page, "Thank you for the link")
    bob.reload()
    expect(bob.get_by_role("textbox", name="Link")).to_have_count(0)  # used up

    # Shown out with a ban, while connected; what was said afterwards never reaches them.
    bob.get_by_role("link", name="Back").click()
    bob.get_by_label("Manage zoe").click()
    bob.get_by_label("Why").fill("spam")
    bob.get_by_label("May not come back").check()
    bob.get_by_role("button", name="Remove", exact=True).click()
    expect(stranger.page.get_by_role("heading", name="You are not in this room any more")).to_be_visible()
    bob.get_by_role("link", name="What was moderated here").click()
    expect(bob.get_by_text("bob removed zoe.")).to_be_visible()
    expect(bob.get_by_text("Banned: spam")).to_be_visible()
    bob.get_by_role("link", name="Back").click()
    bob.get_by_role("button", name="Let back in: zoe").click()
    expect(bob.get_by_role("heading", name="May not come back")).to_have_count(0)
