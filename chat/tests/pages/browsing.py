"""What a browser does on the pages of rooms."""

from typing import Any

from django.test import Client

from chat.models import Room


def act(browser: Client, room: Room, act: str, **form: Any) -> int:
    return browser.post(f"/rooms/{room.slug}/details/", {"act": act, **form}).status_code


def page(browser: Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.content.decode()
