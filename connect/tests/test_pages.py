"""Every page keeps to the Content-Security-Policy by itself: no script or style in it, nothing from another host."""

from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from chat.rooms import ensure_world
from ledger.blocks.genesis import ensure_genesis

pytestmark = pytest.mark.django_db(transaction=True)

STRICT = {
    "default-src": "'self'",
    "img-src": "'self' data: blob:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


class Inline(HTMLParser):
    """What the policy would refuse in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_code = tag == "script" and "src" not in given and given.get("type") != "application/json"
        if is_code or tag == "style" or "style" in given or any(name.startswith("on") for name in given):
            self.found.append(f"inline: {self.get_starttag_text()}")
        if tag in {"script", "link", "img", "iframe", "use", "form"}:
            target = given.get("src") or given.get("href") or given.get("action") or ""
            if target.startswith("//") or "://" in target:
                self.found.append(f"foreign: {self.get_starttag_text()}")


def check(client: Client, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200, path
    policy = dict(part.strip().split(" ", 1) for part in page["Content-Security-Policy"].split(";"))
    assert policy == STRICT
    parser = Inline()
    parser.feed(page.content.decode())
    assert parser.found == []


@pytest.mark.parametrize("path", ["/", "/login/", "/signup/", "/password/reset/", "/chain/", "/chain/blocks/0/"])
def test_a_page_for_strangers_brings_nothing_inline(client: Client, path: str) -> None:
    ensure_genesis()
    check(client, path)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/account/password/",
        "/account/",
        "/account/email/",
        "/account/two-step/",
        "/account/again/",
        "/admin/",
        "/admin/ledger/block/",
        "/admin/ledger/message/",
    ],
)
def test_a_page_for_people_brings_nothing_inline(client: Client, alice: User, path: str) -> None:
    ensure_genesis()
    ensure_world()
    client.force_login(alice)
    check(client, path)


@pytest.mark.parametrize("table", ["accounts_user", "ledger_block", "ledger_genesis"])
def test_a_page_of_the_admin_about_one_row_brings_nothing_inline(client: Client, alice: User, table: str) -> None:
    ensure_genesis()
    client.force_login(alice)
    rows = client.get(reverse(f"admin:{table}_changelist")).context["cl"].result_list
    check(client, reverse(f"admin:{table}_change", args=[rows[0].pk]))
