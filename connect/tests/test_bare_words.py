"""No word that people read is written bare: in templates it stands in a translation tag, in scripts in gettext.

Both are looked for by their looks. What is meant to stay as it is, names above all, is listed here.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = {"Connect", "UTC", "Ada", "Grace", "Ctrl", "Enter", "Esc", "Shift", "Tab", "Gravatar"}
SPOKEN = {"aria-label", "title", "placeholder", "alt", "aria-description", "aria-roledescription", "data-words"}
NOT_WORDS = {"code", "kbd", "style", "script", "pre", "text"}
SAYS_NOTHING = re.compile(
    "|".join(
        (
            "{% block body_?class %}.*?{% endblock %}",
            "{% comment %}.*?{% endcomment %}",
            "{% blocktranslate.*?{% endblocktranslate %}",
            "{#.*?#}",
            "{%.*?%}",
            "{{.*?}}",
        )
    ),
    re.DOTALL,
)


def templates() -> list[Path]:
    return [path for path in sorted((ROOT / "templates").rglob("*")) if path.suffix in {".html", ".txt"}]


class Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in NOT_WORDS:
            self._inside.append(tag)
        described = {"content"} if dict(attrs).get("name") == "description" else set()
        for name, value in attrs:
            if name in SPOKEN | described:
                self._hear(value or "")

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self._hear(data)

    def _hear(self, text: str) -> None:
        if words := set(re.findall(r"(?<![/\w])[^\W\d_]{2,}", text)) - NAMES:
            self.found.append(" ".join(text.split()) or str(words))


def bare_words(source: str) -> list[str]:
    parser = Words()
    parser.feed(SAYS_NOTHING.sub("", source))
    parser.close()
    given = [
        words for tag in re.findall(r"{% include.*?%}", source) for words in re.findall(r'\w+="([A-Z][^"]*)"', tag)
    ]
    filled = re.findall(r'{{[^}]*\|default(?:_if_none)?:"([^"]+)"', source)
    return parser.found + given + [words for words in filled if not words.startswith(("/", "button", "–"))]


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_says_nothing_outside_of_translation_tags(path: Path) -> None:
    assert bare_words(path.read_text()) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ('<p title="Say">{% translate "x" %}</p>', ["Say"]),
        ('<a {% if x %}aria-label="Go"{% endif %}>', ["Go"]),
        ('{% include "a.html" with button="Log in" %}', ["Log in"]),
        ('{{ name|default:"Nobody" }}', ["Nobody"]),
        ("{% blocktranslate %}Hello{% endblocktranslate %} Connect <code>run</code>{# no #}", []),
    ],
)
def test_bare_words_are_seen(source: str, found: list[str]) -> None:
    assert bare_words(source) == found


TEXT = r"""(?:"[^"\n]*"|'[^'\n]*'|`[^`]*`)"""
SAYS = re.compile(
    r"""(?:\.(?:textContent|title|placeholder|ariaLabel|alt)\s*=(?!=)|setAttribute\(\s*["'](?:aria-label|title|placeholder)["']\s*,)"""
    r"""(?P<value>[^;]*?;)"""
)


FORMATS = {"canonical.js"}
"""What is wrong with the bytes of a format is said in English, in the words of the server's core."""


def scripts() -> list[Path]:
    found = sorted((ROOT / "static").rglob("*.js"))
    return [path for path in found if "admin" not in path.parts and path.name not in FORMATS]


def bare_texts(source: str) -> Iterator[str]:
    """What a script says without gettext: texts set where people read, and whole sentences wherever they stand."""
    code = re.sub(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", "", source, flags=re.DOTALL)
    code = re.sub(r"^import .*?;$", "", code, flags=re.MULTILINE)
    code = translated(code)
    for said in SAYS.finditer(code):
        yield from (text for text in re.findall(TEXT, said["value"]) if reads(text))
    yield from (text for text in re.findall(TEXT, code) if re.match(r".[A-Z][^{}]*[a-z]+ [^{}]*[a-z.…?]+.$", text))


def translated(code: str) -> str:
    """The code without what it hands to gettext and ngettext."""
    argument = rf"\s*(?:{TEXT}\s*\+?\s*)+,?\s*"
    return re.sub(rf"\b(?:gettext|ngettext|_)\({argument}(?:{argument})?", "T(", code)


def reads(text: str) -> bool:
    plain = re.sub(r"\$\{(?:[^{}]|\{[^}]*\})*\}", "", text[1:-1])
    return bool(not plain.startswith("[") and set(re.findall(r"[^\W\d_]{2,}", plain)) - NAMES)


@pytest.mark.parametrize("path", scripts(), ids=lambda path: str(path.relative_to(ROOT / "static")))
def test_a_script_says_nothing_without_gettext(path: Path) -> None:
    assert sorted(set(bare_texts(path.read_text()))) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('node.textContent = "Sealed";', ['"Sealed"']),
        ("node.title = `Sealed in ${block}`;", ["`Sealed in ${block}`"]),
        ('node.setAttribute("aria-label", `Copy ${name}`);', ["`Copy ${name}`"]),
        ('const WORDS = { lost: "The connection was lost." };', ['"The connection was lost."']),
        ('node.textContent = gettext("Sealed"); const ID = "list"; // "Not a word."', []),
        ('node.title = fill(ngettext("one %(n)s", "many %(n)s", n), { n });', []),
        ('node.textContent = gettext("This is a " + "long one.");', []),
    ],
)
def test_bare_texts_are_seen(source: str, found: list[str]) -> None:
    assert list(dict.fromkeys(bare_texts(source))) == found
