"""What people write, as HTML that is safe to show, and as one plain line for quotes.

Markdown with line breaks kept. HTML in it is text; pictures, reference definitions, indented code and underlined
headings are off, for they surprise in a chat. markdown-it makes the HTML, nh3 lets only the listed tags through: either
one alone would do. Most messages have nothing to mark up and take a shorter way to the same result.
"""

import re
from collections.abc import Set
from html import escape, unescape
from importlib import import_module
from typing import Any

import nh3
import orjson
from markdown_it import MarkdownIt

from chat.markup.barelinks import link_bare_addresses
from chat.markup.code import CSS_CLASSES, LANGUAGES, highlight
from chat.markup.mentions import EVERYBODY, find_names, mark_mentions

QUOTE_LENGTH = 200

_ADDRESS = re.compile(r"(https?://|mailto:)[^\s]", re.IGNORECASE)
_PLAIN = re.compile(
    r"(?![-+=]|[0-9]{1,9}[.)](?:\s|\Z))"  # a list, a rule
    r"(?:[^\x00-\x1f\x7f-\xa0`*_\[\]<>&#|~\\:\u2028\u2029]++|:(?!//))++"  # markup, entities, addresses, odd white space
)
_TAG = re.compile(r"<[^>]*>")
_CELL_END = re.compile(r"(?<=</t[hd]>)\n(?=<t[hd]>)")
_SPACE = re.compile(r"\s+")
_TAGS = {
    *("p", "br", "hr", "strong", "em", "s", "a", "code", "pre", "span", "blockquote", "ul", "ol", "li"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}

# A short row is filled up to the width of its table: with 65,000 cells, 8 kB would become 0.7 MB of HTML.
import_module("markdown_it.rules_block.table").MAX_AUTOCOMPLETED_CELLS = 500  # type: ignore[attr-defined]
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 20, "highlight": highlight})
_markdown.enable(["table", "strikethrough"])
_markdown.disable(["image", "reference", "code", "lheading", "html_block", "html_inline"])
_markdown.core.ruler.push("bare_links", link_bare_addresses)
_markdown.core.ruler.push("mentions", mark_mentions)
_markdown.validateLink = lambda url: _ADDRESS.match(url) is not None  # type: ignore[method-assign]
_cleaner = nh3.Cleaner(
    tags=_TAGS,
    attributes={"*": set(), "a": {"href"}, "ol": {"start"}},
    allowed_classes={"span": {*CSS_CLASSES, "mention"}, "code": {f"language-{name}" for name in LANGUAGES}},
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel="noopener nofollow noreferrer",
    set_tag_attribute_values={"a": {"target": "_blank"}},
)


def render(text: str, names: Set[str] = frozenset()) -> str:
    """The message as HTML. `names`, in lower case, are those that a mention may mean."""
    is_short = is_plain(text) and not (names and "@" in text)
    return _paragraph(text) if is_short else render_markdown(text, names)


def find_mentioned(text: str, names: Set[str]) -> Set[str]:
    """Those of the names, in lower case, that the text mentions."""
    env: dict[str, Any] = {"names": names & find_names([text])}
    if env["names"]:
        _markdown.parse(text, env)
    found: Set[str] = env.get("mentioned", frozenset())
    return found


def mentions_person(text: str, username: str) -> bool:
    """Whether it mentions them or everybody."""
    return bool(find_mentioned(text, {username.lower(), EVERYBODY}))


def text_of(body: str | None) -> str:
    """The words of a stored body; "" where it has none, or they are gone."""
    text: str = orjson.loads(body or "{}").get("text", "")
    return text


def is_plain(text: str) -> bool:
    """True only if Markdown would change nothing in `text` (it may be false for some such texts)."""
    return _PLAIN.fullmatch(text) is not None and not text[0].isspace() and not text[-1].isspace()


def render_markdown(text: str, names: Set[str] = frozenset()) -> str:
    """`render` without the short way."""
    html: str = _cleaner.clean(_markdown.render(text, {"names": names})).strip()
    # A lone ">" or "#" is markup around nothing: show what was written instead of an empty message.
    return html if "<hr" in html or _TAG.sub("", html).strip() else _paragraph(text)


def plain_text(text: str) -> str:
    """The message without markup, line by line: each of code, each item of a list, each row of a table."""
    shown = text if is_plain(text) else unescape(_TAG.sub("", _CELL_END.sub(" | ", render_markdown(text))))
    return "\n".join(filter(None, (_SPACE.sub(" ", line).strip() for line in shown.splitlines())))


def plain_line(text: str) -> str:
    """The same in one line, shortened, for the quote above a reply."""
    line = plain_text(text).replace("\n", " ")
    return line if len(line) <= QUOTE_LENGTH else line[: QUOTE_LENGTH - 1].rstrip() + "…"


def _paragraph(text: str) -> str:
    return f"<p>{escape(text, quote=False)}</p>"
