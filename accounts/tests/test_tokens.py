from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.management import CommandError, call_command
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.test import AsyncClient, Client, RequestFactory
from django.utils import timezone

from accounts import sessions
from accounts.middleware import take_tokens
from accounts.models import User
from accounts.sessions import list_sessions
from accounts.tests.conftest import is_logged_in
from accounts.tokens import find_session_key, find_token, make_token, read_token
from connect.tests.people import person


@pytest.fixture(autouse=True)
def _nothing_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_seen_s", {})


def token_of(name: str, *arguments: str) -> str:
    out = StringIO()
    call_command("api_token", name, *arguments, stdout=out)
    return out.getvalue().strip()


def program(token: str, scheme: str = "Bearer", **meta: Any) -> Client:
    return Client(enforce_csrf_checks=True, HTTP_AUTHORIZATION=f"{scheme} {token}", **meta)


def test_a_token_says_whose_a_request_is_without_cookie_and_csrf_token(bob: User) -> None:
    token = token_of("bob.b")
    assert program(token).get("/avatars/" + bob.pk.hex).status_code == 200
    assert program(token).post("/logout/").status_code == 302
    assert not is_logged_in(program(token))


async def test_it_does_so_where_a_page_is_answered_in_the_event_loop(transactional_db: None) -> None:
    bob = await sync_to_async(person)("bob")
    token = await sync_to_async(make_token)(bob, timedelta(days=1))
    answer = await AsyncClient().get(f"/avatars/{bob.pk.hex}", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200


def test_another_scheme_or_none_leaves_the_csrf_check(bob: User) -> None:
    token = token_of("bob.b")
    for client in (program(token, "Basic"), Client(enforce_csrf_checks=True)):
        client.cookies["sessionid"] = token
        assert client.post("/logout/").status_code == 403
        assert is_logged_in(client)


@pytest.mark.parametrize("token", ["", "x", "0" * 32, "ü", "x" * 5000])
def test_a_wrong_token_is_nobody_even_beside_a_cookie(bob: User, token: str) -> None:
    client = program(token)
    client.cookies["sessionid"] = token_of("bob.b")
    assert not is_logged_in(client)


def test_a_program_with_a_wrong_token_is_told_and_not_led_to_log_in(bob: User) -> None:
    answer = program("x").get("/account/sessions/")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.json()["code"] == "logged_out"
    assert program(token_of("bob.b")).get("/account/sessions/").status_code == 200
    assert Client().get("/account/sessions/").status_code == 302


def test_what_is_there_for_its_person_is_not_missing_to_a_token_that_ended(bob: User) -> None:
    address = f"/avatars/{bob.pk.hex}"
    assert (program("x").get(address).status_code, Client().get(address).status_code) == (401, 404)
    assert program("x").get("/log/receipt/" + "0" * 64).status_code == 401
    assert program(token_of("bob.b")).get("/log/receipt/" + "0" * 64).status_code == 404


def test_who_asks_for_json_is_told_so_too_and_keeps_what_else_leads_away(bob: User) -> None:
    visitor = Client(HTTP_ACCEPT="application/json")
    answer = visitor.get("/account/sessions/")
    assert (answer.status_code, answer.json()["code"]) == (401, "logged_out")
    for accept in ("*/*", "text/html, application/json;q=0.9", ""):
        assert visitor.get("/account/sessions/", HTTP_ACCEPT=accept).status_code == 302
    visitor.force_login(bob)
    assert visitor.get("/account/sessions/").status_code == 200
    assert visitor.get("/account/data/").headers["Location"].startswith("/account/again/")


async def test_it_is_told_so_in_the_event_loop_too() -> None:
    async def lead_to_log_in(request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect("/login/?next=/")

    answer = take_tokens(lead_to_log_in)
    request = RequestFactory().get("/", headers={"Authorization": "Bearer x"})
    assert (await answer(request)).status_code == 401  # type: ignore[misc]
    assert (await answer(RequestFactory().get("/"))).status_code == 302  # type: ignore[misc]
    assert (await answer(RequestFactory().get("/", headers={"Accept": "application/json"}))).status_code == 401  # type: ignore[misc]


def test_a_token_is_listed_as_one_whatever_its_program_calls_itself(bob: User) -> None:
    token = token_of("bob.b")
    assert is_logged_in(program(token, HTTP_USER_AGENT="curl/8", REMOTE_ADDR="192.0.2.7"))
    (seat,) = list_sessions(bob, None)
    assert (seat.device, seat.address) == ("API token", "192.0.2.7")


def test_a_token_that_was_never_used_is_ended_by_its_name_alone(bob: User, client: Client) -> None:
    token_of("bob.b")
    client.force_login(bob)
    assert b'aria-label="End API token"' in client.get("/account/sessions/").content


def test_a_token_ends_with_what_ends_sessions(bob: User) -> None:
    by_list, by_password, by_operator, other = (program(token_of("bob.b")) for _ in range(4))
    sessions.end_session(bob, list_sessions(bob, None)[-1].pk)
    assert not is_logged_in(by_list)
    assert is_logged_in(by_password)
    assert token_of("bob.b", "--end") == "Ended: 3."
    assert not any(map(is_logged_in, (by_password, by_operator, other)))
    late = program(token_of("BOB@example.com"))
    bob.set_password("another horse, another battery")
    bob.save()
    assert not is_logged_in(late)


def test_a_token_lives_as_long_as_was_said(bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client = program(token_of("bob.b", "--days", "30"))
    later = timezone.now() + timedelta(days=29)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert is_logged_in(client)
    monkeypatch.setattr(timezone, "now", lambda: later + timedelta(days=2))
    assert not is_logged_in(client)


def test_what_asks_for_the_password_once_more_asks_a_token_too(bob: User) -> None:
    answer = program(token_of("bob.b")).get("/account/data/")
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/account/again/")


def test_who_cannot_log_in_gets_no_token(bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)
    for arguments in (["bob.b"], ["nobody"]):
        with pytest.raises(CommandError, match="nobody who can log in"):
            call_command("api_token", *arguments)


@pytest.mark.parametrize("days", ["0", "-1", "3651"])
def test_a_token_lives_for_a_day_at_least_and_not_for_ever(bob: User, days: str) -> None:
    with pytest.raises(CommandError, match="from 1 to 3650 days"):
        call_command("api_token", "bob.b", "--days", days)


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        ("Bearer", ""),
        ("Basic abc", None),
        ("", None),
        ("Bearerabc", None),
    ],
)
def test_only_a_bearers_header_bears_a_token(header: str, token: str | None) -> None:
    assert read_token(header) == token
    assert find_token([(b"host", b"x"), (b"authorization", header.encode())]) == token


def test_the_first_of_two_headers_counts() -> None:
    assert find_token([(b"authorization", b"Basic x"), (b"authorization", b"Bearer y")]) is None
    assert find_token([]) is None


def test_a_token_goes_before_a_cookie_and_a_cookie_may_come_in_pieces() -> None:
    cookies = [(b"cookie", b"theme=dark"), (b"cookie", b"a=1; sessionid=abc")]
    assert find_session_key(cookies) == "abc"
    assert find_session_key([*cookies, (b"authorization", b"Bearer xyz")]) == "xyz"
    assert find_session_key([*cookies, (b"authorization", b"Bearer ")]) == ""
    assert find_session_key([(b"cookie", b"\xff; sessionid"), (b"host", b"x")]) == ""
