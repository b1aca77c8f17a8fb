"""A backup made while people talk."""

import asyncio
from pathlib import Path

from chat.tests.client import Client, browse, enter
from chat.tests.files.samples import picture
from connect.tests.server import Site, make_site, serve


async def test_a_backup_made_while_people_talk_holds_all_that_was_acknowledged_before(tmp_path: Path) -> None:
    site, new = make_site(tmp_path), make_site(tmp_path / "new")
    with serve(site) as server:
        async with enter(server) as alice:
            before = [(await alice.say(f"before {number}"))["hash"] for number in range(5)]
            talking = asyncio.create_task(talk(alice))
            try:
                told = await asyncio.to_thread(site.manage, "backup", str(tmp_path / "backup"))
                await asyncio.to_thread(site.manage, "mine_block")
            finally:
                talking.cancel()
            assert "is valid" in told
    forget(new)
    new.manage("restore", str(tmp_path / "backup"))
    assert "Valid" in new.manage("verify_chain")
    kept = new.run("from ledger.models import Message\nprint(*(m.hash.hex() for m in Message.objects.all()))").split()
    assert set(before) <= set(kept)
    with serve(new) as server:
        async with enter(server) as alice:
            assert (await alice.say("it goes on"))["type"] == "ack"


async def test_a_backup_brings_files_back(tmp_path: Path) -> None:
    site, new = make_site(tmp_path), make_site(tmp_path / "new")
    content = picture()
    with serve(site) as server:
        async with browse(server, "alice") as browser, enter(server) as alice:
            file = (await browser.post("/rooms/world/files/", files={"file": ("a.png", content)})).json()
            assert (await alice.say("look", files=[file["id"]]))["type"] == "ack"
            (told,) = (await alice.event("look"))["attachments"]
            assert told == {key: file[key] for key in told}
        await asyncio.to_thread(site.manage, "mine_block")
        await asyncio.to_thread(site.manage, "backup", str(tmp_path / "backup"))
    forget(new)
    new.manage("restore", str(tmp_path / "backup"))
    with serve(new) as server:
        async with browse(server, "alice") as browser:
            assert (await browser.get(file["url"])).content == content
            assert (await browser.get(file["thumb"])).headers["Content-Type"] == "image/webp"
            assert (await browser.get(file["url"], headers={"Cookie": ""})).status_code == 404


def forget(site: Site) -> None:
    """As on a new machine, but for the sessions' secret."""
    for path in Path(site.env["DATA_DIR"]).iterdir():
        if path.name.startswith(("connect.sqlite3", "log.key", "signed_state")):
            path.unlink()


async def talk(client: Client) -> None:
    while True:
        assert (await client.say("and on"))["type"] == "ack"
