"""Pages work from right to left: style sheets name no left and no right."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "static"
PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)(?:-\w+)?|left|right)\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)|border-(?:top|bottom)-(?:left|right)-radius"
    r"|(?<![\w-])inset\s*:\s*\S+\s+\S+\s+\S+\s+\S+\s*;"
)


def sheets() -> list[Path]:
    return [path for path in sorted(STATIC.rglob("*.css")) if "admin" not in path.parts]


def physical(css: str) -> list[str]:
    return [found[0] for found in PHYSICAL.finditer(re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))]


def test_style_sheets_name_no_side_of_the_screen() -> None:
    assert {(path.name, text) for path in sheets() for text in physical(path.read_text())} == set()


@pytest.mark.parametrize(
    "css",
    [
        "a { margin-left: 1px }",
        "a { right: 0 }",
        "a { text-align: right }",
        "a { border-top-left-radius: 2px }",
        "a { inset: 0 0 0 auto; }",
    ],
)
def test_a_side_is_seen(css: str) -> None:
    assert physical(css)
    assert not physical("a { margin-inline-start: 1px; inset-inline-end: 0; text-align: start } /* left: */")
