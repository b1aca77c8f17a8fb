"""The browser follows the log: what contradicts what it verified raises a banner, with evidence; nothing else does."""

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Page, Route, expect

from connect.tests.e2e.browser import OpenWindow, Window
from connect.tests.e2e.room import enter, follows_to, is_live, kept_size, message, say
from connect.tests.e2e.rules import is_sound
from connect.tests.server import Server, Site, make_site, serve
from ledger.core.checkpoints import parse_checkpoint
from ledger.core.notes import LOG_KEY_TYPE, format_note, format_vkey, make_vkey, parse_note, sign_note


class Address:
    """One address at which one site after another is served."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site = make_site(folder)
        self._stack = ExitStack()
        self._port = 0
        self.server = self.put(self.site)

    def put(self, site: Site) -> Server:
        """Serves this site from now on, in the place of the one before."""
        self._stack.close()
        self.server = self._stack.enter_context(serve(site, port=self._port))
        self._port = int(self.server.url.rsplit(":", 1)[1])
        return self.server

    def copy(self, name: str) -> Site:
        """A backup of the first site, its key and signed state included."""
        folder = self.folder / name
        shutil.copytree(self.folder / "data", folder, symlinks=True)
        return Site({**self.site.env, "DATA_DIR": str(folder)}, self.site.sessions)

    def close(self) -> None:
        self._stack.close()


@pytest.fixture
def address(tmp_path: Path) -> Iterator[Address]:
    found = Address(tmp_path)
    yield found
    found.close()


@pytest.fixture
def served(address: Address) -> Server:
    return address.server


def banner(page: Page) -> Any:
    return page.locator("[data-alarm]")


def tip_size(server: Server) -> int:
    return int(httpx.get(f"{server.url}/log/checkpoint").text.split("\n")[1])


def is_across(page: Page) -> None:
    box, view = banner(page).bounding_box(), page.viewport_size
    assert box
    assert view
    assert (box["x"], box["y"], box["width"]) == (0, 0, view["width"])


def evidence(page: Page) -> dict[str, Any]:
    """The file that "Save evidence" gives."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Save evidence").click()
    assert download.value.suggested_filename.endswith(".json")
    saved: dict[str, Any] = json.loads(Path(download.value.path()).read_text())
    return saved


def expect_away(window: Window) -> None:
    """The server was away for a moment, or refused a proof: the browser notes both on its console."""
    for page in window.context.pages:
        page.goto("about:blank")  # afterwards nothing more is noted
    wanted = ("WebSocket connection to", "Failed to load resource", "404: GET", "503: GET")
    assert [complaint for complaint in window.complaints if not any(part in complaint for part in wanted)] == []
    window.complaints.clear()


def test_a_log_that_only_grows_raises_nothing(open_window: OpenWindow, address: Address) -> None:
    page = enter(open_window(), address.server)
    for text in ("a first line", "a second line", "a third line"):
        say(address.site, text)
        expect(message(page, text)).to_be_visible()
        follows_to(page, tip_size(address.server))
    page.reload()
    is_live(page)
    follows_to(page, tip_size(address.server))
    expect(banner(page)).to_be_hidden()


