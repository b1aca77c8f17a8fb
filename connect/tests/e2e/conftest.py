"""What the browser tests share. Nothing here touches a database of its own: the site is a real process."""

from collections.abc import Generator

import pytest

from connect.tests.e2e.browser import HAS_PASSED, chromium, open_window, served

__all__ = ["chromium", "open_window", "served"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.when == "call":
        item.stash[HAS_PASSED] = report.passed
    return report
