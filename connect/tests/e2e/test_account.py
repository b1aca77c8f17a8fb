"""The account pages through the interface: name, sessions, app, recovery codes, passkeys; on a desk and on a phone."""

import re
import zipfile

from playwright.sync_api import Page, expect

from accounts.tests.conftest import NEW_PASSWORD
from accounts.tests.totp import totp
from connect.tests.e2e.browser import OpenWindow, Window
from connect.tests.e2e.room import choose, message
from connect.tests.e2e.rules import is_sound_everywhere
from connect.tests.e2e.sizes import PHONE, TOO_SMALL, fits
from connect.tests.e2e.world import is_in_world, said, say, sign_up
from connect.tests.people import PASSWORD

PAGES = [
    *("", "email/", "password/", "two-step/", "sessions/", "appearance/", "notifications/", "data/"),
    *("again/", "leave/"),
]
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def open_here(open_window: OpenWindow, **options: object) -> Window:
    """Passkeys belong to names: the address of the machine has none."""
    window = open_window(**options)
    window.base = window.base.replace("127.0.0.1", "localhost")
    return window


def log_in(window: Window, name: str, password: str = PASSWORD) -> None:
    """The first step."""
    window.goto("/login/")
    window.page.get_by_label("Username or e-mail").fill(name)
    window.page.get_by_label("Password", exact=True).fill(password)
    window.page.get_by_role("button", name="Log in", exact=True).click()


def log_out(window: Window) -> None:
    window.goto("/")
    window.page.get_by_role("button", name="Log out").click()
    expect(window.page.get_by_role("link", name="Sign up").first).to_be_visible()


def is_sure(page: Page, password: str = PASSWORD) -> None:
    """Shows the password once more where it is asked for."""
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Go on").click()


def settings_of(window: Window, section: str) -> Page:
    window.goto("/account/")
    window.page.get_by_role("navigation", name="Settings").get_by_role("link", name=section).click()
    expect(window.page.get_by_role("heading", level=1, name=section)).to_be_visible()
    return window.page


def enter_code(page: Page, label: str, secret: str, button: str, heading: str) -> None:
    """Types what the app shows; once more where the half minute ended meanwhile."""
    for _ in range(2):
        page.get_by_label(label, exact=True).fill(totp(secret))
        page.get_by_role("button", name=button, exact=True).click()
        wrong = page.get_by_text("This code is wrong")
        done = page.get_by_role("heading", name=heading, exact=True)
        expect(wrong.or_(done).first).to_be_visible()
        if done.is_visible():
            return
    raise AssertionError("no code was right")


def test_a_name_shows_in_the_room_and_a_session_that_is_ended_closes_the_other_browser(
    open_window: OpenWindow,
) -> None:
    here, there = open_here(open_window), open_here(open_window)
    page = sign_up(here, "alice").page
    page.get_by_role("link", name="alice").click()
    page.get_by_label("Display name").fill("Alice Liddell")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    log_in(there, "alice")
    is_in_world(there)
    say(there, "Curiouser and curiouser!")
    here.goto("/")
    expect(said(here, "Curiouser and curiouser!").get_by_text("Alice Liddell")).to_be_visible()

    page = settings_of(here, "Sessions")
    expect(page.get_by_role("listitem").filter(has_text="Chrome on Linux")).to_have_count(2)
    expect(page.get_by_text("This browser", exact=True)).to_have_count(1)
    page.get_by_role("button", name=re.compile("^End Chrome on Linux")).click()
    expect(page.get_by_role("status")).to_have_text("That session has ended.")
    expect(there.page.get_by_role("heading", name="You have been logged out")).to_be_visible()
    there.goto("/account/")
    expect(there.page.get_by_role("heading", name="Welcome back")).to_be_visible()

    log_in(there, "alice")
    is_in_world(there)
    page.reload()
    page.get_by_role("button", name="Log out everywhere else").click()
    expect(there.page.get_by_role("heading", name="You have been logged out")).to_be_visible()
    expect(page.get_by_role("button", name="Log out everywhere else")).to_have_count(0)


