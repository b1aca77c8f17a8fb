"""A failed request: a page of ours and no detail; the log gets an id that the page names, and the traceback.

Whoever asks for JSON gets a code and a sentence in its place.
"""

import re

import pytest
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from connect.languages import manifest
from connect.urls import handler500  # noqa: F401  (this module stands in for the site's addresses)


def explode(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("the secret detail")


async def lose_database(request: HttpRequest) -> HttpResponse:
    raise OperationalError("the pool at db.internal is empty")


def be_cut_off(request: HttpRequest) -> HttpResponse:
    raise InterfaceError("the connection to db.internal is closed")


urlpatterns = [
    path("explode/", explode),
    path("lost/", lose_database),
    path("cut/", be_cut_off),
    path("language/<str:code>.webmanifest", manifest, name="manifest"),  # which every page names
]


@pytest.mark.urls("connect.tests.test_failures")
def test_a_failed_request_names_an_id_that_stands_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    response = Client(raise_request_exception=False).get("/explode/")
    page = response.content.decode()
    found = re.search(r"<code>([0-9a-f]{12})</code>", page)
    assert response.status_code == 500
    assert found is not None
    assert f"Request {found[1]} failed: GET /explode/" in caplog.text
    assert "the secret detail" in caplog.text
    assert "the secret detail" not in page
    assert "Log in" not in page  # who asked is not known to it


@pytest.mark.urls("connect.tests.test_failures")
@pytest.mark.parametrize(("address", "code"), [("/explode/", "failed"), ("/cut/", "busy")])
def test_a_program_is_told_the_id_as_json(address: str, code: str, caplog: pytest.LogCaptureFixture) -> None:
    told = Client(raise_request_exception=False, headers={"accept": "application/json"}).get(address).json()
    assert told["code"] == code
    assert f"Request {told['detail'].split()[-1][:-1]} failed" in caplog.text


@pytest.mark.urls("connect.tests.test_failures")
@pytest.mark.parametrize("address", ["/lost/", "/cut/"])
def test_a_database_that_does_not_answer_is_no_fault_of_the_request(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = Client(raise_request_exception=False).get(address)
    assert response.status_code == 503
    page = response.content.decode()
    assert '<h1 class="card__title">The database does not answer just now</h1>' in page
    assert "db.internal" in caplog.text
    assert "db.internal" not in page


@pytest.mark.parametrize(
    ("path", "host", "code", "said"),
    [
        ("/nothing/", "localhost", 404, "There is nothing here"),
        ("/", "evil.example", 400, "That request made no sense"),
    ],
)
def test_a_request_that_leads_nowhere_gets_a_page_of_ours(path: str, host: str, code: int, said: str) -> None:
    response = Client(headers={"host": host}).get(path)
    assert response.status_code == code
    assert ("Log in" in response.content.decode()) == (code == 404)
    assert f'<h1 class="card__title">{said}</h1>' in response.content.decode()


def test_a_form_without_its_token_gets_a_page_of_ours() -> None:
    response = Client(enforce_csrf_checks=True).post("/login/")
    assert response.status_code == 403
    assert "The page was open for too long" in response.content.decode()


@pytest.mark.parametrize(
    ("method", "path", "host", "status", "code"),
    [
        ("get", "/nothing/", "localhost", 404, "not_found"),
        ("get", "/", "evil.example", 400, "bad_request"),
        ("post", "/login/", "localhost", 403, "forbidden"),
    ],
)
def test_a_program_is_told_so_as_json(method: str, path: str, host: str, status: int, code: str) -> None:
    client = Client(enforce_csrf_checks=True, headers={"host": host, "accept": "application/json"})
    response = getattr(client, method)(path)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.json()["detail"]
