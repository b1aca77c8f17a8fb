"""`@name` and `@room` in a message: a markdown-it rule that marks them, and the names that a text may mean.

Code is no text tokens, so nobody is mentioned by it; what stands in a link is its label. Whether a name is anybody's is
for others to say: they hand the names in, in lower case, by the parser's `env`.

    env = {"names": {"bob", "room"}}       →  env["mentioned"] = {"bob"} after "hello @Bob, not `@room`"
"""

import re
from collections.abc import Iterable

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

EVERYBODY = "room"
"""The name that is everybody's who is in the room."""
LONGEST_LIST = 100
"""So many names are looked for in one text."""

_MENTION = re.compile(r"(?<![\w@./-])@([a-z0-9_](?:[a-z0-9_.-]{0,30}[a-z0-9_]))(?![\w@])", re.IGNORECASE | re.ASCII)


def find_names(texts: Iterable[str]) -> set[str]:
    """The names that these texts may mention, in lower case; some may stand in code."""
    return {name.lower() for text in texts if "@" in text for name in _MENTION.findall(text)[:LONGEST_LIST]}


def mark_mentions(state: StateCore) -> None:
    """The core rule: replaces text tokens outside links."""
    names = state.env.get("names")
    if not names:
        return
    for block in state.tokens:
        if block.type == "inline" and block.children and "@" in block.content:
            block.children = _marked(block.children, names, state.env.setdefault("mentioned", set()))


def _marked(children: list[Token], names: Iterable[str], mentioned: set[str]) -> list[Token]:
    out: list[Token] = []
    inside = 0
    for token in children:
        inside += (token.type == "link_open") - (token.type == "link_close")
        if token.type == "text" and not inside and "@" in token.content:
            out.extend(_split(token.content, names, mentioned))
        else:
            out.append(token)
    return out


def _split(text: str, names: Iterable[str], mentioned: set[str]) -> list[Token]:
    out: list[Token] = []
    done = 0
    for match in _MENTION.finditer(text):
        name = match[1].lower()
        if name not in names:
            continue
        mentioned.add(name)
        out.append(_text(text[done : match.start()]))
        out.append(Token("mention_open", "span", 1, attrs={"class": "mention"}))
        out.append(_text(match.group()))
        out.append(Token("mention_close", "span", -1))
        done = match.end()
    out.append(_text(text[done:]))
    return out


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)
