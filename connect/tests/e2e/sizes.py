"""Windows of phones and tablets, and what must hold in them."""

from playwright.sync_api import Page

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
TABLET = {"viewport": {"width": 820, "height": 1180}, "is_mobile": True, "has_touch": True}
TOO_SMALL = """[...document.querySelectorAll("a, button, input, select, summary, textarea")]
  .filter((node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
  .filter((node) => !node.matches("p a, svg a, a.entry__name, .skip, .check input, .hidden-visually"))
  .filter((node) => Math.min(node.getBoundingClientRect().width, node.getBoundingClientRect().height) < 44)
  .map((node) => node.outerHTML)"""


def fits(page: Page) -> bool:
    # From right to left what sticks out does so on the left, where it cannot be scrolled to: measured, not scrolled.
    # A phone zooms out to what is too wide, and its innerWidth grows with it.
    return bool(page.evaluate("document.documentElement.scrollWidth <= Math.min(innerWidth, screen.width)"))
