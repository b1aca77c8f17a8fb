import asyncio
import gzip

import pytest

from accounts import gravatar
from accounts.tests.gravatar_server import GIF, JPEG, PNG, WEBP, GravatarServer

DIGEST = "ab" * 32


def test_the_hash_is_gravatars_own_example() -> None:
    # https://docs.gravatar.com/api/avatars/hash/
    expected = "84059b07d4be67b806386c0aad8070a23f18836bbaae342275dc0a83414c32ee"
    assert gravatar.address_hash("MyEmailAddress@example.com ") == expected


@pytest.mark.parametrize("body", [PNG, JPEG, GIF, WEBP])
async def test_a_picture_comes_back_as_it_is(gravatar_server: GravatarServer, body: bytes) -> None:
    gravatar_server.body = body
    gravatar_server.headers = {"Content-Type": "text/html"}  # what the server says does not matter
    assert await gravatar.fetch_picture(DIGEST) == body
    assert gravatar_server.asked == [f"/avatar/{DIGEST}?d=404&s={gravatar.SIZE_PX}"]
    assert "Cookie" not in gravatar_server.asked_headers[0]


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (404, {}, b"404 Not Found"),
        (403, {}, PNG),
        (302, {"Location": "/avatar/elsewhere"}, b""),
        (301, {"Location": "http://127.0.0.1:9/"}, PNG),
        (200, {"Content-Type": "image/png"}, b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        (200, {"Content-Type": "image/png"}, b"<!doctype html><script>1</script>"),
        (200, {"Content-Type": "image/png"}, b""),
        (200, {"Content-Type": "image/png"}, b"\x89PNG"),
        (200, {"Content-Type": "image/png"}, PNG + bytes(gravatar.LONGEST_BYTES)),
        (200, {"Content-Type": "image/png", "Content-Encoding": "gzip"}, gzip.compress(PNG + bytes(10**7))),
    ],
)
async def test_what_is_no_picture_of_a_person_is_none(
    gravatar_server: GravatarServer, status: int, headers: dict[str, str], body: bytes
) -> None:
    gravatar_server.status, gravatar_server.headers, gravatar_server.body = status, headers, body
    assert await gravatar.fetch_picture(DIGEST) is None
    assert len(gravatar_server.asked) == 1  # a redirect is not followed


async def test_a_picture_may_be_as_long_as_the_bound(gravatar_server: GravatarServer) -> None:
    gravatar_server.body = PNG + bytes(gravatar.LONGEST_BYTES - len(PNG))
    assert await gravatar.fetch_picture(DIGEST) == gravatar_server.body


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_server_in_trouble_says_nothing_about_the_picture(gravatar_server: GravatarServer, status: int) -> None:
    gravatar_server.status = status
    with pytest.raises(gravatar.Unreachable):
        await gravatar.fetch_picture(DIGEST)


@pytest.mark.parametrize("fault", ["holds", "drips"])
async def test_a_server_that_takes_its_time_is_left(
    gravatar_server: GravatarServer, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    setattr(gravatar_server, fault, True)
    monkeypatch.setattr(gravatar, "TIMEOUT_S", 0.2)
    async with asyncio.timeout(20):
        with pytest.raises(gravatar.Unreachable):
            await gravatar.fetch_picture(DIGEST)


async def test_a_server_that_is_not_there_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gravatar, "SITE", "http://127.0.0.1:1/avatar/")
    with pytest.raises(gravatar.Unreachable):
        await gravatar.fetch_picture(DIGEST)


async def test_a_server_that_hangs_up_is_unreachable(gravatar_server: GravatarServer) -> None:
    gravatar_server.headers = {"Content-Length": "1000"}
    with pytest.raises(gravatar.Unreachable):
        await gravatar.fetch_picture(DIGEST)