def test_whoever_logs_in_again_in_another_tab_goes_on_in_the_first_one(open_window: OpenWindow) -> None:
    window = open_here(open_window)
    page = sign_up(window, "gerda").page
    say(window, "The snow is falling")
    window.page = window.open()
    log_out(window)
    expect(page.get_by_role("heading", name="You have been logged out")).to_be_visible()
    log_in(window, "gerda")
    is_in_world(window)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_role("heading", name="You have been logged out")).to_be_hidden()
    choose(message(page, "The snow is falling"), "Mark unread from here")
    expect(page.locator("[data-toast]")).to_have_text("Unread from here on, when you come back.")


def test_a_new_address_and_a_new_password_log_in_until_the_account_is_closed(open_window: OpenWindow) -> None:
    here, there = open_here(open_window), open_here(open_window)
    page = sign_up(here, "frida").page
    log_in(there, "frida")
    is_in_world(there)

    page = settings_of(here, "E-mail")
    page.get_by_label("New address").fill("not an address")
    page.get_by_role("button", name="Change the address").click()
    is_sure(page)
    page.get_by_label("New address").fill("frida@example.net")
    page.get_by_role("button", name="Change the address").click()
    expect(page.get_by_role("status")).to_have_text("Your address is changed.")

    page = settings_of(here, "Password")
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    page.get_by_label("New password, once more").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    expect(there.page.get_by_role("heading", name="You have been logged out")).to_be_visible()
    log_in(there, "frida@example.net", NEW_PASSWORD)
    is_in_world(there)

    there.goto("/account/leave/")
    is_sure(there.page, NEW_PASSWORD)
    there.page.get_by_role("button", name="Close my account").click()
    expect(there.page.get_by_role("heading", name="This account is switched off")).to_be_visible()
    log_in(here, "frida", NEW_PASSWORD)
    expect(page.get_by_role("heading", name="This account is switched off")).to_be_visible()


def test_an_app_and_a_recovery_code_are_the_second_step(open_window: OpenWindow) -> None:
    window = open_here(open_window)
    sign_up(window, "carol")
    page = settings_of(window, "Two-step log-in")
    page.get_by_role("link", name="Set up the app").click()
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    is_sound_everywhere(page, "the password once more")
    is_sure(page)
    picture = page.get_by_role("img", name="QR code")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    secret = page.locator("[data-secret]").inner_text().strip()
    page.get_by_label("Code from the app").fill("000000")
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_text("This code is wrong")).to_be_visible()
    is_sound_everywhere(page, "the app, and a wrong code")
    enter_code(page, "Code from the app", secret, "Switch it on", "Recovery codes")
    codes = page.get_by_role("list", name="Codes that are left").get_by_role("listitem").all_inner_texts()
    assert len(codes) == 10
    is_sound_everywhere(page, "recovery codes")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert codes[0] in download.value.path().read_text()

    log_out(window)
    log_in(window, "carol")
    expect(page.get_by_label("Code", exact=True)).to_be_visible()
    is_sound_everywhere(page, "the second step")
    page.get_by_label("Code", exact=True).fill(codes[0])
    page.get_by_role("button", name="Log in", exact=True).click()
    is_in_world(window)
    log_out(window)
    log_in(window, "carol")
    page.get_by_label("Code", exact=True).fill(codes[0])  # it is used
    page.get_by_role("button", name="Log in", exact=True).click()
    enter_code(page, "Code", secret, "Log in", "World")

    page = settings_of(window, "Two-step log-in")
    expect(page.get_by_text("9 are left.")).to_be_visible()
    is_sound_everywhere(page, "two-step log-in with an app")
    page.get_by_role("link", name="Show the codes").click()
    is_sure(page)
    page.get_by_role("link", name="Make new codes").click()
    expect(page.get_by_role("heading", name="Make new codes?")).to_be_visible()
    is_sound_everywhere(page, "new codes")
    page = settings_of(window, "Two-step log-in")
    page.get_by_role("link", name="Remove").click()
    expect(page.get_by_role("heading", name="Remove the app?")).to_be_visible()
    is_sound_everywhere(page, "the app is to be removed")
    page.get_by_role("button", name="Remove the app").click()
    expect(page.get_by_role("link", name="Set up the app")).to_be_visible()
    expect(page.get_by_text("Recovery codes")).to_have_count(0)


