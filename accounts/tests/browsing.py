"""What a browser does in the tests of accounts: logs in, opens the link of a mail, asks for another password."""

import re
from typing import Any

from django.core import mail
from django.test import Client

from connect.tests.people import PASSWORD


def log_in(client: Client, login: str, password: str = PASSWORD, path: str = "/login/") -> Any:
    return client.post(path, {"login": login, "password": password})


def sure(client: Client, login: str = "bob.b") -> Client:
    """Logged in, and has just shown the password once more."""
    log_in(client, login)
    assert client.post("/account/again/", {"password": PASSWORD}).status_code == 302
    return client


def link_in(number: int = -1) -> str:
    found = re.search(r"http://testserver(/\S+)", str(mail.outbox[number].body))
    assert found is not None
    return found[1]


def outcome(client: Client, answer: Any) -> tuple[int, str, str, list[str]]:
    """All that a stranger sees, but for the token of the form."""
    body = re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", answer.content).decode()
    return answer.status_code, answer.get("Location", ""), body, sorted(client.cookies)


def open_reset(client: Client, email: str = "bob@example.com") -> str:
    """Asks for a link and opens it; returns where the form is, at an address without the key."""
    client.post("/password/reset/", {"email": email})
    link = link_in()
    form: str = client.get(link)["Location"]
    assert form.endswith("-set-password/")
    return form