def test_an_older_copy_put_back_is_told_as_lost_entries(open_window: OpenWindow, address: Address) -> None:
    say(address.site, "kept")
    backup = address.copy("backup")
    say(address.site, "lost")
    window = open_window()
    page = enter(window, address.server)
    size = tip_size(address.server)
    follows_to(page, size)
    other_tab = window.open()
    other_tab.goto(f"{address.server.url}/")
    is_live(other_tab)

    page.evaluate("() => { window.isBefore = true; }")
    address.put(backup)
    expect(banner(page)).to_be_visible()
    expect(banner(page)).to_contain_text("This log has lost entries.")
    expect(banner(page)).to_contain_text(f"a log of {tip_size(address.server)} entries")
    expect(banner(other_tab)).to_be_visible()
    backup.run('from accounts.models import User; User.objects.filter(username="alice").update(is_staff=True)')
    # Wherever this browser goes, logged in or not.
    for path in ("/unread/", "/account/appearance/", "/chain/", "/nowhere/", "/admin/"):
        other_tab.goto(f"{address.server.url}{path}")
        expect(banner(other_tab)).to_contain_text("This log has lost entries.")
        is_across(other_tab)
    # It stays when the page is loaded again, as it is by itself within ten seconds: it knew more than the server.
    page.wait_for_function("() => !window.isBefore")
    expect(banner(page)).to_be_visible()
    is_across(page)
    is_sound(page, "the alarm")
    saved = evidence(page)
    assert saved["kind"] == "rollback"
    assert (saved["kept"]["size"], saved["shown"]["size"]) == (size, tip_size(address.server))
    assert (saved["proof"]["status"], saved["proof"]["to"]) == (404, size)
    for note in (saved["kept"]["note"], saved["shown"]["note"]):
        assert parse_checkpoint(parse_note(note).body).origin == "connect.localhost/ledger"
    assert saved["kept"]["checked"] <= saved["seen"]
    assert kept_size(page) == size
    expect_away(window)


def test_the_explorer_judges_the_log_that_it_shows(open_window: OpenWindow, address: Address) -> None:
    """Without a room, and logged out: what it showed once is kept, and the next log is judged by it."""
    say(address.site, "kept")
    backup = address.copy("backup")
    say(address.site, "lost")
    window = open_window()
    window.goto("/chain/")
    size = tip_size(address.server)
    follows_to(window.page, size)
    say(address.site, "sealed while somebody looks")
    follows_to(window.page, size + 2)  # the head of a block is an entry, too
    address.put(backup)
    expect(banner(window.page)).to_contain_text("This log has lost entries.")
    is_sound(window.page, "the alarm on the explorer")
    assert evidence(window.page)["kind"] == "rollback"
    window.page.get_by_role("button", name="Go on with this log").click()
    window.page.get_by_role("button", name="Go on", exact=True).click()
    expect(banner(window.page)).to_be_hidden()
    assert kept_size(window.page) == tip_size(address.server)
    expect_away(window)


def test_another_history_under_the_same_key_is_told_as_rewritten(open_window: OpenWindow, address: Address) -> None:
    say(address.site, "said by everybody")
    fork = address.copy("fork")
    say(address.site, "what was said")
    say(fork, "what was never said", "and more")
    window = open_window()
    page = enter(window, address.server)
    size = tip_size(address.server)
    follows_to(page, size)

    address.put(fork)
    expect(banner(page)).to_contain_text("The history of this log was rewritten.")
    saved = evidence(page)
    assert (saved["kind"], saved["kept"]["size"], saved["shown"]["size"]) == ("fork", size, tip_size(address.server))
    assert saved["proof"]["status"] == 200
    assert len(saved["proof"]["answer"]["proof"]) > 0
    assert saved["kept"]["vkey"] == saved["shown"]["vkey"]

    # A person decides to go on; the browser follows the other history from there.
    page.get_by_role("button", name="Go on with this log").click()
    expect(page.get_by_role("dialog", name="Go on with the log as it is now?")).to_be_visible()
    is_sound(page, "the question before another log is followed")
    page.get_by_role("button", name="Go on", exact=True).click()
    expect(banner(page)).to_be_hidden()
    follows_to(page, tip_size(address.server))
    page.reload()
    is_live(page)
    expect(banner(page)).to_be_hidden()
    expect_away(window)


def test_a_log_under_another_key_is_told_at_once(open_window: OpenWindow, address: Address, tmp_path: Path) -> None:
    window = open_window()
    page = enter(window, address.server)
    follows_to(page, tip_size(address.server))
    other = make_site(tmp_path / "other", env={"DEBUG": "off"})
    assert (tmp_path / "other/data/log.key").read_bytes() != (tmp_path / "data/log.key").read_bytes()
    # Else it asks for the key while it is left, and takes the new log's checkpoint for a forged one.
    page.goto("about:blank")
    address.put(other)
    page = enter(window, address.server)
    expect(banner(page)).to_contain_text("This log is signed by another key.")
    saved = evidence(page)
    assert saved["kind"] == "key"
    assert saved["shown"]["vkey"] == httpx.get(f"{address.server.url}/log/key").text.strip() != saved["kept"]["vkey"]
    expect_away(window)


