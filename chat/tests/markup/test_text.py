import re
import sys
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.fields import TEXT_LIMIT
from chat.markup import code
from chat.markup.text import QUOTE_LENGTH, is_plain, plain_line, plain_text, render, render_markdown

LINK = 'target="_blank" rel="noopener nofollow noreferrer"'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("hello", "<p>hello</p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("**bold** *em* ~~gone~~", "<p><strong>bold</strong> <em>em</em> <s>gone</s></p>"),
        ("a < b & c > d", "<p>a &lt; b &amp; c &gt; d</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. c", '<ol start="3">\n<li>c</li>\n</ol>'),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("    not code", "<p>not code</p>"),
        ("not a heading\n---", "<p>not a heading</p>\n<hr>"),
        ("`<b>`", "<p><code>&lt;b&gt;</code></p>"),
        ("```unknown\n<x>\n```", '<pre><code class="">&lt;x&gt;\n</code></pre>'),
    ],
)
def test_markdown_is_rendered(text: str, html: str) -> None:
    assert render(text) == html


@pytest.mark.parametrize("text", [">", "#", "-", "1.", "> >", "***", "&nbsp;", "[x]: http://a.b", "<!-- -->"])
def test_no_message_is_shown_empty(text: str) -> None:
    html = render(text)
    assert html == "<hr>" or re.sub("<[^>]*>", "", html).strip()


@pytest.mark.parametrize(
    ("text", "address", "shown"),
    [
        ("see https://example.org/a_b(c).", "https://example.org/a_b(c)", "https://example.org/a_b(c)"),
        ("(https://example.org)", "https://example.org", "https://example.org"),
        ("HTTPS://EXAMPLE.org/x!", "HTTPS://EXAMPLE.org/x", "HTTPS://EXAMPLE.org/x"),
        ("<https://example.org/>", "https://example.org/", "https://example.org/"),
        ("[here](https://example.org)", "https://example.org", "here"),
        ("<me@example.org>", "mailto:me@example.org", "me@example.org"),
    ],
)
def test_addresses_become_links_that_give_nothing_away(text: str, address: str, shown: str) -> None:
    assert f'<a href="{address}" {LINK}>{shown}</a>' in render(text)


@pytest.mark.parametrize("text", ["xhttps://a.b", "https://", "`https://a.b`", "ftp://a.b", "www.a.b"])
def test_other_text_stays_text(text: str) -> None:
    assert "<a" not in render(text)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,AAAA)",
        "[x](vbscript:x)",
        "[x](/admin/logout/)",
        "[x](//evil.example)",
        "![x](https://evil.example/pixel.png)",
        "<javascript:alert(1)>",
        '[x](https://a.b "onmouseover=alert(1)")',
        '```"><script>alert(1)</script>\n```',
        "```python\n</code></pre><script>alert(1)</script>\n```",
        "[<script>](https://a.b)",
        'https://a.b/"onclick=alert(1)',
        "&#60;script&#62;alert(1)",
        "[a]: javascript:alert(1)\n[a]",
    ],
)
def test_nothing_hostile_gets_through(text: str) -> None:
    html = render(text)
    assert set(re.findall(r"<([a-z0-9]+)", html)) <= {"p", "a", "code", "pre", "br", "span"}
    assert {name for tag in re.findall(r"<[a-z][^>]*>", html) for name in re.findall(r" ([a-z-]+)=", tag)} <= {
        *("href", "target", "rel", "class")
    }
    assert all(href.startswith("https://") for href in re.findall(r'href="([^"]*)"', html))


def test_known_languages_are_coloured_by_short_classes() -> None:
    html = render("```py\nx = 1  # one\n```")
    assert html.startswith('<pre><code class="language-py"><span class="n">x</span>')
    assert '<span class="c1"># one</span>' in html
    assert 'style="' not in html


