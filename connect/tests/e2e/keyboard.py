"""Somebody without a pointer: presses keys, and looks at every step whether the focus can be seen.

WCAG 2.2: the focus shows (2.4.7), nothing covers it (2.4.11), nothing overflows sideways (1.4.10).
"""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

STOPS = 80
"""More of them than this between two places is no way that anybody goes."""
SEEN = 14
"""Of 81 points: a long message in a low window is seen in part."""
LOOK = """async () => {
  // What slides in is looked at where it comes to rest.
  const moves = document.getAnimations().filter((each) => each.effect.getComputedTiming().endTime !== Infinity);
  const rest = Promise.allSettled(moves.map((each) => each.finished));
  await Promise.race([rest, new Promise((resolve) => setTimeout(resolve, 1000))]);  // what is not drawn never ends
  const node = document.activeElement;
  const box = node.getBoundingClientRect();
  const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
  const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
  const shares = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
  const points = shares.flatMap((x) => shares.map((y) => [left + (right - left) * x, top + (bottom - top) * y]));
  const isSeen = ([x, y]) => {
    const there = document.elementFromPoint(x, y);
    return there && (node.contains(there) || there.contains(node) || node.labels?.[0]?.contains(there));
  };
  // A field may show its focus by the box around it.
  const around = [node, node.parentElement, node.parentElement?.parentElement].filter(Boolean);
  const hasRing = (each) => {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(each);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 1 && !/, 0\\)$/.test(outlineColor);
  };
  const sticksOut = () => {
    const all = [...document.querySelectorAll("body *")];
    const out = all.filter((each) => each.getBoundingClientRect().right > innerWidth);
    return out.map((each) => each.outerHTML.slice(0, 100)).join(" … ") || "nobody knows what";
  };
  const above = ([x, y]) => document.elementFromPoint(x, y)?.outerHTML.slice(0, 80);
  return {
    name: node.outerHTML.slice(0, 200),
    by: [...new Set(points.filter((point) => !isSeen(point)).map(above))].join(" … "),
    place: `${Math.round(box.top)} to ${Math.round(box.bottom)} of ${innerHeight}`,
    isSomewhere: node !== document.body,
    isInside: right - left >= 1 && bottom - top >= 1 && node.checkVisibility({ opacityProperty: true }),
    seen: points.filter(isSeen).length,
    hasRing: around.some(hasRing),
    sideways: document.documentElement.scrollWidth > innerWidth ? sticksOut() : "",
  };
}"""


class Keyboard:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.is_dark = False
        page.emulate_media(color_scheme="light")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)

    def look(self) -> None:
        """The focus is somewhere, inside the window, has its ring, and it is not covered: in the other theme each time.

        What an act is answered with lies over a low window for five seconds, and is waited for.
        """
        self.is_dark = not self.is_dark
        self.page.emulate_media(color_scheme="dark" if self.is_dark else "light")
        found: dict[str, Any] = self.page.evaluate(LOOK)
        if found["seen"] < SEEN:
            expect(self.page.locator("[data-toast]")).to_be_hidden()
            found = self.page.evaluate(LOOK)
        assert found["isSomewhere"], "the focus is lost"
        assert found["isInside"], f"out of sight: {found['name']}"
        assert found["hasRing"], f"no ring: {found['name']}"
        assert found["seen"] >= SEEN, f"covered: {found['name']}\nat {found['place']} by {found['by']}"
        assert not found["sideways"], f"sticks out: {found['sideways']}"

    def is_at(self, target: Locator) -> None:
        expect(target).to_be_focused()
        self.look()

    def tab(self, target: Locator, key: str = "Tab") -> None:
        """Goes on by Tab until the focus is there; it can be seen at every stop."""
        expect(target).to_be_visible()
        for _ in range(STOPS):
            self.press(key)
            if target.evaluate("node => node === document.activeElement"):
                return self.look()
            if self.page.evaluate("document.activeElement !== document.body"):
                self.look()
        raise AssertionError(f"Tab does not lead to {target}")

    def enter(self, target: Locator) -> None:
        self.tab(target)
        self.press("Enter")

    def write(self, target: Locator, words: str) -> None:
        self.tab(target)
        self.type(words)


def to_composer(keyboard: Keyboard) -> None:
    """Forward to the next landmark until it is the composer."""
    field = composer(keyboard.page)
    for _ in range(4):
        keyboard.press("F6")
        keyboard.look()
        if field.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError("F6 does not lead to the composer")


def up_to(keyboard: Keyboard, message: Locator) -> None:
    for _ in range(20):
        keyboard.press("ArrowUp")
        keyboard.look()
        if message.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError("the arrows do not lead to the message")


def is_recorded(message: Locator) -> None:
    """And heard of: what is only acknowledged has no place in the log yet, and no menu."""
    expect(message).to_have_attribute("id", re.compile(r"^m\d+$"))
    expect(message.locator("[data-glyph]")).to_have_attribute("aria-label", re.compile("Recorded|Sealed"))


def composer(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Message to")


def timeline(page: Page) -> Locator:
    return page.locator("[data-timeline]")


def palette(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Jump to a room")
