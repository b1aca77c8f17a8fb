"""Waiting until what was said is found."""

from playwright.sync_api import Page

INDEXED = """async (typed) => {
  while (!(await (await fetch(`/search/suggest/?q=${typed}`)).json()).messages.length)
    await new Promise((resolve) => setTimeout(resolve, 300));
}"""


def is_indexed(page: Page, typed: str) -> None:
    """Returns once the follower has taken in what was said."""
    page.evaluate(INDEXED, typed)
