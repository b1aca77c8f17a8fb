"""A changed byte in what the server answers turns exactly its check red, and the check names the bytes."""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from connect.tests.e2e.browser import OpenWindow
from connect.tests.e2e.room import WORDS, enter, prove, states, three_blocks, verify
from connect.tests.server import Server, serve

OTHER_WORDS = """
const parse = JSON.parse;
JSON.parse = (text, ...rest) => parse(text.startsWith("[{") ? text.replace("seven in", "eleven in") : text, ...rest);
"""
OTHER_HTML = """
const parse = JSON.parse;
JSON.parse = (text, ...rest) => {
  const value = parse(text, ...rest);
  for (const each of Array.isArray(value) ? value : []) each.html = each.html?.replace("seven in", "eleven in");
  return value;
};
"""
Change = Callable[[str], str]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(three_blocks(tmp_path_factory.mktemp("site"))) as server:
        yield server


def in_extra(change: Callable[[dict[str, Any]], None]) -> Change:
    def changed(receipt: str) -> str:
        extra = re.search(r"^extra (\S+)$", receipt, re.MULTILINE)
        assert extra
        fields = json.loads(base64.b64decode(extra[1]))
        change(fields)
        text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return receipt.replace(extra[1], base64.b64encode(text.encode()).decode())

    return changed


def flipped(hex_: str, byte: int, bit: int = 0) -> str:
    data = bytearray.fromhex(hex_)
    data[byte] ^= 1 << bit
    return data.hex()


def flip_line(number: int) -> Change:
    """Flips one bit of the base64 line's bytes, counted from the receipt's first line."""

    def changed(receipt: str) -> str:
        lines = receipt.split("\n")
        *before, text = lines[number].split(" ")
        data = bytearray(base64.b64decode(text))
        data[-1] ^= 1
        lines[number] = " ".join([*before, base64.b64encode(data).decode()])
        return "\n".join(lines)

    return changed


def flip_header(byte: int) -> Change:
    return in_extra(lambda extra: extra["block"].update(header=flipped(extra["block"]["header"], byte)))


def flip_work(byte: int) -> Change:
    """Flips a bit of the header after which its hash shows no work any more; most of them do."""

    def changed(header: str) -> str:
        flips = (flipped(header, byte, bit) for bit in range(8))
        return next(each for each in flips if hashlib.sha256(bytes.fromhex(each)).digest()[0] != 0)

    return in_extra(lambda extra: extra["block"].update(header=changed(extra["block"]["header"])))


TAMPERED: dict[str, tuple[str, Change]] = {
    "a letter of the body": ("body", in_extra(lambda extra: extra["body"].update(text=WORDS.replace("two", "six")))),
    "the salt": ("body", in_extra(lambda extra: extra.update(salt=flipped(extra["salt"], 0)))),
    "the time of recording": ("leaf", in_extra(lambda extra: extra["record"].update(received_ms=1))),
    "the link to the message before": (
        "leaf",
        in_extra(lambda extra: extra["record"].update(previous=flipped(extra["record"]["previous"], 31))),
    ),
    "the first proof hash": ("root", flip_line(3)),
    "the second proof hash": ("root", flip_line(4)),
    "the height": ("block", in_extra(lambda extra: extra["block"].update(height=1))),
    "the root in the header": ("block", flip_header(100)),
    "the previous hash in the header": ("work", flip_work(60)),
    "the nonce": ("work", flip_work(144)),
    "the signature": ("signature", flip_line(-2)),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_flipped_byte_turns_exactly_its_row_red(open_window: OpenWindow, served: Server, name: str) -> None:
    check, change = TAMPERED[name]

    def tamper(route: Route) -> None:
        answer = route.fetch()
        text = answer.text()
        assert change(text) != text
        route.fulfill(response=answer, body=change(text))

    page = enter(open_window(), served)
    page.route("**/log/receipt/*", tamper)
    prove(page)
    verify(page)
    assert states(page, "bad") == [check]
    said = {"work": "zero bits, got [0-9a-f]{64}", "signature": "did not sign this"}.get(check, r"[Bb]ytes? \d+")
    expect(page.locator(f"[data-check={check}] [data-check-text]")).to_have_text(re.compile(said))
    expect(page.locator("[data-proof-verdict]")).to_contain_text("Not proved")
    expect(page.locator("[data-proof-sentence]")).to_contain_text("does not prove it")


def test_above_a_receipt_that_cannot_be_read_nothing_is_called_sealed(open_window: OpenWindow, served: Server) -> None:
    page = enter(open_window(), served)
    page.route("**/log/receipt/*", lambda route: route.fulfill(body="hello", content_type="text/plain"))
    drawer = prove(page)
    expect(drawer.locator("[data-proof-sentence]")).to_contain_text("does not prove it")
    expect(drawer.locator(".state").last).to_contain_text("Not proved")
    expect(drawer.locator("[data-proof-path]")).to_contain_text("nothing to draw")
    expect(drawer.get_by_text("Outlined hashes")).to_be_hidden()
    verify(page)
    expect(drawer.locator("[data-proof-sentence]")).to_contain_text("does not prove it")


def test_words_on_the_screen_that_were_never_recorded_are_found_to_the_byte(
    open_window: OpenWindow, served: Server
) -> None:
    window = open_window()
    window.page.add_init_script(OTHER_WORDS)  # what the page says to its script, not what it shows
    page = enter(window, served)
    prove(page)
    verify(page)
    assert states(page, "bad") == ["leaf"]
    expect(page.locator("[data-check=leaf]")).to_contain_text("Record in the receipt: bytes")


def test_beside_the_checks_stand_the_words_that_passed_them_whatever_html_was_made_of_them(
    open_window: OpenWindow, served: Server
) -> None:
    window = open_window()
    window.page.add_init_script(OTHER_HTML)
    page = enter(window, served)
    drawer = prove(page)
    verify(page)
    assert states(page, "bad") == []
    expect(drawer.locator("[data-proof-words]")).to_have_text(WORDS)
