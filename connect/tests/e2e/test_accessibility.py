"""No page breaks a rule of accessibility, in any of its states: axe-core, dark and light, desktop and phone.

A team with a history is told once; the tests look at it through the owner's eyes, a member's and a stranger's.
"""

import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from connect.tests.e2e.browser import OpenWindow, Window, audited
from connect.tests.e2e.room import enter, have_session, is_live, message, verify
from connect.tests.e2e.rules import is_sound, is_sound_everywhere
from connect.tests.e2e.team import Team, make_team
from connect.tests.e2e.world import fill_form, is_in_world
from connect.tests.server import Server

DESKTOP = {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"}
PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "has_touch": True}
# What slides in is looked at when it stands: half-way in, nothing has its contrast.
VIEWS: dict[str, dict[str, Any]] = {
    "desktop, dark": {**DESKTOP, "reduced_motion": "reduce"},
    "phone, light": {**PHONE, "reduced_motion": "reduce"},
}
STRANGERS = (
    "/",
    "/login/",
    "/signup/",
    "/password/reset/",
    "/confirm-email/",
    "/chain/",
    "/chain/?q=1",
    "/chain/blocks/1/",
)
SEARCHES = ("", "ramp", "nothing+like+it", "has:banana")
ADD = """
from accounts.models import User
from chat.membership.joining import add
from chat.models import Room
from connect.tests.seed import open_session
mara, charlie = (User.objects.get(username=name) for name in ("mara", "charlie"))
add(mara, Room.objects.get(name="Quiet"), [charlie])
print(open_session(charlie))
"""
REMOVE = """
from accounts.models import User
from chat.membership.joining import remove
from chat.models import Room
mara, charlie = (User.objects.get(username=name) for name in ("mara", "charlie"))
remove(mara, Room.objects.get(name="Quiet"), charlie)
"""
END = """
from accounts.models import User
from accounts.sessions import end_sessions
end_sessions(User.objects.get(username="charlie"))
"""
PIER = "Incident: pier 3"
DRAG = """kind => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File(["a"], "a.txt"));
  document.querySelector("main").dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
}"""
HTML = "text/html; charset=utf-8"
ERRORS = """
import json
from django.template.loader import render_to_string
from django.test import RequestFactory
request = RequestFactory().get("/")
pages = ("400", "403", "404", "429", "500")
print(json.dumps({code: render_to_string(f"{code}.html", {"request_id": "0123456789ab"}, request) for code in pages}))
"""


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Team:
    return make_team(tmp_path_factory.mktemp("team"))


@pytest.fixture(scope="module")
def served(team: Team) -> Iterator[Server]:
    with audited(team.site) as server:
        yield server


@pytest.fixture(params=VIEWS)
def window(request: pytest.FixtureRequest, open_window: OpenWindow) -> Window:
    return open_window(**VIEWS[request.param])


def are_sound(window: Window, *paths: str) -> None:
    for path in paths:
        window.goto(path)
        is_sound_everywhere(window.page, path)


def act(page: Page, text: str, name: str) -> None:
    """By the letter: a finger's window shows no toolbar to a pointer that hovers."""
    message(page, text).focus()
    page.keyboard.press("m")
    page.get_by_role("menuitem", name=name).click()


def expects(window: Window, *answers: str) -> None:
    """These answers of the server are what the test asked for."""
    window.complaints[:] = [each for each in window.complaints if not any(answer in each for answer in answers)]


def test_pages_for_strangers(open_window: OpenWindow, team: Team) -> None:
    window = open_window(reduced_motion="reduce")
    are_sound(window, *STRANGERS, team.invitation)
    window.goto("/signup/")
    window.page.get_by_role("button", name="Sign up").click()
    expect(window.page.get_by_text("This field is required.").first).to_be_visible()
    is_sound_everywhere(window.page, "sign-up with errors")
    are_sound(window, "/join/nothing/")
    told = json.loads(team.site.run(ERRORS))
    window.page.route("**/failed/*", lambda route: route.fulfill(body=told[route.request.url[-3:]], content_type=HTML))
    are_sound(window, *(f"/failed/{code}" for code in told))
    expects(window, "404")