def test_a_lexer_that_takes_too_long_leaves_the_block_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code, "BUDGET_S", -1.0)
    assert render("```py\nx = 1\n```") == '<pre><code class="language-py">x = 1\n</code></pre>'


def test_a_long_block_is_plain() -> None:
    assert "<span" not in render(f"```py\n{'x = 1' * 1000}\n```")


alphabet = st.characters(exclude_categories=["Cs"]) | st.sampled_from("abc xyz 01.)-+='\"(){}!?@/^%$;:,\n#>*_`[]<&|~\\")


@settings(max_examples=500)
@given(st.text(alphabet, min_size=1, max_size=30))
def test_the_short_way_gives_what_markdown_gives(text: str) -> None:
    if is_plain(text):
        assert render(text) == render_markdown(text)


@settings(max_examples=200)
@given(st.text(alphabet, min_size=1, max_size=60))
def test_whatever_is_written_renders_the_listed_tags_only(text: str) -> None:
    tags = re.findall(r"<(/?[a-z0-9]+)", render(text))
    known = {"p", "br", "hr", "strong", "em", "s", "a", "code", "pre", "span", "blockquote", "ul", "ol", "li"}
    assert {tag.strip("/") for tag in tags} <= known | {"h1", "h2", "h3", "h4", "h5", "h6"} | {
        *("table", "thead", "tbody", "tr", "th", "td")
    }


@pytest.mark.parametrize(
    "text", ["Hello, how are you?", "I'm fine (more or less) - see you at 10:30!", "日本語 😀", "50% off"]
)
def test_ordinary_messages_take_the_short_way(text: str) -> None:
    assert is_plain(text)


HOSTILE = ["[", "![", "[[a]", "[a](", "*_", "**a *b ", "`a``b", "> ", "- ", "a|b\n-|-\n", "<a", "&#", "http://a(", "\\"]


def test_a_table_is_not_filled_up_without_end() -> None:
    """Rows of one cell in a table of hundreds of columns."""
    columns = 500
    text = f"|{'a|' * columns}\n|{'-|' * columns}\n{'|' + chr(10)}" + "|\n" * 2500
    assert len(render(text[:TEXT_LIMIT])) < 8 * TEXT_LIMIT


@pytest.mark.parametrize("pattern", HOSTILE)
def test_the_work_for_hostile_text_grows_with_its_length_alone(pattern: str) -> None:
    """Quadratic work would make eight times the text cost 64 times the calls."""
    whole = (pattern * TEXT_LIMIT)[:TEXT_LIMIT]
    assert _count_calls(whole) < 12 * _count_calls(whole[: TEXT_LIMIT // 8])


def _count_calls(text: str) -> int:
    """Python and C functions called to render the text."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        render(text)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("hello", "hello"),
        ("one\n\ntwo", "one two"),
        ("**bold** and `code` &amp; <b>", "bold and code & <b>"),
        ("- a\n- b", "a b"),
        ("```py\nx = 1\n```", "x = 1"),
        ("[here](https://example.org)", "here"),
        ("|a|b|\n|-|-|\n|1|2|", "a | b 1 | 2"),
        (">", ">"),
    ],
)
def test_a_quote_is_one_line_without_markup(text: str, line: str) -> None:
    assert plain_line(text) == line


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one\n\n\ntwo  words", "one\ntwo words"),
        ("- a\n- **b**", "a\nb"),
        ("```py\nif x:\n    y = 1\n```", "if x:\ny = 1"),
        ("|a|b|\n|-|-|\n|1||\n|2|3|", "a | b\n1 |\n2 | 3"),
    ],
)
def test_what_is_shown_of_a_message_elsewhere_keeps_its_lines(text: str, lines: str) -> None:
    assert plain_text(text) == lines


def test_a_long_quote_is_shortened() -> None:
    line = plain_line("word " * 100)
    assert len(line) <= QUOTE_LENGTH
    assert line.endswith("word…")
