"""The explorer in a real browser: it lives, its hashes copy, and it checks receipts without sending them anywhere."""

import base64
import json
import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import FilePayload, Page, expect

from connect.tests.e2e.browser import OpenWindow
from connect.tests.server import Server, make_site, serve

STEPS = 6
DROP = """text => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], "kept.tlog-proof"));
  document.querySelector("h1").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}"""
PASTE = """text => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text", text);
  const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
  document.querySelector("h1").dispatchEvent(event);
}"""
SAY_AND_SEAL = """
import time, uuid
from chat.models import Room
from accounts.models import User
from ledger.recording.drafts import Draft
from ledger.recording.batches import record
from ledger.sealing import seal
alice = User.objects.get(username="alice")
draft = Draft("post", Room.WORLD, alice.id, uuid.uuid4(), time.time_ns() // 1000000, body={"text": "kept for later"})
message = record(draft).message
seal()
print(bytes(message.hash).hex())
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> object:
    """A site without a miner: blocks come when a test asks for them."""
    with serve(make_site(tmp_path_factory.mktemp("site"))) as server:
        yield server


@pytest.fixture
def receipt(served: Server) -> str:
    """A receipt as alice downloads it."""
    digest = served.site.run(SAY_AND_SEAL).strip()
    answer = httpx.get(f"{served.url}/log/receipt/{digest}", cookies={"sessionid": served.sessions["alice"]})
    answer.raise_for_status()
    return answer.text


def test_a_new_block_appears_by_itself(open_window: OpenWindow, served: Server) -> None:
    window = open_window()
    window.goto("/chain/")
    rows = window.page.locator("tr[data-height]")
    known = rows.count()
    waiting = window.page.locator(".facts__item", has_text="Waiting").locator("dd").first
    expect(waiting).not_to_have_text("0")  # the World begins with entries
    served.manage("mine_block")
    expect(waiting).to_have_text("0")
    expect(rows).to_have_count(known + 1)
    expect(rows.first).to_have_class(re.compile("is-new"))
    expect(window.page.locator("[data-box]")).to_have_count(known + 1)


def test_what_did_not_change_stays_in_place(open_window: OpenWindow, served: Server) -> None:
    window = open_window()
    window.goto("/chain/")
    link = window.page.locator("tr[data-height] a").first
    link.focus()
    window.page.evaluate("document.querySelector('[data-part=blocks]').dataset.mine = ''")
    for _ in range(2):  # once the second answer comes, the first has been dealt with
        window.page.wait_for_event("response", lambda response: response.url.endswith("/chain/live/"))
    expect(link).to_be_focused()
    expect(window.page.locator("[data-part=blocks][data-mine]")).to_have_count(1)
    served.manage("mine_block")
    expect(window.page.locator("[data-part=blocks][data-mine]")).to_have_count(0)
    expect(window.page.locator("tr[data-height] a:focus")).to_have_count(1)


def test_it_reads_without_javascript(open_window: OpenWindow, served: Server) -> None:
    window = open_window(java_script_enabled=False)
    window.goto("/chain/")
    window.page.get_by_role("link", name="Block 0").or_(window.page.locator("tr[data-height] a")).last.click()
    expect(window.page.get_by_role("heading", name="Block 0")).to_be_visible()
    window.page.get_by_label("Search the log").fill("0")
    window.page.get_by_role("button", name="Search").click()
    window.page.get_by_role("link", name="Entry 0").click()
    expect(window.page.locator("#entry-0")).to_contain_text("genesis")
    expect(window.page.locator("[data-needs-js]").first).to_be_hidden()


def test_a_hash_copies_whole(open_window: OpenWindow, served: Server) -> None:
    window = open_window(permissions=["clipboard-read", "clipboard-write"])
    window.goto("/chain/")
    button = window.page.locator("tr[data-height] [data-copy]").first
    button.click()
    expect(button).to_have_attribute("data-copied", "yes")
    copied = window.page.evaluate("navigator.clipboard.readText()")
    assert copied == button.get_attribute("data-copy")
    assert re.fullmatch("[0-9a-f]{64}", copied)


def test_a_chosen_receipt_is_checked_step_by_step(open_window: OpenWindow, receipt: str) -> None:
    window = open_window()
    window.goto("/chain/")
    sent: list[str] = []
    window.page.on("request", lambda request: sent.append(f"{request.method} {request.post_data}"))
    choose(window.page, receipt)
    expect(window.page.locator('.step[data-state="good"]')).to_have_count(STEPS)
    expect(window.page.locator("[data-verdict]")).to_have_text("All six checks passed.")
    expect(window.page.locator("[data-text]")).to_have_text("kept for later")
    expect(window.page.locator("[data-history]")).to_contain_text("this browser has followed since")
    expect(window.page.locator("svg.path .path__box--sibling").first).to_be_visible()
    assert all(request == "GET None" for request in sent), sent
    window.page.get_by_role("link", name="See its place in the log").click()
    index = re.search(r"^index (\d+)$", receipt, re.MULTILINE)
    assert index
    expect(window.page.locator(f"#entry-{index[1]}")).to_contain_text("message")


@pytest.mark.parametrize("way", [DROP, PASTE], ids=["dropped", "pasted"])
def test_a_receipt_may_come_anywhere_on_the_page(open_window: OpenWindow, receipt: str, way: str) -> None:
    window = open_window()
    window.goto("/chain/")
    window.page.evaluate(way, receipt)
    expect(window.page.locator('.step[data-state="good"]')).to_have_count(STEPS)


def test_a_receipt_with_another_text_fails_at_its_text_alone(open_window: OpenWindow, receipt: str) -> None:
    window = open_window()
    window.goto("/chain/")
    choose(window.page, with_text(receipt, "never said like this"))
    expect(window.page.locator("[data-verdict]")).to_have_text("Not proved: “Body” fails.")
    expect(window.page.locator('.step[data-state="good"]')).to_have_count(STEPS - 1)
    wrong = window.page.locator('.step[data-state="bad"]')
    expect(wrong).to_have_count(1)
    expect(wrong).to_contain_text("The words do not open the commitment")


def test_a_typed_key_is_the_one_to_verify_by(open_window: OpenWindow, receipt: str, served: Server) -> None:
    window = open_window()
    window.goto("/chain/")
    vkey = httpx.get(f"{served.url}/log/key").text.strip()
    window.page.get_by_text("Whose key?").click()
    key = window.page.get_by_label("The log's key, if you have it from elsewhere")
    key.fill("another.example/log+418c4a59+ARcQd5dYVGm5FFEcFKiGDiBrqfR7THQGgwnGYtv7/GH0")
    choose(window.page, receipt)
    expect(window.page.locator('.step[data-state="bad"]')).to_have_count(2)  # another log's leaf, another's signature
    key.fill(vkey)
    choose(window.page, receipt)
    expect(window.page.locator('.step[data-state="good"]')).to_have_count(STEPS)


def test_a_file_that_is_no_receipt_is_told_apart(open_window: OpenWindow, served: Server) -> None:
    window = open_window()
    window.goto("/chain/")
    choose(window.page, "just a letter")
    expect(window.page.locator('.step[data-state="bad"]')).to_contain_text("This is not a receipt")


def test_a_byte_before_or_within_a_receipt_that_no_text_shows_is_refused(open_window: OpenWindow, receipt: str) -> None:
    """The checks in the page take and refuse what connect_verify takes and refuses."""
    window = open_window()
    window.goto("/chain/")
    for content in (b"\xef\xbb\xbf" + receipt.encode(), receipt.encode() + b"\xe2\x80\x94 a\xff AAAAAAA=\n"):
        choose(window.page, content)
        expect(window.page.locator("[data-verdict]")).to_have_text("Not proved: “Receipt” fails.")
        choose(window.page, receipt)
        expect(window.page.locator("[data-verdict]")).to_have_text("All six checks passed.")


@pytest.mark.parametrize("odd", [{"toString": 1, "valueOf": 1}, [], 7], ids=str)
def test_a_receipt_with_something_odd_in_its_fields_is_refused(
    open_window: OpenWindow, receipt: str, odd: object
) -> None:
    window = open_window()
    window.goto("/chain/")
    fields = fields_of(receipt)
    fields["record"] |= {"statement": fields["record"]["statement"] | {"body": odd, "kind": odd}, "received_ms": odd}
    choose(window.page, with_fields(receipt, fields))
    expect(window.page.locator("[data-verdict]")).to_have_text("Not proved: “Leaf” fails.")
    expect(window.page.locator("[data-content]")).to_contain_text("received")


def test_a_fault_of_the_page_is_told_and_takes_away_what_was_said_before(open_window: OpenWindow, receipt: str) -> None:
    window = open_window()
    window.goto("/chain/")
    choose(window.page, receipt)
    expect(window.page.locator("[data-verdict]")).to_have_text("All six checks passed.")
    window.page.evaluate("() => { crypto.subtle.digest = () => { throw new TypeError('broken'); }; }")
    choose(window.page, receipt)
    expect(window.page.locator("[data-verdict]")).to_have_text("Not proved: this page failed at what it was given.")
    expect(window.page.locator("[data-outcome]")).to_be_hidden()
    assert [complaint for complaint in window.complaints if "broken" not in complaint] == []
    window.complaints.clear()


def test_the_page_fits_a_phone_and_a_narrow_one(open_window: OpenWindow, served: Server) -> None:
    for width in (390, 320):
        window = open_window(viewport={"width": width, "height": 700})
        for address in ("/chain/", "/chain/blocks/0/", "/chain/?q=0"):
            window.goto(address)
            assert window.page.evaluate("document.documentElement.scrollWidth") <= width, address


def choose(page: Page, text: str | bytes) -> None:
    """Hands the page a file."""
    content = text if isinstance(text, bytes) else text.encode()
    file = FilePayload(name="kept.tlog-proof", mimeType="text/plain", buffer=content)
    page.locator("[data-receipt] input[type=file]").set_input_files(file)


def with_text(receipt: str, text: str) -> str:
    """The receipt with another text in its body, everything else as it was."""
    return with_fields(receipt, fields_of(receipt) | {"body": {"text": text}})


def fields_of(receipt: str) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(base64.b64decode(extra_of(receipt)))
    return fields


def with_fields(receipt: str, fields: dict[str, Any]) -> str:
    changed = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return receipt.replace(extra_of(receipt), base64.b64encode(changed.encode()).decode())


def extra_of(receipt: str) -> str:
    extra = re.search(r"^extra (\S+)$", receipt, re.MULTILINE)
    assert extra
    return extra[1]