def resigned(note: str) -> tuple[str, str]:
    """The same checkpoint signed by somebody else under the log's name, and their vkey."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    body = parse_note(note).body
    vkey = make_vkey(parse_checkpoint(body).origin, LOG_KEY_TYPE, public)
    return format_note(sign_note(body, vkey, key.sign)), format_vkey(vkey)


@pytest.mark.parametrize("names_key", [False, True], ids=["silently", "and names the key"])
def test_a_checkpoint_signed_by_somebody_else_is_told(
    open_window: OpenWindow, address: Address, names_key: bool
) -> None:
    page = enter(open_window(), address.server)
    follows_to(page, tip_size(address.server))
    vkeys: list[str] = []

    def forge(route: Route) -> None:
        answer = route.fetch()
        note, vkey = resigned(answer.text())
        vkeys.append(vkey)
        route.fulfill(response=answer, body=note)

    page.route("**/log/checkpoint", forge)
    if names_key:
        page.route("**/log/key", lambda route: route.fulfill(body=f"{vkeys[-1]}\n", content_type="text/plain"))
    say(address.site, "sealed")
    told = "This log is signed by another key." if names_key else "a checkpoint that the log did not sign"
    expect(banner(page)).to_contain_text(told)
    saved = evidence(page)
    assert saved["kind"] == ("key" if names_key else "forged")
    assert saved["shown"]["vkey"] in (vkeys if names_key else [saved["kept"]["vkey"]])
    assert saved["kept"]["note"] != saved["shown"]["note"]


def test_an_older_checkpoint_without_proof_of_the_newer_is_told(open_window: OpenWindow, address: Address) -> None:
    older = httpx.get(f"{address.server.url}/log/checkpoint").text
    say(address.site, "newer")
    window = open_window()
    page = enter(window, address.server)
    size = tip_size(address.server)
    follows_to(page, size)
    page.route("**/log/checkpoint", lambda route: route.fulfill(body=older, content_type="text/plain"))
    page.route(
        "**/log/proof/consistency?*",
        lambda route: route.fulfill(status=404, json={"code": "not_found", "detail": "The log is not that long."}),
    )
    say(address.site, "newest")
    expect(banner(page)).to_contain_text("This log has lost entries.")
    assert kept_size(page) == size
    expect_away(window)


def test_a_proof_with_a_flipped_hash_is_told(open_window: OpenWindow, address: Address) -> None:
    def tamper(route: Route) -> None:
        answer = route.fetch()
        fields = answer.json()
        fields["proof"][0] = f"{int(fields['proof'][0][0], 16) ^ 1:x}" + fields["proof"][0][1:]
        route.fulfill(response=answer, json=fields)

    page = enter(open_window(), address.server)
    follows_to(page, tip_size(address.server))
    page.route("**/log/proof/consistency?*", tamper)
    say(address.site, "sealed")
    expect(banner(page)).to_contain_text("The history of this log was rewritten.")


def test_a_network_that_fails_is_no_alarm_and_is_made_up_for(open_window: OpenWindow, address: Address) -> None:
    window = open_window()
    page = enter(window, address.server)
    size = tip_size(address.server)
    follows_to(page, size)
    with page.expect_request("**/log/checkpoint"):
        page.route("**/log/**", lambda route: route.abort())
        say(address.site, "sealed out of sight")
    expect(message(page, "sealed out of sight").get_by_role("img", name="Sealed in block 1")).to_be_attached()
    expect(banner(page)).to_be_hidden()
    assert kept_size(page) == size
    page.unroute("**/log/**")
    say(address.site, "sealed in sight")
    follows_to(page, tip_size(address.server))
    expect(banner(page)).to_be_hidden()
    expect_away(window)
