"""What lives for seconds, in two browsers: who types, what is told while nobody looks, and the choices about it."""

from playwright.sync_api import expect

from connect.tests.e2e.browser import OpenWindow, Window
from connect.tests.e2e.world import fill_form, is_in_world, said, say
from connect.tests.served import wait_until

WHOLE_BROWSER = True
"""With notifications."""
LOOK_AWAY = """() => {
  document.hasFocus = () => false;
  dispatchEvent(new Event("blur"));
}"""
LOOK_BACK = """() => {
  delete document.hasFocus;
  dispatchEvent(new Event("focus"));
}"""
COUNT_SHOWN = """() => {
  globalThis.shown = 0;
  const show = ServiceWorkerRegistration.prototype.showNotification;
  ServiceWorkerRegistration.prototype.showNotification = async function (...words) {
    await show.apply(this, words);
    shown += 1;
  };
}"""
"""Chromium drops a notification that comes up while it is asked for those it shows; so one asks after."""
ASK_AFTER = """async () => {
  await navigator.locks.query();
  await navigator.locks.request("another", () => {});
}"""
"""Answered after all that the page asked before about who tells."""
COUNT_BEEPS = """() => {
  globalThis.beeps = 0;
  const Whole = AudioContext;
  globalThis.AudioContext = function () {
    beeps += 1;
    return new Whole();
  };
}"""
SHOWN = """async () => {
  const worker = await navigator.serviceWorker.ready;
  const shown = await worker.getNotifications();
  return shown.map(({ title, body, data }) => [title, body, data.url.replace(/\\d+$/, "N")]);
}"""


def enter(open_window: OpenWindow, name: str) -> Window:
    window = open_window()
    window.goto("/signup/")
    fill_form(window.page, name, "Sign up")
    is_in_world(window)
    return window


def test_who_types_is_named_until_the_message_comes(open_window: OpenWindow) -> None:
    alice, bob = enter(open_window, "alice"), enter(open_window, "bob")
    bob.page.get_by_label("Message to World").press_sequentially("I think")
    expect(alice.page.locator("[data-typing]")).to_have_text("bob is typing…")
    expect(bob.page.locator("[data-typing]")).to_have_text("")
    say(bob, "I think so")
    said(alice, "I think so")
    expect(alice.page.locator("[data-typing]")).to_have_text("")


def test_what_is_said_while_nobody_looks_is_told_as_they_chose(open_window: OpenWindow) -> None:
    bob, window = enter(open_window, "bert"), enter(open_window, "anna")
    window.context.grant_permissions(["notifications"])
    page = window.page

    window.goto("/account/notifications/")
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("button", name="Switch off")).to_be_visible()
    assert page.get_by_role("button", name="Switch off").get_attribute("aria-pressed") is None, "its name says it"
    # Chromium's test windows have no push service, and say so on the console; the open chat tells all the same.
    window.complaints[:] = [each for each in window.complaints if "does not support the Push API" not in each]
    page.get_by_label("Quiet from").fill("22:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Quiet hours need a beginning and an end")
    page.get_by_label("Quiet from").fill("")
    page.get_by_label("World").select_option("Mentions")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()

    window.goto("/")
    is_in_world(window)
    page.evaluate(COUNT_SHOWN)
    page.evaluate(LOOK_AWAY)
    say(bob, "nothing for anna")
    expect(page).to_have_title("(1) World · Connect")
    say(bob, "but this is, @anna")
    expect(page).to_have_title("(2) World · Connect")
    told = ["bert · World", "but this is, @anna", "/rooms/world/?at=N"]
    wait_until(lambda: page.evaluate("shown"))
    assert page.evaluate(SHOWN) == [told]
    page.evaluate(LOOK_BACK)
    expect(page).to_have_title("World · Connect")

    window.goto("/account/notifications/")
    expect(page.get_by_label("World")).to_have_value("mentions")
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_text("Off in this browser.")).to_be_visible()
    page.get_by_label("World").select_option("Nothing")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    window.goto("/")
    expect(page.locator(".sidebar li", has_text="World")).to_have_attribute("data-muted", "")


def test_of_two_tabs_one_beeps_and_none_beside_one_that_is_looked_at(open_window: OpenWindow) -> None:
    bob, window = enter(open_window, "bela"), enter(open_window, "ania")
    window.goto("/account/notifications/")
    window.page.get_by_label("A sound with each notification").check()
    window.page.get_by_role("button", name="Save").click()
    expect(window.page.get_by_text("Saved.")).to_be_visible()
    tabs = [window.page, window.open()]
    for tab in tabs:
        tab.goto(window.base)
        expect(tab.locator("main [data-health]")).to_have_attribute("data-health", "live")
        tab.evaluate(COUNT_BEEPS)
        tab.evaluate(LOOK_AWAY)
    for number in (1, 2):
        say(bob, f"@ania, {number}")
        for tab in tabs:
            expect(tab).to_have_title(f"({number}) World · Connect")
            tab.evaluate(ASK_AFTER)
        assert sum(tab.evaluate("beeps") for tab in tabs) == number
    tabs[0].evaluate(LOOK_BACK)
    say(bob, "@ania, you see it")
    for tab in tabs:
        expect(tab.get_by_role("article").filter(has_text="you see it")).to_be_visible()
        tab.evaluate(ASK_AFTER)
    assert sum(tab.evaluate("beeps") for tab in tabs) == number


def test_who_is_here_has_a_dot_in_a_conversation_and_who_hides_has_none(open_window: OpenWindow) -> None:
    carl, dora = enter(open_window, "carl"), enter(open_window, "dora")
    carl.goto("/direct/new/")
    carl.page.get_by_label("dora").check()
    carl.page.get_by_role("button", name="Start").click()
    dot = carl.page.locator(".sidebar [data-person]")
    expect(dot).to_have_attribute("data-presence", "online")
    expect(dot).to_have_text("online")
    settings = dora.open()
    settings.goto(f"{dora.base}/account/")
    settings.get_by_label("Display name").fill("Dora Day")
    settings.get_by_role("button", name="Save").click()
    mine = dora.page.get_by_role("link", name="Dora Day", exact=True)
    expect(mine).to_have_attribute("title", "Dora Day: your settings")
    settings.close()
    expect(carl.page.get_by_role("heading", name="Dora Day", exact=True)).to_be_visible()
    expect(carl.page).to_have_title("Dora Day · Connect")
    dora.goto("/account/notifications/")
    dora.page.get_by_label("Show others whether I am here").uncheck()
    dora.page.get_by_role("button", name="Save").click()
    expect(dora.page.get_by_text("Saved.")).to_be_visible()
    dora.goto("/")
    expect(dot).to_have_attribute("data-presence", "offline")
