"""A markdown-it rule that makes links of addresses written bare: `see https://example.org/a.`"""

import re
from functools import partial

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from chat.markup.markdown_tokens import replace_texts, text_token

_ADDRESS = re.compile(r"https?://[^\s<>\"'`]+", re.IGNORECASE)
_BEFORE = re.compile(r"[^\W_]\Z")
_CLOSERS = {")": "(", "]": "[", "}": "{"}


def link_bare_addresses(state: StateCore) -> None:
    """The core rule."""
    replace_texts(state.tokens, "://", partial(_split, state))


def _split(state: StateCore, text: str) -> list[Token]:
    out: list[Token] = []
    done = 0
    for match in _ADDRESS.finditer(text):
        address = _trimmed(match.group())
        href = state.md.normalizeLink(address)
        if _BEFORE.search(text, max(0, match.start() - 1), match.start()) or not state.md.validateLink(href):
            continue
        out.append(text_token(text[done : match.start()]))
        out.append(Token("link_open", "a", 1, attrs={"href": href}))
        out.append(text_token(address))
        out.append(Token("link_close", "a", -1))
        done = match.start() + len(address)
    out.append(text_token(text[done:]))
    return out


def _trimmed(address: str) -> str:
    """Without the punctuation that ends the sentence; a closing bracket stays when the address opened it."""
    while address:
        last = address[-1]
        if last in _CLOSERS and address.count(last) <= address.count(_CLOSERS[last]):
            break
        if last not in ".,:;!?*_~" and last not in _CLOSERS:
            break
        address = address[:-1]
    return address
