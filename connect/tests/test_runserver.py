"""`manage.py runserver`, for who works on Connect: Daphne serves the same pages and socket, close codes included."""

import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from chat.tests.client import enter, open_socket
from connect.tests.ports import free_port
from connect.tests.served import PATIENCE_S, ROOT, wait_until
from connect.tests.server import Server, make_site


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("runserver")
    site, port, log = make_site(folder), free_port(), folder / "log"
    command = [sys.executable, str(ROOT / "manage.py"), "runserver", "--noreload", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env={**site.env, "DEBUG": "on"}, stdout=output, stderr=output)
    started = Server(site, f"http://127.0.0.1:{port}", process, log)
    wait_until(lambda: process.poll() is not None or answers(started))
    yield started
    process.terminate()
    process.wait(PATIENCE_S)


def answers(server: Server) -> bool:
    try:
        return httpx.get(f"{server.url}/healthz").is_success
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("path", ["/", "/static/chat/js/main.js", "/static/admin/css/base.css"])
def test_the_development_server_serves_pages(server: Server, path: str) -> None:
    assert httpx.get(f"{server.url}{path}").status_code == 200


async def test_the_development_server_serves_the_socket(server: Server) -> None:
    async with enter(server, "alice") as alice, enter(server, "bob") as bob:
        ack = await alice.say("in development")
        assert (await bob.event("in development"))["seq"] == ack["seq"]
        await alice.put("not a frame")
        assert await alice.code() == 4400
    async with open_socket(server, None) as nobody:
        assert await nobody.code() == 4401
    assert "Traceback" not in server.log.read_text()