def test_a_passkey_logs_in_alone_and_as_the_second_step(open_window: OpenWindow) -> None:
    window = open_here(open_window)
    page = sign_up(window, "dave").page
    device = window.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    number = device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]

    page = settings_of(window, "Two-step log-in")
    page.get_by_role("link", name="Add a passkey").click()
    is_sure(page)
    expect(page.get_by_role("heading", name="Add a passkey")).to_be_visible()
    is_sound_everywhere(page, "a new passkey")
    page.get_by_label("Name").fill("This laptop")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    kept = device.send("WebAuthn.getCredentials", {"authenticatorId": number})["credentials"]
    assert [each["isResidentCredential"] for each in kept] == [True]
    page = settings_of(window, "Two-step log-in")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("alert")).to_have_text("This device holds a passkey for this account already.")
    is_sound_everywhere(page, "a passkey that is known")

    log_out(window)
    window.goto("/login/?next=/account/sessions/")
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_role("heading", name="Sessions")).to_be_visible()
    log_out(window)
    log_in(window, "dave")
    expect(page.get_by_role("button", name="Use a passkey")).to_be_visible()
    is_sound_everywhere(page, "a passkey as the second step")
    page.get_by_role("button", name="Use a passkey").click()
    is_in_world(window)

    # Without the finger nothing opens, and the page says what to do.
    log_out(window)
    device.send("WebAuthn.setUserVerified", {"authenticatorId": number, "isUserVerified": False})
    window.goto("/login/")
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_role("alert")).to_have_text("No passkey was chosen, or it took too long. Try again.")
    is_sound_everywhere(page, "no passkey")
    device.send("WebAuthn.setUserVerified", {"authenticatorId": number, "isUserVerified": True})
    page.get_by_role("button", name="Log in with a passkey").click()
    is_in_world(window)

    page = settings_of(window, "Two-step log-in")
    is_sound_everywhere(page, "two-step log-in with a passkey")
    page.get_by_role("link", name="Rename This laptop").click()
    page.get_by_role("link", name="Use a passkey").click()
    expect(page.get_by_role("button", name="Use the passkey")).to_be_visible()
    is_sound_everywhere(page, "the passkey once more")
    page.get_by_role("button", name="Use the passkey").click()
    expect(page.get_by_label("Name")).to_be_visible()
    is_sound_everywhere(page, "another name for a passkey")
    page.get_by_label("Name").fill("Old laptop")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Remove Old laptop").click()
    expect(page.get_by_role("button", name="Remove the passkey")).to_be_visible()
    is_sound_everywhere(page, "a passkey is to be removed")
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.get_by_text("None", exact=True)).to_be_visible()


def test_every_section_fits_a_phone_and_my_data_come_along(open_window: OpenWindow) -> None:
    window = open_here(open_window, **PHONE)
    sign_up(window, "erin")
    for path in PAGES:
        window.goto(f"/account/{path}")
        assert fits(window.page), path
        assert window.page.evaluate(TOO_SMALL) == [], path
    window.page.set_viewport_size({"width": 320, "height": 640})
    for path in PAGES:
        window.goto(f"/account/{path}")
        assert fits(window.page), path

    page = settings_of(window, "Appearance")
    page.get_by_label("Dark").check()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.get_by_label("Like this device").check()
    assert page.evaluate("document.documentElement.dataset.theme ?? 'system'") == "system"

    page.get_by_role("link", name="My data").click()
    is_sure(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download my data").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert b'"username": "erin"' in archive.read("account.json")
