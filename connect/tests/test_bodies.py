"""How much of a body is taken, in this process and by a real server; and uploads that never end."""

import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from django.contrib.sessions.models import Session
from pytest_django import Settings

from accounts.models import User
from chat.tests.client import browse
from connect.bodies import FORM_BYTES, LimitBodies
from connect.tests.people import as_
from connect.tests.server import Server, start_server

UPLOAD = "/rooms/world/files/"
Headers = list[tuple[bytes, bytes]]

FORGED: Headers = [(b"cookie", b"a=b; sessionid=x")]
FILE_BYTES = 4_000_000


async def take(path: str, chunks: list[int], headers: Headers | None = None) -> tuple[int, int | None]:
    """How many bytes an application gets that reads to the end, and the status, where it was not asked."""
    got, status = 0, None

    async def application(scope: Any, receive: Any, send: Any) -> None:
        nonlocal got
        while (message := await receive())["type"] == "http.request":
            got += len(message["body"])
            if not message["more_body"]:
                return

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)

    waiting = iter(chunks)

    async def receive() -> Any:
        size = next(waiting, None)
        return {"type": "http.request", "body": b"x" * (size or 0), "more_body": size is not None}

    scope = {"type": "http", "method": "POST", "path": path, "headers": headers or []}
    await LimitBodies(application)(scope, receive, send)
    return got, status


@pytest.fixture
def cookie(transactional_db: None, bob: User) -> Headers:
    browser = as_(bob)
    return [(b"cookie", f"a=b; sessionid={browser.session.session_key}".encode())]


async def check(path: str, headers: Headers, limit: int) -> None:
    """So much is taken, declared or not, and not a byte more."""
    half = limit // 2
    assert await take(path, [half, limit - half], headers) == (limit, None)
    assert await take(path, [half, limit - half, 1], headers) == (limit, 413)
    declared = [*headers, (b"content-length", str(limit + 1).encode())]
    assert await take(path, [1], declared) == (0, 413)
    declared = [*headers, (b"content-length", str(limit).encode())]
    assert await take(path, [limit], declared) == (limit, None)


async def test_large_bodies_are_for_uploads_by_who_is_logged_in(settings: Settings, cookie: Headers) -> None:
    settings.FILE_BYTES = FILE_BYTES
    for path in (UPLOAD, "/rooms/world/"):
        await check(path, cookie, FILE_BYTES + FORM_BYTES)
        await check(path, FORGED, FORM_BYTES)
        await check(path, [], FORM_BYTES)
    for path in ("/rooms/world/erase/", "/login/", "/rooms/a/b/files/"):
        await check(path, cookie, FORM_BYTES)


async def test_who_has_logged_out_sends_no_large_body(settings: Settings, cookie: Headers) -> None:
    settings.FILE_BYTES = FILE_BYTES
    await Session.objects.all().adelete()
    await check(UPLOAD, cookie, FORM_BYTES)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with start_server(tmp_path_factory.mktemp("site"), {"FILE_MB": "1"}) as running:
        yield running


async def test_a_server_refuses_what_is_too_large_and_serves_on(server: Server) -> None:
    async with browse(server, "bob") as browser:
        fits, large = b"x" * 1_000_000, b"x" * 1_000_001
        assert (await browser.post(UPLOAD, files={"file": ("a", fits)})).status_code == 201
        refused = await browser.post(UPLOAD, files={"file": ("a", large)})
        assert (refused.status_code, refused.json()["detail"]) == (413, "This file is larger than 1 MB.")
        try:
            huge = (await browser.post(UPLOAD, content=b"x" * 5_000_000)).status_code
        except httpx.TransportError:  # the server has answered and hung up before all of it was sent
            huge = 413
        assert huge == 413
        assert (await browser.post(UPLOAD, files={"file": ("a", b"small")})).status_code == 201


async def test_an_upload_that_is_cut_off_is_none(server: Server) -> None:
    async with browse(server, "bob") as browser:
        token = browser.headers["X-CSRFToken"]
    head = (
        f"POST {UPLOAD} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\nX-CSRFToken: {token}\r\n"
        f"Cookie: sessionid={server.sessions['bob']}; csrftoken={browser.cookies['csrftoken']}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="file"; filename="half.txt"\r\n\r\nhalf of it'
    )
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode())
    count = "from chat.models import File; print(File.objects.filter(name='half.txt').count())"
    async with browse(server, "bob") as browser:
        # what ends well-formed and too early, as a proxy may send it on
        cut = (
            b'--b\r\nContent-Disposition: form-data; name="size"\r\n\r\n900\r\n'
            + head.partition("\r\n\r\n")[2].encode()
        )
        kind = {"Content-Type": "multipart/form-data; boundary=b"}
        answer = await browser.post(UPLOAD, content=cut, headers=kind)
        assert (answer.status_code, answer.json()["code"]) == (400, "incomplete")
    assert server.site.run(count).strip() == "0"
    assert "Traceback" not in server.log.read_text()
