"""`@name` and `@room` in a message: a markdown-it rule that marks them, and the names that a text may mean.

Code is no text tokens, so nobody is mentioned by it; what stands in a link is its label. Whether a name is anybody's is
for others to say: they hand the names in, in lower case, by the parser's `env`.

    env = {"names": {"bob", "room"}}       →  env["mentioned"] = {"bob"} after "hello @Bob, not `@room`"
"""

import re
from collections.abc import Iterable
from functools import partial

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from chat.markup.markdown_tokens import replace_texts, text_token

EVERYBODY = "room"
"""The name that is everybody's who is in the room."""
LONGEST_LIST = 100
"""So many names are looked for in one text."""

_MENTION = re.compile(r"(?<![\w@./-])@([a-z0-9_](?:[a-z0-9_.-]{0,30}[a-z0-9_]))(?![\w@])", re.IGNORECASE | re.ASCII)


def find_names(texts: Iterable[str]) -> set[str]:
    """The names that these texts may mention, in lower case; some may stand in code."""
    return {name.lower() for text in texts if "@" in text for name in _MENTION.findall(text)[:LONGEST_LIST]}


def mark_mentions(state: StateCore) -> None:
    """The core rule."""
    if names := state.env.get("names"):
        mentioned = state.env.setdefault("mentioned", set())
        replace_texts(state.tokens, "@", partial(_split, names, mentioned))


def _split(names: Iterable[str], mentioned: set[str], text: str) -> list[Token]:
    out: list[Token] = []
    done = 0
    for match in _MENTION.finditer(text):
        name = match[1].lower()
        if name not in names:
            continue
        mentioned.add(name)
        out.append(text_token(text[done : match.start()]))
        out.append(Token("mention_open", "span", 1, attrs={"class": "mention"}))
        out.append(text_token(match.group()))
        out.append(Token("mention_close", "span", -1))
        done = match.end()
    out.append(text_token(text[done:]))
    return out
