"""Real browsers for tests: Debian's Chromium, one window a person, nothing wrong in any console.

The fixtures live as long as a module and no longer: while Playwright's own loop runs, no asynchronous test could.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect, sync_playwright

from connect.tests.served import Served
from connect.tests.server import Server, Site, serve
from connect.tests.tables import lay_out

WHOLE = ("chromium", "chromium-browser", "google-chrome")
SHELL = "chromium-headless-shell"
"""Chromium without the window around the page: it opens one in half the time, and shows no notifications."""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
USUAL = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"}
"""Who wants no motion waits for none, and a machine without a graphics card draws it slowly."""
PATIENCE_MS = 30_000
"""A deadline, not a wait: every expectation goes on as soon as it is met."""

expect.set_options(timeout=PATIENCE_MS)


class Window:
    """A person's browser with one page, and what went wrong in it."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.base = base
        self.context = context
        self.complaints: list[str] = []
        context.set_default_timeout(PATIENCE_MS)
        self.page = self.open()

    def open(self) -> Page:
        """Another page of the same person."""
        page = self.context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("response", self._look)
        return page

    def goto(self, path: str) -> None:
        self.page.goto(self.base + path)

    def _hear(self, message: ConsoleMessage) -> None:
        # A violated Content-Security-Policy is an error on the console too.
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def _look(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.request.method} {response.url}")


HAS_PASSED = pytest.StashKey[bool]()
OpenWindow = Callable[..., Window]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`manage.py serve` for the tests of a module; after all that they did the audit finds nothing."""
    folder = tmp_path_factory.mktemp("served")
    lay_out(folder / "data")
    server = Served(folder)
    yield server
    server.stop()
    Site(server.environment, {}).manage("verify_chain")


@contextmanager
def audited(site: Site) -> Iterator[Server]:
    """A web process without a miner; after all that was done there the audit finds nothing."""
    with serve(site) as server:
        yield server
    site.manage("verify_chain")


@pytest.fixture(scope="module")
def chromium(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """The shell, where there is one; the whole browser for a module with `WHOLE_BROWSER`."""
    names = WHOLE if hasattr(request.module, "WHOLE_BROWSER") else (SHELL, *WHOLE)
    path = next((found for name in names if (found := shutil.which(name))), None)
    assert path, "Chromium is missing; .ci/browser installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_window(
    chromium: Browser, served: Served, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[OpenWindow]:
    """Opens windows; at the test's end none of them may have complained. After a failure there is a picture of each."""
    windows: list[Window] = []

    def opened(**options: object) -> Window:
        context = chromium.new_context(**{**USUAL, **options})  # type: ignore[arg-type]
        windows.append(Window(context, served.url))
        return windows[-1]

    yield opened
    has_passed = request.node.stash.get(HAS_PASSED, False)
    for number, window in enumerate(windows):
        if not has_passed:
            window.page.screenshot(path=tmp_path / f"window-{number}.png")
        window.context.close()
    complaints = [complaint for window in windows for complaint in window.complaints]
    assert not complaints, "\n".join(complaints)
