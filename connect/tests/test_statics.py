"""Static files: kept for ever under their version, for a minute without, and nothing else."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from django.templatetags.static import static
from pytest_django import Settings

from connect.statics import Statics, collect, version

MAIN = "chat/js/main.js"


async def pages(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """What is not a static file comes here."""
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def site(tmp_path: Path, settings: Settings) -> httpx.AsyncClient:
    settings.STATIC_ROOT = tmp_path / "static"
    collect()
    application: Any = Statics(pages)
    return httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://testserver")


async def test_a_page_names_an_address_that_is_kept_for_ever(site: httpx.AsyncClient, settings: Settings) -> None:
    assert static(MAIN) == f"/static/{version()}/{MAIN}"
    answer = await site.get(static(MAIN))
    assert answer.content == (settings.BASE_DIR / "static" / MAIN).read_bytes()
    assert answer.headers["content-type"] == 'text/javascript; charset="utf-8"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("address", ["/static/0123456789abcdef/", "/static/"])
async def test_under_another_version_a_file_is_kept_for_a_minute(site: httpx.AsyncClient, address: str) -> None:
    answer = await site.get(address + MAIN)
    assert answer.headers["cache-control"] == "max-age=60, public"
    again = await site.get(address + MAIN, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_only_what_was_collected_is_there(site: httpx.AsyncClient) -> None:
    for path in ("/", "/static/", f"/static/{version()}/", static("../log.key"), static("chat/js"), "/static/%2e%2e/x"):
        assert (await site.get(path)).status_code == 418, path
    assert (await site.post(static(MAIN))).status_code == 405
    assert (await site.head(static(MAIN))).content == b""
    part = await site.get(static(MAIN), headers={"Range": "bytes=0-9"})
    assert (part.status_code, len(part.content)) == (206, 10)


def test_the_version_changes_with_any_file(tmp_path: Path, settings: Settings) -> None:
    def told() -> str:
        version.cache_clear()
        return version()

    before = told()
    settings.STATICFILES_DIRS = [settings.BASE_DIR / "static", tmp_path]
    (tmp_path / "more.css").write_text("a")
    with_more = told()
    (tmp_path / "more.css").write_text("b")
    changed = told()
    settings.STATICFILES_DIRS = [settings.BASE_DIR / "static"]
    assert len({before, with_more, changed}) == 3
    assert told() == before


def test_the_version_is_of_what_is_served(site: httpx.AsyncClient, settings: Settings) -> None:
    version.cache_clear()
    collected = version()
    (settings.STATIC_ROOT / MAIN).write_text("// of an older Connect")
    version.cache_clear()
    assert version() != collected
    version.cache_clear()


def state(root: Path) -> dict[str, tuple[int, bytes]]:
    """Each file's inode and content: a file that is written again has another inode."""
    files = (path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): (path.stat().st_ino, path.read_bytes()) for path in files}


def test_what_is_the_same_is_left_to_the_server_that_serves_it(site: httpx.AsyncClient, settings: Settings) -> None:
    root: Path = settings.STATIC_ROOT
    before = state(root)
    cut, old, folder = root / MAIN, root / "chat" / "old.js", root / "gone"
    cut.write_bytes(before[MAIN][1][:10])
    old.write_text("of an older Connect")
    cut.with_name(".main.js").write_text("half of it")
    (folder / "deep").mkdir(parents=True)
    collect()
    after = state(root)
    assert after.pop(MAIN)[1] == before.pop(MAIN)[1]
    assert after == before
    assert not folder.exists()


def test_a_crash_midway_takes_no_file_away(
    site: httpx.AsyncClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    root: Path = settings.STATIC_ROOT
    before = state(root)
    (root / MAIN).write_text("// of an older Connect")
    monkeypatch.setattr(Path, "replace", lambda *paths: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        collect()
    assert before.keys() <= state(root).keys()
    assert (root / MAIN).read_text() == "// of an older Connect"
    monkeypatch.undo()
    collect()
    assert {name: content for name, (_, content) in state(root).items()} == {
        name: content for name, (_, content) in before.items()
    }


def test_who_works_on_connect_sees_what_was_changed(settings: Settings) -> None:
    settings.DEBUG = True
    assert static(MAIN) == f"/static/{MAIN}"
