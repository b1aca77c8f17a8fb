"""A server whose database is not the one that the log has signed for: it shows what is there and records nothing."""

import os
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import httpx

from chat.tests.client import Client, browse, enter
from connect.tests.copies import copy_database
from connect.tests.server import Server, Site, make_site, serve


async def test_an_older_copy_put_back_under_a_running_server_stops_recording_alone(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    with serve(site) as server:
        async with enter(server) as alice:
            copy_database(database(site), older := tmp_path / "older")
            assert (await alice.say("sealed"))["type"] == "ack"
            site.manage("mine_block")
            copy_database(database(site), newer := tmp_path / "newer")
            copy_database(older, database(site))
            await refuses(alice, server, "It is an older copy: put back a newer one.")
            copy_database(newer, database(site))
            assert (await alice.say("it goes on"))["type"] == "ack"
            assert health(server)["status"] == "ok"
    assert "Valid" in site.manage("verify_chain")


async def test_a_file_moved_over_the_open_database_takes_no_message_into_the_void(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    with serve(site) as server:
        async with enter(server) as alice:
            assert (await alice.say("kept"))["type"] == "ack"
            shutil.copy(database(site), copy := tmp_path / "copy")
            os.replace(copy, database(site))
            await refuses(alice, server, "restart the server")


async def refuses(client: Client, server: Server, why: str) -> None:
    """Recording is refused, nothing is written, pages are shown, and the health check says why."""
    before = count(server.site)
    error = await client.say("refused")
    assert (error["type"], error["code"], error["retry"]) == ("error", "busy", "same")
    assert count(server.site) == before
    async with browse(server, "alice") as browser:
        page = await browser.get("/rooms/world/")
    assert (page.status_code, "Welcome to Connect." in page.text) == (200, True)
    assert (health(server)["status"], why in health(server)["ledger"]) == ("down", True)


def health(server: Server) -> Any:
    response = httpx.get(f"{server.url}/healthz")
    assert (response.status_code == 503) == (response.json()["status"] == "down")
    return response.json()


def database(site: Site) -> Path:
    return Path(site.env["DATA_DIR"]) / "connect.sqlite3"


def count(site: Site) -> int:
    with sqlite3.connect(database(site)) as connection:
        return int(connection.execute("SELECT count(*) FROM ledger_message").fetchone()[0])