def test_pages_in_german(open_window: OpenWindow, served: Server) -> None:
    window = open_window(locale="de-DE", **VIEWS["phone, light"])
    are_sound(window, "/", "/signup/")
    page = enter(window, served, "mara")
    expect(page.get_by_label("Nachricht an World")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "de"
    is_sound(page, "the room in German")
    are_sound(window, "/search/?q=ramp", "/mentions/", "/unread/", "/account/")


def test_the_room_and_what_opens_in_it(window: Window, served: Server, team: Team) -> None:
    page = enter(window, served, "mara")
    window.goto(team.rooms[PIER])
    is_live(page)
    is_sound(page, "files, reactions, an edit, an erasure")
    plan = message(page, "Repair plan").first
    plan.hover()
    is_sound(page, "toolbar")
    plan.get_by_role("button", name="Edited: show the versions").click()
    expect(page.get_by_role("dialog").locator("ins").first).to_be_visible()
    is_sound(page, "versions")
    page.keyboard.press("Escape")
    plan.focus()
    page.keyboard.press("m")
    expect(page.get_by_role("menu")).to_be_visible()
    is_sound(page, "menu")
    page.keyboard.press("Escape")
    plan.focus()
    page.keyboard.press("e")
    is_sound(page, "emoji picker")
    page.keyboard.type("no such thing")
    is_sound(page, "emoji picker without a find")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Pinned messages").click()
    expect(page.get_by_role("dialog", name="Pinned messages").get_by_role("button", name="Show")).to_be_visible()
    is_sound(page, "pins")
    page.keyboard.press("Escape")
    act(page, "is closed until", "Edit")
    is_sound(page, "editing")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Write something first.")).to_be_visible()
    is_sound(page, "an edit that is refused")
    page.keyboard.press("Escape")
    act(page, "is closed until", "Delete…")
    is_sound(page, "the question before a deletion")
    page.keyboard.press("Escape")
    act(page, "is closed until", "Mark unread from here")
    expect(page.locator("[data-toast]")).to_be_visible()
    is_sound(page, "a word at the edge")


def test_writing_and_finding(window: Window, served: Server, team: Team) -> None:
    page = enter(window, served, "mara")
    is_sound(page, "World")
    field = page.get_by_label("Message to World")
    field.fill("x" * 8001)
    expect(page.get_by_role("alert")).to_be_visible()
    is_sound(page, "too long")
    field.fill("")
    field.press_sequentially("ask @jo")
    expect(page.get_by_role("option", name="Jonas Weber")).to_be_visible()
    is_sound(page, "completion")
    field.fill("")
    field.press_sequentially(":tad")
    expect(page.get_by_role("option").first).to_be_visible()
    is_sound(page, "completion of an emoji")
    field.fill("")
    page.evaluate(DRAG, "dragenter")
    expect(page.get_by_text("Drop files to attach them")).to_be_visible()
    is_sound(page, "files above the room")
    page.evaluate(DRAG, "dragleave")
    file = page.locator("input[type=file]")
    file.set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"})
    expect(page.locator('[data-tray] [data-state="done"]')).to_be_visible()
    page.route("**/files/", lambda route: None)  # on its way for ever
    file.set_input_files({"name": "c.txt", "mimeType": "text/plain", "buffer": b"c"})
    expect(page.locator('[data-tray] [data-state="sending"]')).to_be_visible()
    page.route("**/files/", lambda route: route.abort())
    file.set_input_files({"name": "b.txt", "mimeType": "text/plain", "buffer": b"b"})
    expect(page.locator("[data-upload-about]", has_text="The connection was lost.")).to_be_visible()
    is_sound(page, "a file to be sent, one on its way, and one that was not taken")
    for name in ("a.txt", "b.txt", "c.txt"):
        page.get_by_role("button", name=f"Remove {name}").click()
    message(page, "上海").focus()
    page.keyboard.press("r")
    is_sound(page, "reply")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", name=PIER)).to_be_visible()
    is_sound(page, "palette")
    page.keyboard.type("ramp")
    expect(page.get_by_role("group", name="Messages").get_by_role("option").first).to_be_visible()
    is_sound(page, "palette with messages")
    page.keyboard.press("Escape")
    page.locator("[data-timeline]").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    is_sound(page, "shortcuts")
    expects(window, "400", "ERR_FAILED")


def test_the_systems_own_colours_hide_nothing(open_window: OpenWindow, served: Server, team: Team) -> None:
    page = enter(open_window(forced_colors="active"), served, "mara")
    expect(page.locator(".sidebar__link[aria-current]")).to_have_css("outline-style", "solid")
    page.keyboard.press("Control+k")
    page.keyboard.type("pier")
    expect(page.locator('.option[aria-selected="true"]')).to_have_css("outline-style", "solid")
    # The browser sets these words in the colour that belongs on its own background.
    expect(page.locator(".option mark").first).not_to_have_css("background-color", "rgba(0, 0, 0, 0)")


def test_the_proof(window: Window, served: Server, team: Team) -> None:
    page = enter(window, served, "mara")
    message(page, "上海").focus()
    page.keyboard.press("p")
    expect(page.locator("dialog.drawer [data-proof-sealed]")).to_be_visible()
    is_sound(page, "proof")
    verify(page)
    is_sound(page, "verified")
    for row in page.locator("dialog#proof .step summary").all():
        row.click()
    is_sound(page, "what was computed")


def test_pages_of_rooms_and_people(open_window: OpenWindow, served: Server, team: Team) -> None:
    window = open_window(reduced_motion="reduce")
    page = enter(window, served, "mara")
    operations, legal = team.rooms["Operations"], team.rooms["Legal"]
    are_sound(window, "/rooms/", "/direct/new/?q=o", "/people/", "/invites/", "/rooms/new/")
    page.get_by_role("button", name="Open the room").click()
    expect(page.get_by_text("This field is required.").first).to_be_visible()
    is_sound(page, "a room without a name")
    are_sound(window, f"{operations}log/", f"{operations}pins/", f"{legal}add/?q=o", f"{legal}invites/")
    are_sound(window, f"{team.rooms[PIER]}m/{team.edited}/", f"{team.rooms[PIER]}erase/{team.edited}/")
    are_sound(window, team.rooms["Season 2025"] + "details/", f"{operations}details/")
    page.locator("summary", has_text="Manage").first.click()
    is_sound(page, "what can be done about somebody")
    are_sound(window, *(team.rooms[name] for name in ("Operations", "Engineering", "Quiet", "Season 2025", "direct")))
    are_sound(window, *(f"/search/?q={typed}" for typed in SEARCHES))
    page.context.clear_cookies()
    enter(window, served, "yuki")
    page.set_viewport_size({"width": 900, "height": 700})
    is_sound(page, "the rail")
    are_sound(window, team.rooms[PIER], team.rooms[PIER] + "details/", team.invitation)
    expects(window, "400")


def test_pages_of_the_account(open_window: OpenWindow) -> None:
    """The log-in in two steps is looked at where it is used: test_account.py."""
    window = open_window(reduced_motion="reduce")
    window.goto("/signup/")
    fill_form(window.page, f"someone{secrets.token_hex(3)}", "Sign up")
    is_in_world(window)
    page = window.page
    window.goto("/account/")
    paths = [link.get_attribute("href") or "" for link in page.locator(".settings__nav a").all()]
    assert len(paths) > 4
    are_sound(window, *paths)


def test_who_is_shown_out_is_told_so(open_window: OpenWindow, served: Server, team: Team) -> None:
    window = open_window(reduced_motion="reduce")
    page = window.page
    have_session(window, served, team.site.run(ADD).strip())
    window.goto(team.rooms["Quiet"])
    is_live(page)
    team.site.run(REMOVE)
    expect(page.get_by_role("heading", name="You are not in this room any more")).to_be_visible()
    is_sound_everywhere(page, "removed")
    window.goto("/")
    is_live(page)
    team.site.run(END)
    expect(page.get_by_role("heading", name="You have been logged out")).to_be_visible()
    is_sound_everywhere(page, "logged out")
