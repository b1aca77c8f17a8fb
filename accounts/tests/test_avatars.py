import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts import gravatar, pictures
from accounts.models import User
from accounts.tests.gravatar_server import PNG, GravatarServer
from connect.tests.people import as_

NOBODY = uuid.UUID("6549a59d-1e6f-4329-973e-61d2a6e757d8")
STRANGERS = [NOBODY.hex, "0" * 31, "x", f"urn:uuid:{NOBODY}", "{" + NOBODY.hex + "}", "..%2fetc"]


@pytest.fixture
def member(bob: User) -> Client:
    return as_(bob)


def picture(client: Client, person: User, query: str = "", **headers: str) -> Any:
    return client.get(f"/avatars/{person.pk.hex}{query}", headers=headers)


def test_strangers_get_the_same_for_every_id(client: Client, alice: User, gravatar_server: GravatarServer) -> None:
    answers = [
        client.get(f"/avatars/{text}") for text in (alice.pk.hex, str(alice.pk), uuid.UUID(int=0).hex, *STRANGERS[:3])
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, b"")}
    assert gravatar_server.asked == []


@pytest.mark.parametrize("text", STRANGERS)
def test_what_is_no_person_has_no_picture(member: Client, text: str) -> None:
    assert member.get(f"/avatars/{text}").status_code == 404


def test_both_spellings_of_an_id_work_and_no_method_but_get(member: Client, alice: User) -> None:
    assert member.get(f"/avatars/{alice.pk}").content == picture(member, alice).content
    assert member.post(f"/avatars/{alice.pk.hex}").status_code == 405


def test_a_gravatar_is_passed_on_without_a_trace_of_the_address(
    member: Client, alice: User, gravatar_server: GravatarServer
) -> None:
    answer = picture(member, alice)
    assert answer.status_code == 200
    assert answer.content == PNG
    assert answer["Content-Type"] == "image/png"
    assert answer["Cache-Control"] == "private, max-age=3600"
    digest = gravatar.address_hash(alice.email)
    assert gravatar_server.asked[0].startswith(f"/avatar/{digest}?")
    everything = repr(sorted(answer.items())) + repr(answer.content)
    assert digest not in everything
    assert alice.email not in everything


def test_a_picture_is_inert_when_opened_by_itself(member: Client, alice: User, gravatar_server: GravatarServer) -> None:
    for query in ("", "?drawn"):
        answer = picture(member, alice, query)
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("query", ["", "?drawn"])
def test_who_has_the_picture_is_not_sent_it_again(
    member: Client, alice: User, gravatar_server: GravatarServer, query: str
) -> None:
    etag = picture(member, alice, query)["ETag"]
    again = picture(member, alice, query, if_none_match=etag)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    assert picture(member, alice, query, if_none_match='"other"').status_code == 200


def is_drawn(answer: Any) -> bool:
    return answer.status_code == 200 and answer["Content-Type"] == "image/svg+xml" and b"<svg" in answer.content


def test_who_has_no_gravatar_is_drawn(member: Client, alice: User, gravatar_server: GravatarServer) -> None:
    gravatar_server.status = 404
    answer = picture(member, alice)
    assert is_drawn(answer)
    assert answer["Cache-Control"] == "private, max-age=3600"


def test_while_gravatar_is_away_people_are_drawn_for_a_minute(
    member: Client, alice: User, gravatar_server: GravatarServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    gravatar_server.status = 500
    answer = picture(member, alice)
    assert is_drawn(answer)
    assert answer["Cache-Control"] == "private, max-age=60"
    gravatar_server.status = 200
    monkeypatch.setattr(pictures, "_paused_until_s", 0.0)
    assert picture(member, alice).content == PNG


def test_switched_off_nobody_is_asked(
    member: Client, alice: User, gravatar_server: GravatarServer, settings: Settings
) -> None:
    settings.GRAVATAR = "off"
    assert is_drawn(picture(member, alice))
    assert gravatar_server.asked == []


def test_direct_sends_the_browser_and_keeps_a_drawing_for_who_has_none(
    member: Client, alice: User, gravatar_server: GravatarServer, settings: Settings
) -> None:
    settings.GRAVATAR = "direct"
    answer = picture(member, alice)
    assert answer.status_code == 302
    assert answer["Location"] == f"{gravatar_server.url}{gravatar.address_hash(alice.email)}?d=404&s=160"
    assert is_drawn(picture(member, alice, "?drawn"))
    assert gravatar_server.asked == []


def test_the_site_itself_has_a_picture(member: Client, gravatar_server: GravatarServer) -> None:
    assert is_drawn(member.get(f"/avatars/{uuid.UUID(int=0).hex}"))
    assert gravatar_server.asked == []


def test_a_picture_costs_three_queries(member: Client, alice: User) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        picture(member, alice)
    assert len(queries) == 3  # session, viewer, person
