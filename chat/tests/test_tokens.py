"""Programs at a real web process: a token instead of a browser's cookie."""

import httpx
from websockets.asyncio.client import connect

from chat.tests.client import Client, open_socket
from connect.bodies import FORM_BYTES
from connect.tests.server import Server


async def code_of(server: Server, token: str, cookie: str = "") -> int | None:
    """With which the server closes a socket that comes with this token and from nowhere."""
    headers = {"Authorization": f"Bearer {token}", "Cookie": f"sessionid={cookie}"}
    async with connect(server.url.replace("http", "ws", 1) + "/ws/", additional_headers=headers) as socket:
        return await Client(socket).code()


async def test_a_program_talks_with_a_token_until_that_ends(server: Server) -> None:
    token = server.manage("api_token", "bob").strip()
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        open_socket(server, "alice") as browser,
        connect(server.url.replace("http", "ws", 1) + "/ws/", additional_headers=headers) as socket,
    ):
        program = Client(socket)
        await browser.hello()
        assert (await program.hello())["me"]["username"] == "bob"
        assert (await program.say("I am a program"))["type"] == "ack"
        assert (await browser.event("I am a program"))["author"]["username"] == "bob"
        server.manage("api_token", "bob", "--end")
        assert await program.code() == 4401


async def test_a_wrong_token_is_nobodys_even_beside_a_cookie(server: Server) -> None:
    assert await code_of(server, "x") == 4401
    assert await code_of(server, "", server.sessions["alice"]) == 4401


def test_a_program_uploads_what_a_browser_may(server: Server) -> None:
    headers = {"Authorization": "Bearer " + server.manage("api_token", "bob").strip()}
    files = {"file": ("large.bin", b"x" * (FORM_BYTES + 1))}
    answer = httpx.post(f"{server.url}/rooms/world/files/", headers=headers, files=files)
    assert answer.status_code == 201
    refused = httpx.post(f"{server.url}/rooms/world/files/", headers={"Authorization": "Bearer x"}, files=files)
    assert refused.status_code == 413
