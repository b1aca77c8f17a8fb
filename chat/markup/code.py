"""Source code in messages, as HTML with Pygments' short CSS classes.

A lexer is a pile of regular expressions that a stranger feeds: some take seconds for 4,000 characters of blanks or line
ends. Hence the list of languages, the limit of length, and a budget of processor time after which a block is plain.
"""

from collections.abc import Iterator
from html import escape
from io import StringIO
from time import thread_time
from typing import Any

from pygments.formatters.html import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES

LONGEST_HIGHLIGHTED = 4000
"""Characters; a longer block is shown plain."""
BUDGET_S = 0.05
"""Processor time of the thread, not of the clock: a busy machine highlights as much as an idle one."""

_SPELLINGS = (
    *(
        "bash sh shell",
        "c",
        "cpp c++",
        "csharp cs",
        "css",
        "diff patch",
        "go",
        "html htm",
        "java",
        "javascript js",
        "json",
    ),
    *("kotlin kt", "lua", "php", "python py", "ruby rb", "rust rs", "sql", "swift", "toml", "typescript ts", "xml"),
    "yaml yml",
)
LANGUAGES = {spelling: names.split()[0] for names in _SPELLINGS for spelling in names.split()}
"""What people write after ``` → the lexer's name."""

CSS_CLASSES = frozenset(STANDARD_TYPES.values()) - {""}
"""Every class that a highlighted block may carry on its spans."""

_formatter = HtmlFormatter(nowrap=True)
_lexers: dict[str, Lexer] = {}


class _TooMuchWorkError(Exception):
    """This block costs more than its colours are worth."""


def highlight(code: str, language: str, _attributes: str = "") -> str:
    """The inside of `<code>`: highlighted when the language is known and the work small, escaped otherwise."""
    name = LANGUAGES.get(language.lower())
    if name is None or len(code) > LONGEST_HIGHLIGHTED:
        return escape(code, quote=False)
    out = StringIO()
    try:
        _formatter.format(_within_budget(_lexer(name).get_tokens(code)), out)
    except _TooMuchWorkError:
        return escape(code, quote=False)
    return out.getvalue()


def _within_budget(tokens: Iterator[tuple[Any, str]]) -> Iterator[tuple[Any, str]]:
    end = thread_time() + BUDGET_S
    for token in tokens:
        yield token
        if thread_time() > end:
            raise _TooMuchWorkError


def _lexer(name: str) -> Lexer:
    if name not in _lexers:
        _lexers[name] = get_lexer_by_name(name, stripnl=False)
    return _lexers[name]
