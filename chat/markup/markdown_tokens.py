"""What the rules of our own for markdown-it share: text is looked at outside links, where it is no label."""

from collections.abc import Callable, Iterable

from markdown_it.token import Token


def replace_texts(blocks: Iterable[Token], sign: str, split: Callable[[str], list[Token]]) -> None:
    """Puts what `split` makes of a text in its place, of each text outside links that holds `sign`."""
    for block in blocks:
        if block.type == "inline" and block.children and sign in block.content:
            block.children = _replaced(block.children, sign, split)


def text_token(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _replaced(children: list[Token], sign: str, split: Callable[[str], list[Token]]) -> list[Token]:
    out: list[Token] = []
    inside = 0
    for token in children:
        inside += (token.type == "link_open") - (token.type == "link_close")
        if token.type == "text" and not inside and sign in token.content:
            out.extend(split(token.content))
        else:
            out.append(token)
    return out
